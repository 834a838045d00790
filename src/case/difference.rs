//! Difference: one point in which a client or a server is not as expected, as data.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// One point in which what came is not what was expected.
///
/// ```
/// use taskmock::{Format, ServiceError, case, ehpc::list_tasks::Input};
/// let case = case::named::<Input>("error.db_error", Format::Json).unwrap();
/// let mut got = case.then.clone().unwrap_err();
/// got.status = 500;
/// let mismatch = case.check(Err(got)).unwrap_err();
/// let [difference] = mismatch.differences() else { panic!("there is one") };
/// assert_eq!(difference.path, "error.http_status");
/// assert_eq!(difference.expected, Some(406.into()));
/// assert_eq!(difference.to_string(), "error.http_status: expected 406, got 500");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// Where: `output.Tasks[0].Status`, `error.code`, `request.PageSize`.
    pub path: String,
    /// The value that was expected; `None` if nothing was.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// The value that came; `None` if nothing did.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub got: Option<Value>,
    /// What the values do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Difference {
    pub(crate) fn new(path: impl Into<String>, expected: Option<Value>, got: Option<Value>) -> Self {
        Difference { path: path.into(), expected, got, note: None }
    }

    pub(crate) fn note(self, note: impl Into<String>) -> Self {
        Difference { note: Some(note.into()), ..self }
    }

    /// The leaves in which two values differ.
    pub(crate) fn between(path: &str, expected: &Value, got: &Value) -> Vec<Difference> {
        let mut found = Vec::new();
        collect(&mut found, path, Some(expected), Some(got));
        found
    }
}

/// Reads a value that is there: null is a value, and not nothing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Values nest as deep as serde_json reads them, 128 levels.
fn collect(found: &mut Vec<Difference>, path: &str, expected: Option<&Value>, got: Option<&Value>) {
    match (expected, got) {
        (Some(Value::Object(expected)), Some(Value::Object(got))) => {
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            for (name, value) in expected {
                collect(found, &below(name), Some(value), got.get(name));
            }
            for (name, value) in got.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                collect(found, &below(name), None, Some(value));
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(got))) if expected.len() == got.len() => {
            for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
                collect(found, &format!("{path}[{at}]"), Some(expected), Some(got));
            }
        }
        _ if expected == got => {}
        _ => found.push(Difference::new(path, expected.cloned(), got.cloned())),
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        match (&self.expected, &self.got, &self.note) {
            (None, None, note) => return f.write_str(note.as_deref().unwrap_or("it differs")),
            (Some(Value::Array(expected)), Some(Value::Array(got)), _) if expected.len() != got.len() => {
                write!(f, "expected {} items, got {}", expected.len(), got.len())?;
            }
            (expected, got, _) => write!(f, "expected {}, got {}", value(expected), value(got))?,
        }
        self.note.iter().try_for_each(|note| write!(f, " ({note})"))
    }
}

/// A value as JSON writes it, with the ends only of a long one.
fn value(value: &Option<Value>) -> String {
    value.as_ref().map_or_else(|| "nothing".to_owned(), |value| ends(&value.to_string(), 300))
}

/// A text of at most so many characters: its ends if it is longer.
pub(super) fn ends(text: &str, longest: usize) -> String {
    let count = text.chars().count();
    if count <= longest {
        return text.to_owned();
    }
    let (head, tail): (String, String) =
        (text.chars().take(longest * 3 / 4).collect(), text.chars().skip(count - longest / 4).collect());
    format!("{head} … {} characters … {tail}", count - longest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(expected: Value, got: Value) -> Vec<String> {
        Difference::between("output", &expected, &got).iter().map(Difference::to_string).collect()
    }

    #[test]
    fn null_is_not_nothing() {
        let (null, absent, one) = (json!({ "a": null }), json!({}), json!({ "a": 1 }));
        assert_eq!(told(one.clone(), null.clone()), ["output.a: expected 1, got null"]);
        assert_eq!(told(one, absent.clone()), ["output.a: expected 1, got nothing"]);
        assert_eq!(told(absent, null.clone()), ["output.a: expected nothing, got null"]);
        assert_eq!(told(null.clone(), null.clone()), [""; 0]);
        for difference in [Difference::new("a", Some(null["a"].clone()), None), Difference::new("a", None, None)] {
            let json = serde_json::to_string(&difference).expect("JSON");
            assert_eq!(serde_json::from_str::<Difference>(&json).expect("the same"), difference);
        }
    }

    #[test]
    fn lists_of_one_length_are_compared_item_by_item() {
        assert_eq!(told(json!([1, { "b": "x" }]), json!([1, { "b": "y" }])), [r#"output[1].b: expected "x", got "y""#]);
        assert_eq!(told(json!([1, 2]), json!([])), ["output: expected 2 items, got 0"]);
    }
}
