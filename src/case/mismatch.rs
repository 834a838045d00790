//! Mismatch: what is different, and how a case is told to a person.

use std::fmt::{self, Debug, Write as _};

use serde::Serialize;

use crate::backend::fact;

/// A client that did not get, or ask for, what a case says. Its text says what is different, the
/// facts with their sources, and how to see it again.
///
/// ```
/// use taskmock::{Format, ServiceError, case, ehpc::list_tasks::Input};
/// let case = case::<Input>("empty", Format::Json).unwrap();
/// assert!(case.check(Err(ServiceError::default())).is_err());
/// ```
pub struct Mismatch(pub(crate) String);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As `Display`, so that an `unwrap` shows it to a person.
impl Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

/// Writes a line for each leaf in which two values differ.
pub(crate) fn differences(said: &mut String, path: &str, expected: &serde_json::Value, got: &serde_json::Value) {
    use serde_json::Value;
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (name, value) in expected {
                differences(said, &below(name), value, got.get(name).unwrap_or(&Value::Null));
            }
            for (name, value) in got.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                differences(said, &below(name), &Value::Null, value);
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
                differences(said, &format!("{path}[{at}]"), expected, got);
            }
        }
        (Value::Array(expected), Value::Array(got)) => {
            let _ = writeln!(said, "  {path}: expected {} items, got {}", expected.len(), got.len());
        }
        (expected, got) if expected == got => {}
        (expected, got) => {
            let shown =
                |value: &Value| if value.is_null() { "nothing".to_owned() } else { ends(&value.to_string(), 300) };
            let _ = writeln!(said, "  {path}: expected {}, got {}", shown(expected), shown(got));
        }
    }
}

/// Facts with their sources, a line each.
pub(crate) fn tell(f: &mut fmt::Formatter<'_>, facts: &[&'static str]) -> fmt::Result {
    facts.iter().try_for_each(|id| match fact(id) {
        Some(fact) => write!(f, "\n  shows    {id}: {} [{}: {}]", fact.says, fact.kind, fact.source),
        None => write!(f, "\n  shows    {id}"),
    })
}

/// Bytes on one line: as they are where a terminal can show them, and only the ends of what nobody
/// reads whole.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => bytes.escape_ascii().to_string(),
    };
    ends(&text, 2000)
}

/// A text of at most so many characters: its ends if it is longer.
fn ends(text: &str, longest: usize) -> String {
    let count = text.chars().count();
    if count <= longest {
        return text.to_owned();
    }
    let (head, tail): (String, String) =
        (text.chars().take(longest * 3 / 4).collect(), text.chars().skip(count - longest / 4).collect());
    format!("{head} … {} characters … {tail}", count - longest)
}

/// A fact as it is shown beside what shows it.
#[derive(Serialize)]
pub(crate) struct ShownFact {
    id: &'static str,
    kind: Option<String>,
    source: Option<&'static str>,
    says: Option<&'static str>,
}

pub(crate) fn shown_facts(ids: &[&'static str]) -> Vec<ShownFact> {
    let shown = |id: &&'static str| {
        let fact = fact(id);
        ShownFact {
            id,
            kind: fact.map(|fact| fact.kind.to_string()),
            source: fact.map(|fact| fact.source),
            says: fact.map(|fact| fact.says),
        }
    };
    ids.iter().map(shown).collect()
}
