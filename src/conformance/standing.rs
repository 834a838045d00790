//! Standing: what the result of a case means for the run, given what is known to fail and what counts.

use super::known_failing::KnownFailing;
use super::outcome::Outcome;
use super::results::CaseResult;
use crate::case::Level;

/// What the result of a case means for the run; the later, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing<'a> {
    /// It did not run, and why.
    NotRun(&'a str),
    Passed,
    /// It fails, at a level that does not count.
    NotCounted,
    /// It fails as it is known to, and why.
    Known(&'a str),
    /// It fails, and that counts.
    Failed,
}

impl<'a> Standing<'a> {
    pub(super) fn of(result: &'a CaseResult, known: &'a KnownFailing, fail_on: Level) -> Self {
        match (&result.outcome, known.why_so(&result.id, &result.outcome)) {
            (Outcome::Passed, _) => Standing::Passed,
            (Outcome::Unsupported { why } | Outcome::RefusedByClient { why }, _) => Standing::NotRun(why),
            (_, Some(why)) => Standing::Known(why),
            // The list promises another outcome, whatever the level.
            (_, None) if result.level <= fail_on || known.why(&result.id).is_some() => Standing::Failed,
            (_, None) => Standing::NotCounted,
        }
    }
}
