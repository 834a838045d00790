//! Known: results as a list of known failures.

use std::collections::BTreeMap;

use super::Report;
use crate::conformance::known_failing::line;
use crate::conformance::standing::Standing;

impl Report<'_> {
    /// Returns the list of known failures with which these results conform: the failures that count, each with
    /// its first difference as the reason, and of the old list the entries that still hold or whose cases this run
    /// did not select.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// let known: taskmock::conformance::KnownFailing = report.known_failing().parse().unwrap();
    /// # }
    /// ```
    pub fn known_failing(&self) -> String {
        let (known, results) = (&self.options.known, self.results);
        let mut lines: BTreeMap<&str, String> = known.lines(results.side).collect();
        for result in &results.cases {
            match self.options.standing(result) {
                Standing::Failed => {
                    let why = result.failure().map(|failure| failure.headline()).unwrap_or_default();
                    lines.insert(&result.id, line(&result.id, result.outcome.name(), &why));
                }
                Standing::Passed => drop(lines.remove(result.id.as_str())),
                Standing::Known(_) | Standing::NotCounted | Standing::NotRun(_) => {}
            }
        }
        for id in &results.summarize(known, self.options.fail_on).not_supported {
            let why = "not supported".to_owned();
            if let Some(result) = results.cases.iter().find(|result| result.id == *id) {
                lines.insert(&result.id, line(id, "failed", &why));
            }
        }
        lines.into_values().collect()
    }
}
