//! Shape: treats alike the ways in which clients show an empty list or a missing field.

use serde_json::Value;

use super::ignored::Ignored;
use crate::case::Absent;

/// Puts an empty list where a list is expected and nothing came, and removes a null where nothing is expected.
pub(super) fn lists_as_expected(got: &mut Value, expected: &Value) {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            got.retain(|name, value| !value.is_null() || expected.contains_key(name));
            for (name, expected) in expected {
                match got.get_mut(name) {
                    None | Some(Value::Null) if expected.is_array() => {
                        got.insert(name.clone(), Value::Array(Vec::new()));
                    }
                    None => {}
                    Some(value) => lists_as_expected(value, expected),
                }
            }
        }
        (Value::Array(got), Value::Array(expected)) => {
            got.iter_mut().zip(expected).for_each(|(got, expected)| lists_as_expected(got, expected));
        }
        _ => {}
    }
}

/// Whether an output is the answer without the field: absent, null or an empty list. Fields that no
/// document knows do not count.
pub(super) fn is_shown_by(absent: &Absent, output: &Value, ignored: &Ignored) -> bool {
    let mut rest = absent.rest.clone();
    ignored.overlook_value(&mut rest, output);
    what_is_there(&rest, &absent.whole) == what_is_there(output, &absent.whole)
}

/// Returns the fields that a document knows and that are neither null nor empty lists.
fn what_is_there(value: &Value, whole: &Value) -> Value {
    let is_there = |value: &Value| !value.is_null() && !value.as_array().is_some_and(Vec::is_empty);
    match (value, whole) {
        (Value::Object(fields), Value::Object(whole)) => {
            let known = fields.iter().filter_map(|(name, value)| Some((name, value, whole.get(name)?)));
            let there = known.filter(|(_, value, _)| is_there(value));
            Value::Object(there.map(|(name, value, whole)| (name.clone(), what_is_there(value, whole))).collect())
        }
        (Value::Array(items), Value::Array(whole)) => {
            let like = |at: usize| whole.get(at).or_else(|| whole.first()).unwrap_or(&Value::Null);
            Value::Array(items.iter().enumerate().map(|(at, item)| what_is_there(item, like(at))).collect())
        }
        (other, _) => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_absent_and_empty_lists_are_one() {
        let expected = json!({ "a": [], "b": { "c": [1] } });
        for mut got in [json!({ "a": null, "b": { "c": [1] } }), json!({ "b": { "c": [1], "d": null } })] {
            lists_as_expected(&mut got, &expected);
            assert_eq!(got, expected);
        }
        let mut wrong = json!({ "a": null, "b": { "c": null } });
        lists_as_expected(&mut wrong, &expected);
        assert_eq!(wrong, json!({ "a": [], "b": { "c": [] } }));
    }

    #[test]
    fn a_field_that_is_made_up_is_not_absent() {
        let absent = Absent { whole: json!({ "a": 1, "l": [] }), rest: json!({ "l": [] }) };
        let shown = |output: Value| is_shown_by(&absent, &output, &Ignored::default());
        assert!(shown(json!({})) && shown(json!({ "a": null, "l": null, "more": 1 })));
        assert!(!shown(json!({ "a": 0 })) && !shown(json!({ "l": [1] })));
    }
}
