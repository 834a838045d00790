//! Conclusion: whether results conform, against the list of what is known to fail.

use std::fmt;

use super::known_failing::KnownFailing;
use super::report::Report;
use super::results::Results;
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
        let conclusion = self.conclude(&known, Level::Must);
        if !conclusion.conforms() {
            let report = Report { results: self, known: &known, least: Level::Must, again: None };
            panic!("{}", report.text());
        }
    }

    /// Whether all of it conforms: no case of a level at least as binding as `least` fails that is not
    /// known to, every case that is known to fail does, and something was asked.
    ///
    /// ```
    /// # fn conforms(results: &taskmock::conformance::Results) -> bool {
    /// use taskmock::{Level, conformance::KnownFailing};
    /// results.conclude(&KnownFailing::default(), Level::Must).conforms()
    /// # }
    /// ```
    pub fn conclude(&self, known: &KnownFailing, least: Level) -> Conclusion {
        let mut conclusion = Conclusion { asked: self.asked(), ..Conclusion::default() };
        let mut more = self.random.failed;
        for result in &self.cases {
            let is_failed = result.failure().is_some();
            more -= u64::from(is_failed && result.is_random());
            match (is_failed, known.why(&result.id)) {
                (true, Some(_)) => conclusion.known += 1,
                (true, None) if result.level <= least => conclusion.failed.push(result.id.clone()),
                (true, None) => conclusion.below += 1,
                (false, Some(_)) => conclusion.passed_though_known.push(result.id.clone()),
                (false, None) => {}
            }
        }
        conclusion.more = more;
        conclusion.unknown = known.naming_no_case(self.kind);
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
pub struct Conclusion {
    /// How many cases were asked.
    pub asked: u64,
    /// The cases that count and fail, and are not known to.
    pub failed: Vec<String>,
    /// How many random cases more fail than are told of.
    pub more: u64,
    /// How many cases fail that do not count.
    pub below: u64,
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
        self.asked > 0
            && self.failed.is_empty()
            && self.more == 0
            && self.passed_though_known.is_empty()
            && self.unknown.is_empty()
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.asked == 0 {
            return f.write_str("nothing was asked");
        }
        let mut said = Vec::new();
        if !self.failed.is_empty() || self.more > 0 {
            said.push(match self.failed.len() as u64 + self.more {
                1 => "1 case is not as it should be".to_owned(),
                count => format!("{count} cases are not as they should be"),
            });
        }
        for id in &self.passed_though_known {
            said.push(format!("{id} is listed as known to fail, and does not: take it off the list"));
        }
        for line in &self.unknown {
            said.push(format!("the list of cases that are known to fail names no case in {line}"));
        }
        if said.is_empty() {
            said.push("it conforms".to_owned());
        }
        f.write_str(&said.join("\n"))
    }
}
