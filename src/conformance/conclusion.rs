//! Conclusion: whether results conform, against the list of what is known to fail.

use std::collections::BTreeSet;
use std::fmt;

use super::known_failing::KnownFailing;
use super::report::{Report, Standing, Terms};
use super::results::{CaseResult, Results, Side, Verdict};
use crate::case::Level;

impl Results {
    /// Does nothing if it conforms: nothing that a document states is broken, and something was asked.
    ///
    /// # Panics
    ///
    /// With every failure if it does not.
    ///
    /// ```should_panic
    /// use taskmock::conformance::{self, Answer};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// conformance::run(|_: &str, _: &Input| Answer::<Output>::unreadable("out of order")).assert();
    /// ```
    #[track_caller]
    pub fn assert(&self) {
        let known = KnownFailing::default();
        if !self.conclude(&known, Level::Must).conforms() {
            let terms = Terms { known: &known, least: Level::Must, again: None, server: None };
            panic!("{}", Report { results: self, terms }.text());
        }
    }

    /// Whether all of it conforms: something was asked, to the end; no case of a level at least as binding
    /// as `least` fails that is not known to; every case that is known to fail does, or is not supported;
    /// and of an operation that is supported in an encoding, every case that must hold is supported, or on
    /// the list.
    ///
    /// ```
    /// # fn conforms(results: &taskmock::conformance::Results) -> bool {
    /// use taskmock::case::Level;
    /// use taskmock::conformance::KnownFailing;
    /// results.conclude(&KnownFailing::default(), Level::Must).conforms()
    /// # }
    /// ```
    pub fn conclude(&self, known: &KnownFailing, least: Level) -> Conclusion {
        let mut conclusion =
            Conclusion { asked: self.asked(), given_up: self.given_up.clone(), ..Conclusion::default() };
        let group = |result: &CaseResult| result.id.rsplit_once('/').map(|(group, _)| group.to_owned());
        let is_asked = |result: &&CaseResult| matches!(result.verdict, Verdict::Passed | Verdict::Failed(_));
        let supported: BTreeSet<Option<String>> = self.cases.iter().filter(is_asked).map(group).collect();
        for result in &self.cases {
            match Standing::of(result, known, least) {
                Standing::Failed => conclusion.failed.push(result.id.clone()),
                Standing::Known(_) => conclusion.known += 1,
                Standing::Below => conclusion.below += 1,
                Standing::Passed => {
                    if known.why(&result.id).is_some() {
                        conclusion.passed_though_known.push(result.id.clone());
                    }
                }
                Standing::NotAsked(_) => {
                    let has_to_be = result.level == Level::Must && supported.contains(&group(result));
                    let is_unsupported =
                        self.side == Side::Client && matches!(result.verdict, Verdict::Unsupported { .. });
                    match (is_unsupported && has_to_be, known.why(&result.id)) {
                        (true, None) => conclusion.not_supported.push(result.id.clone()),
                        (true, Some(_)) => conclusion.known += 1,
                        (false, _) => {}
                    }
                }
            }
        }
        for (level, tally) in &self.random {
            let more = tally.failed.saturating_sub(self.drawn(*level) as u64);
            match *level <= least {
                true => conclusion.more += more,
                false => conclusion.below += more,
            }
        }
        conclusion.unknown = known.naming_no_case(self.side);
        conclusion
    }
}

/// Whether results conform, and why not. Its `Display` says it in a few lines.
///
/// ```
/// # fn show(conclusion: &taskmock::conformance::Conclusion) {
/// assert!(conclusion.conforms(), "{conclusion}");
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conclusion {
    /// How many cases were asked.
    pub asked: u64,
    /// The cases that count and fail, and are not known to.
    pub failed: Vec<String>,
    /// How many random cases more count and fail than are told of.
    pub more: u64,
    /// How many cases fail that do not count.
    pub below: u64,
    /// The cases that must hold and are not supported by a client that supports others of the operation,
    /// and are not on the list.
    pub not_supported: Vec<String>,
    /// Why the run was given up, if it was.
    pub given_up: Option<String>,
    /// How many cases fail as they are known to.
    pub known: u64,
    /// The cases that are known to fail and do not.
    pub passed_though_known: Vec<String>,
    /// The lines of the list that name no case, each as `line 3: name`.
    pub unknown: Vec<String>,
}

impl Conclusion {
    /// Whether they conform.
    ///
    /// ```
    /// // Nothing was asked.
    /// assert!(!taskmock::conformance::Conclusion::default().conforms());
    /// ```
    pub fn conforms(&self) -> bool {
        self.failed.is_empty() && self.besides().is_empty()
    }

    /// What makes it not conform besides the failures that are told of: a sentence each.
    pub(crate) fn besides(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(why) = &self.given_up {
            said.push(format!("the run was given up: {why}"));
        }
        if self.asked == 0 {
            said.push("nothing was asked".to_owned());
        }
        if self.more > 0 {
            said.push(format!("{} random cases more are not as they should be", self.more));
        }
        for id in &self.passed_though_known {
            said.push(format!("{id} is listed as known to fail, and does not: take it off the list"));
        }
        for line in &self.unknown {
            said.push(format!("the list of cases that are known to fail names no case in {line}"));
        }
        const MOST_NAMED: usize = 5;
        for id in self.not_supported.iter().take(MOST_NAMED) {
            said.push(format!(
                "{id} must hold and is not supported: put it on the list of known failures, with the reason"
            ));
        }
        if self.not_supported.len() > MOST_NAMED {
            said.push(format!("so are {} cases more", self.not_supported.len() - MOST_NAMED));
        }
        said
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.besides();
        match self.failed.len() {
            0 if said.is_empty() => said.push("it conforms".to_owned()),
            0 => {}
            1 => said.push("1 case is not as it should be".to_owned()),
            count => said.push(format!("{count} cases are not as they should be")),
        }
        f.write_str(&said.join("\n"))
    }
}
