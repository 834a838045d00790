//! Mismatch: what is different, and how a case is told to a person.

use std::fmt::{self, Debug};

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// One leaf in which two values differ, such as what a case expects and what a client got.
///
/// Its text is the one line that every report shows of it.
///
/// ```
/// use taskmock::Difference;
/// let difference = Difference::new("output.TotalCount", 2, serde_json::Value::Null);
/// assert_eq!(difference.to_string(), "output.TotalCount: expected 2, got null");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// Where: `output.Tasks[0].Status`, `error.code`, `request.PageSize`.
    pub path: String,
    /// What should be there; null if nothing should.
    pub expected: Value,
    /// What is there; null if nothing is. Of a long value, its text with the middle left out.
    pub got: Value,
}

impl Difference {
    /// Returns a difference at a path.
    ///
    /// ```
    /// assert_eq!(taskmock::Difference::new("error.code", "A", "B").path, "error.code");
    /// ```
    pub fn new(path: impl Into<String>, expected: impl Into<Value>, got: impl Into<Value>) -> Self {
        const LONGEST: usize = 4000;
        let bounded = |value: Value| match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
            value => match value.to_string() {
                text if text.chars().count() > LONGEST => Value::String(ends(&text, LONGEST)),
                _ => value,
            },
        };
        Difference { path: path.into(), expected: bounded(expected.into()), got: bounded(got.into()) }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Value| ends(&value.to_string(), 300);
        write!(f, "{}: expected {}, got {}", self.path, text(&self.expected), text(&self.got))
    }
}

/// Differences as lines, each indented.
pub(crate) fn lines(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("  {difference}\n")).collect()
}

/// Adds a difference for each leaf in which two values differ.
pub(crate) fn differences(found: &mut Vec<Difference>, path: &str, expected: &Value, got: &Value) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (name, value) in expected {
                differences(found, &below(name), value, got.get(name).unwrap_or(&Value::Null));
            }
            for (name, value) in got.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                differences(found, &below(name), &Value::Null, value);
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
                differences(found, &format!("{path}[{at}]"), expected, got);
            }
        }
        (Value::Array(expected), Value::Array(got)) => {
            found.push(Difference::new(format!("{path}.length"), expected.len(), got.len()));
        }
        (expected, got) if expected == got => {}
        (expected, got) => found.push(Difference::new(path, expected.clone(), got.clone())),
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
