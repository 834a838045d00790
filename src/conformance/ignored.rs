//! Ignored: the fields that a client does not show, and that a run does not compare.

use serde_json::Value;

use super::error::Error;
use crate::operation::OperationOutput;
use crate::service_error::ServiceError;

/// Fields that are not compared, as a failure names them: `output.RequestId`,
/// `output.Tasks.Errors`, `error.request_id`. A client that does not show them to its user cannot be
/// wrong about them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ignored {
    of_output: Vec<Vec<String>>,
    of_error: Vec<String>,
}

impl Ignored {
    /// Reads the fields. A field that no expected answer has is an error, so that a typing error is noticed.
    pub(super) fn of(fields: &[String], expected: impl Iterator<Item = Value>) -> Result<Ignored, Error> {
        let mut ignored = Ignored::default();
        for field in fields {
            match field.split_once('.') {
                Some(("output", path)) if !path.is_empty() => {
                    ignored.of_output.push(path.split('.').map(str::to_owned).collect());
                }
                Some(("error", name)) if ERROR_FIELDS.contains(&name) => ignored.of_error.push(name.to_owned()),
                _ => {
                    return Err(Error(format!(
                        "`{field}` is not a field of an answer; it should be like output.RequestId, output.Tasks.Errors, \
                         or one of error.{}",
                        ERROR_FIELDS.join(", error.")
                    )));
                }
            }
        }
        let mut unseen: Vec<&Vec<String>> = ignored.of_output.iter().collect();
        for expected in expected {
            if unseen.is_empty() {
                break;
            }
            unseen.retain(|path| !expected.get("output").is_some_and(|output| has(output, path)));
        }
        match unseen.first() {
            Some(path) => Err(Error(format!("no answer has a field `output.{}`", path.join(".")))),
            None => Ok(ignored),
        }
    }

    /// Returns what came with each ignored field as the case expects it.
    pub(super) fn overlook<O: OperationOutput>(
        &self,
        got: Result<O, ServiceError>,
        expected: &Result<O, ServiceError>,
    ) -> Result<O, ServiceError> {
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

    pub(super) fn overlook_value(&self, got: &mut Value, expected: &Value) {
        self.of_output.iter().for_each(|path| overlook(got, expected, path));
    }
}

/// The fields of an error, as clients name them.
const ERROR_FIELDS: &[&str] = &["code", "message", "http_status", "request_id"];

/// Whether there is a value at a path; in a list, in one of the items.
fn has(value: &Value, path: &[String]) -> bool {
    let [name, rest @ ..] = path else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| has(item, path)),
        Value::Object(fields) => fields.get(name).is_some_and(|value| has(value, rest)),
        _ => false,
    }
}

/// Copies the value at a path; in a list, of each item.
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
        let path = |path: &str| path.split('.').map(str::to_owned).collect();
        let ignored = Ignored { of_output: vec![path("a.b"), path("d")], of_error: Vec::new() };
        ignored.overlook_value(&mut got, &expected);
        assert_eq!(got, json!({ "a": [{ "b": 2, "c": 1 }, { "b": 5, "c": 2 }], "d": 5 }));
    }
}
