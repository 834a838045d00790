//! Mismatch: what is different, and how a case is told to a person.

use std::fmt::{self, Debug};

use serde::Serialize;

use super::Difference;
use super::difference::ends;
use crate::backend::fact;

/// The error for a client that did not get, or ask for, what a case says. Its text says what is
/// different, the facts with their sources, and how to see it again.
///
/// ```
/// use taskmock::{Format, ServiceError, case, ehpc::list_tasks::Input};
/// let case = case::named::<Input>("empty", Format::Json).unwrap();
/// assert!(case.check(Err(ServiceError::default())).is_err());
/// ```
pub struct Mismatch {
    what: &'static str,
    differences: Vec<Difference>,
    /// The case or the body sample, as a person reads it.
    of: String,
}

impl Mismatch {
    /// An error, unless there are no differences.
    pub(super) fn unless_none(what: &'static str, differences: Vec<Difference>, of: &impl Debug) -> Result<(), Self> {
        match differences.is_empty() {
            true => Ok(()),
            false => Err(Mismatch { what, differences, of: format!("{of:?}") }),
        }
    }

    /// Returns what is different, at least one.
    ///
    /// ```
    /// use taskmock::{Format, ServiceError, case, ehpc::list_tasks::Input};
    /// let case = case::named::<Input>("empty", Format::Json).unwrap();
    /// let mismatch = case.check(Err(ServiceError::default())).unwrap_err();
    /// assert_eq!(mismatch.differences()[0].path, "output");
    /// ```
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        self.differences.iter().try_for_each(|difference| writeln!(f, "  {difference}"))?;
        f.write_str(&self.of)
    }
}

/// As `Display`, so that an `unwrap` shows it to a person.
impl Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Mismatch {}

/// Facts with their sources, a line each.
pub(crate) fn tell(f: &mut fmt::Formatter<'_>, facts: &[&'static str]) -> fmt::Result {
    facts.iter().try_for_each(|id| match fact(id) {
        Some(fact) => write!(f, "\n  shows    {id}: {} [{}: {}]", fact.says, fact.kind, fact.citation()),
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

/// A fact as it is shown beside what shows it.
#[derive(Serialize)]
pub(crate) struct ShownFact {
    id: &'static str,
    kind: Option<String>,
    source: Option<String>,
    says: Option<&'static str>,
}

pub(crate) fn shown_facts(ids: &[&'static str]) -> Vec<ShownFact> {
    let shown = |id: &&'static str| {
        let fact = fact(id);
        ShownFact {
            id,
            kind: fact.map(|fact| fact.kind.to_string()),
            source: fact.map(|fact| fact.citation()),
            says: fact.map(|fact| fact.says),
        }
    };
    ids.iter().map(shown).collect()
}
