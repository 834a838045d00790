//! Summary: whether results conform, given the list of what is known to fail.

use std::collections::BTreeSet;
use std::fmt;

use super::case_id::Side;
use super::known_failing::KnownFailing;
use super::outcome::Outcome;
use super::results::{CaseResult, Results};
use super::standing::Standing;
use crate::case::Level;

impl Results {
    /// Returns whether the results conform, and why not.
    ///
    /// They conform if at least one case ran and the run did not end early; if every failure of a level at least
    /// as binding as `fail_on` is on the list; if every case on the list fails as the list says, or is not
    /// supported; and if, of an operation that the client supports in an encoding, every case that must hold
    /// is supported or on the list.
    ///
    /// ```
    /// # fn conforms(results: &taskmock::conformance::Results) -> bool {
    /// use taskmock::case::Level;
    /// use taskmock::conformance::KnownFailing;
    /// results.summarize(&KnownFailing::default(), Level::Must).conforms()
    /// # }
    /// ```
    pub fn summarize(&self, known: &KnownFailing, fail_on: Level) -> Summary {
        let tally = self.tally();
        let mut summary = Summary {
            ran: tally.ran(),
            passed: tally.passed,
            not_run: tally.unsupported,
            given_up: self.given_up.clone(),
            ..Summary::default()
        };
        let group = |result: &CaseResult| result.id.rsplit_once('/').map(|(group, _)| group.to_owned());
        let has_run = |result: &&CaseResult| {
            !matches!(result.outcome, Outcome::Unsupported { .. } | Outcome::RefusedByClient { .. })
        };
        let supported: BTreeSet<Option<String>> = self.cases.iter().filter(has_run).map(group).collect();
        for result in &self.cases {
            match Standing::of(result, known, fail_on) {
                Standing::Failed => summary.failed.push(result.id.clone()),
                Standing::Known(_) => summary.known += 1,
                Standing::NotCounted => summary.not_counted += 1,
                Standing::Passed => {
                    if known.why(&result.id).is_some() {
                        summary.passed_though_known.push(result.id.clone());
                    }
                }
                Standing::NotRun(_) => {
                    let has_to_run = result.level == Level::Must && supported.contains(&group(result));
                    let is_unsupported =
                        self.side == Side::Client && matches!(result.outcome, Outcome::Unsupported { .. });
                    match (is_unsupported && has_to_run, known.why(&result.id)) {
                        (true, None) => summary.not_supported.push(result.id.clone()),
                        (true, Some(_)) => summary.known += 1,
                        (false, _) => {}
                    }
                }
            }
        }
        for (level, tally) in &self.random {
            let more = tally.wrong().saturating_sub(self.drawn(*level) as u64);
            match *level <= fail_on {
                true => summary.unreported += more,
                false => summary.not_counted += more,
            }
        }
        summary.unmatched = known.unmatched(self.side);
        summary
    }
}

/// Whether results conform, and why not. Its `Display` says it in a few lines.
///
/// ```
/// # fn show(summary: &taskmock::conformance::Summary) {
/// assert!(summary.conforms(), "{summary}");
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// How many cases ran.
    pub ran: u64,
    /// How many cases passed.
    pub passed: u64,
    /// How many cases did not run.
    pub not_run: u64,
    /// The cases that fail, count, and are not known to fail so.
    pub failed: Vec<String>,
    /// Counted failures of random cases beyond the reporting limit.
    pub unreported: u64,
    /// How many cases fail that do not count.
    pub not_counted: u64,
    /// The cases that must hold, that the client does not support although it supports others of the
    /// operation, and that are not on the list.
    pub not_supported: Vec<String>,
    /// Why the run ended early, if it did.
    pub given_up: Option<String>,
    /// How many cases fail as they are known to.
    pub known: u64,
    /// The cases that are known to fail and pass.
    pub passed_though_known: Vec<String>,
    /// The entries of the list that match no case of this side, each as `line 3: name`.
    pub unmatched: Vec<String>,
}

/// So many cases are named of a kind; the others are counted.
const MOST_NAMED: usize = 5;

impl Summary {
    /// Returns whether the results conform.
    ///
    /// ```
    /// // Nothing ran.
    /// assert!(!taskmock::conformance::Summary::default().conforms());
    /// ```
    pub fn conforms(&self) -> bool {
        self.failed.is_empty() && self.problems().is_empty()
    }

    /// What is wrong beside the failures that are reported: a sentence each.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(why) = &self.given_up {
            said.push(format!("the run ended early: {why}"));
        }
        if self.ran == 0 {
            said.push("no case ran".to_owned());
        }
        if self.unreported > 0 {
            said.push(format!("{} more random cases fail", self.unreported));
        }
        for id in &self.passed_though_known {
            said.push(format!("{id} is on the list of known failures and passes: delete its entry"));
        }
        for entry in &self.unmatched {
            said.push(format!("the list of known failures has an entry that matches no case: {entry}"));
        }
        for id in self.not_supported.iter().take(MOST_NAMED) {
            said.push(format!(
                "{id} must hold and is not supported: add it to the list of known failures, with the reason"
            ));
        }
        if self.not_supported.len() > MOST_NAMED {
            said.push(format!("{} more cases must hold and are not supported", self.not_supported.len() - MOST_NAMED));
        }
        said
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problems().iter().try_for_each(|problem| writeln!(f, "{problem}"))?;
        let counts = [
            (self.failed.len() as u64 + self.unreported, "failed"),
            (self.passed, "passed"),
            (self.known, "failed as known"),
            (self.not_counted, "failed and not counted"),
            (self.not_run, "not run"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        let counts: Vec<String> = counts.collect();
        f.write_str(if self.conforms() { "conforms" } else { "does not conform" })?;
        if counts.is_empty() { Ok(()) } else { write!(f, ": {}", counts.join(", ")) }
    }
}
