//! Level: how much a case binds those who are asked it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BodySample, Case, Class};
use crate::backend::fact;
use crate::fact::FactKind;
use crate::operation::OperationInput;

/// How much a case binds a client: by who states the first of its facts, which is the one that it is
/// about. A server it binds by the weakest of its facts, since the answer rests on all of them.
///
/// ```
/// use taskmock::{Format, case::{self, Level}, ehpc::list_tasks::Input};
/// let case = case::named::<Input>("page_size.max", Format::Json).unwrap();
/// assert_eq!(case.level(), Level::Must);
/// assert!(Level::Must < Level::May);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// One of the documents states it.
    Must,
    /// Another page of the vendor, or an official SDK, shows it.
    Should,
    /// Nobody states it, or it is a reading of the documents that is not the default.
    May,
}

impl Level {
    /// Every level.
    ///
    /// ```
    /// assert_eq!(taskmock::case::Level::ALL.len(), 3);
    /// ```
    pub const ALL: &'static [Level] = &[Level::Must, Level::Should, Level::May];

    pub(crate) fn of(class: Class, facts: &[&'static str]) -> Level {
        let kind = facts.first().and_then(|id| fact(id)).map(|fact| fact.kind);
        match (class, kind) {
            (Class::Dialect, _) => Level::May,
            (_, Some(FactKind::Documented)) => Level::Must,
            (_, Some(FactKind::Vendor | FactKind::Sdk)) => Level::Should,
            (_, Some(FactKind::Assumed) | None) => Level::May,
        }
    }
}

#[cfg(feature = "conformance")]
impl Level {
    /// How much it binds a server, which makes the answer itself: by the weakest of the facts that the answer
    /// rests on. A client only has to hand on what it gets.
    pub(crate) fn of_server(class: Class, facts: &[&'static str]) -> Level {
        let each = facts.iter().map(|fact| Level::of(class, &[fact]));
        each.max().unwrap_or(Level::May)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Must => "must",
            Level::Should => "should",
            Level::May => "may",
        })
    }
}

impl std::str::FromStr for Level {
    type Err = LevelError;

    /// Reads `must`, `should` or `may`.
    fn from_str(text: &str) -> Result<Self, LevelError> {
        Level::ALL.iter().copied().find(|level| level.to_string() == text).ok_or(LevelError)
    }
}

/// A word that is no level.
///
/// ```
/// let error = "shall".parse::<taskmock::case::Level>().unwrap_err();
/// assert_eq!(error.to_string(), "there are must, should and may");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelError;

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there are must, should and may")
    }
}

impl std::error::Error for LevelError {}

impl<I: OperationInput> Case<I> {
    /// How much it binds a client.
    ///
    /// ```
    /// use taskmock::{Format, case::{self, Level}, dws::list_logical_cluster_tasks::Input};
    /// let case = case::named::<Input>("error.404", Format::Json).unwrap();
    /// assert_eq!(case.level(), Level::Should); // the document has the status, but no code
    /// ```
    pub fn level(&self) -> Level {
        Level::of(self.class, &self.facts)
    }
}

impl<I: OperationInput> BodySample<I> {
    /// How much it binds a client.
    ///
    /// ```
    /// use taskmock::{Format, case::{self, Level}, ehpc::list_tasks::Input};
    /// let body = case::named_body::<Input>("body.truncated", Format::Json).unwrap();
    /// assert_eq!(body.level(), Level::May); // no document says what a client does with it
    /// ```
    pub fn level(&self) -> Level {
        Level::of(self.class, &self.facts)
    }
}
