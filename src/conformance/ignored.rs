//! Ignored: what a client does not tell, and is not asked about.

use serde_json::Value;

use crate::case::OperationOutput;
use crate::protocol::Refused;

/// Fields that are left out of the comparison, as a failure names them: `output.RequestId`,
/// `output.Tasks.Errors`, `error.request_id`. A client that does not show them to its user cannot be
/// wrong about them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignored {
    of_output: Vec<Vec<String>>,
    of_error: Vec<String>,
}

impl Ignored {
    /// Reads the fields; an error says what is wrong with one.
    pub(crate) fn of(fields: &[String]) -> Result<Ignored, String> {
        let mut ignored = Ignored::default();
        for field in fields {
            match field.split_once('.') {
                Some(("output", path)) if !path.is_empty() => {
                    ignored.of_output.push(path.split('.').map(str::to_owned).collect());
                }
                Some(("error", name)) if ERROR_FIELDS.contains(&name) => ignored.of_error.push(name.to_owned()),
                _ => {
                    return Err(format!(
                        "`{field}` is no field of an answer; it should be like output.RequestId, output.Tasks.Errors \
                         or one of error.{}",
                        ERROR_FIELDS.join(", error.")
                    ));
                }
            }
        }
        Ok(ignored)
    }

    /// What was got, with what is ignored as it was expected.
    pub(crate) fn overlook<O: OperationOutput>(
        &self,
        got: Result<O, Refused>,
        expected: &Result<O, Refused>,
    ) -> Result<O, Refused> {
        match (got, expected) {
            (Err(mut got), Err(expected)) => {
                for field in &self.of_error {
                    match field.as_str() {
                        "code" => got.code.clone_from(&expected.code),
                        "message" => got.message.clone_from(&expected.message),
                        "request_id" => got.request_id.clone_from(&expected.request_id),
                        _ => got.status = expected.status,
                    }
                }
                Err(got)
            }
            (Ok(got), Ok(expected)) if !self.of_output.is_empty() => {
                let mut value = serde_json::to_value(&got).unwrap_or_default();
                self.overlook_value(&mut value, &serde_json::to_value(expected).unwrap_or_default());
                Ok(serde_json::from_value(value).unwrap_or(got))
            }
            (got, _) => got,
        }
    }

    pub(crate) fn overlook_value(&self, got: &mut Value, expected: &Value) {
        self.of_output.iter().for_each(|path| overlook(got, expected, path));
    }
}

/// The fields of an error, as clients name them.
const ERROR_FIELDS: &[&str] = &["code", "message", "http_status", "request_id"];

/// Copies what stands at a path; of lists, in each item.
fn overlook(got: &mut Value, expected: &Value, path: &[String]) {
    let [name, rest @ ..] = path else {
        expected.clone_into(got);
        return;
    };
    match (got, expected) {
        (Value::Array(got), Value::Array(expected)) => {
            got.iter_mut().zip(expected).for_each(|(got, expected)| overlook(got, expected, path));
        }
        (Value::Object(got), Value::Object(expected)) => match expected.get(name) {
            Some(expected) => overlook(got.entry(name.clone()).or_insert(Value::Null), expected, rest),
            None => {
                got.remove(name);
            }
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_is_overlooked_in_each_item_of_a_list() {
        let mut got = json!({ "a": [{ "b": 1, "c": 1 }, { "c": 2 }], "d": 4 });
        let expected = json!({ "a": [{ "b": 2, "c": 3 }, { "b": 5, "c": 2 }], "d": 5 });
        let ignored = Ignored::of(&["output.a.b".to_owned(), "output.d".to_owned()]).expect("fields");
        ignored.overlook_value(&mut got, &expected);
        assert_eq!(got, json!({ "a": [{ "b": 2, "c": 1 }, { "b": 5, "c": 2 }], "d": 5 }));
    }
}
