//! JUnit: results as the XML that build servers read, whatever bytes a client produced.

use std::fmt::Write as _;

use super::{Report, escaped};
use crate::conformance::results::CaseResult;
use crate::conformance::standing::Standing;

impl Report<'_> {
    /// Returns the results as JUnit XML: a suite for each operation and encoding, and one for other problems, such
    /// as a case on the list of known failures that passes. A wrong answer is a `failure`; no answer is an
    /// `error` whose type says whether the client crashed, hung or printed something else. A case that is known to
    /// fail, does not count or did not run is skipped with the reason. Characters that XML 1.0 cannot hold stand as
    /// U+FFFD. Random cases that pass are left out.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// assert!(report.junit().starts_with("<?xml"));
    /// # }
    /// ```
    pub fn junit(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"taskmock\">\n");
        for ((operation, format), results) in self.groups() {
            let (operation, format) = (escaped(operation), escaped(format));
            let of = |wanted: fn(&Standing<'_>) -> bool| {
                results.iter().filter(|result| wanted(&self.options.standing(result))).count()
            };
            let counts = |result: &&&CaseResult| self.options.standing(result) == Standing::Failed;
            let errors = results.iter().filter(counts).filter(|result| result.outcome.is_without_answer()).count();
            let failures = of(|standing| *standing == Standing::Failed) - errors;
            let skipped = of(|standing| !matches!(standing, Standing::Failed | Standing::Passed));
            let micros: u64 = results.iter().map(|result| result.micros).sum();
            let _ = writeln!(
                xml,
                "  <testsuite name=\"{operation}/{format}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{}\">",
                results.len(),
                seconds(micros)
            );
            for result in results {
                let name = escaped(result.pieces().2);
                let _ = write!(
                    xml,
                    "    <testcase classname=\"{operation}.{format}\" name=\"{name}\" time=\"{}\"",
                    seconds(result.micros)
                );
                let first = || result.failure().map(|failure| failure.headline()).unwrap_or_default();
                let skipped = match self.options.standing(result) {
                    Standing::Passed => {
                        xml.push_str("/>\n");
                        continue;
                    }
                    Standing::Failed => {
                        let text = escaped(&self.options.failure(result).unwrap_or_default());
                        let message = escaped(&first());
                        let (element, kind) = match result.outcome.is_without_answer() {
                            true => ("error", result.outcome.name().to_owned()),
                            false => ("failure", result.level.to_string()),
                        };
                        let _ = write!(
                            xml,
                            ">\n      <{element} message=\"{message}\" type=\"{kind}\">{text}</{element}>\n"
                        );
                        None
                    }
                    Standing::NotCounted => Some(format!("it fails, but {} does not count: {}", result.level, first())),
                    Standing::Known(why) => Some(format!("known to fail: {why}")),
                    Standing::NotRun(why) => Some(format!("not run: {why}")),
                };
                if let Some(why) = skipped {
                    let _ = write!(xml, ">\n      <skipped message=\"{}\"/>\n", escaped(&why));
                }
                xml.push_str("    </testcase>\n");
            }
            xml.push_str("  </testsuite>\n");
        }
        let problems = self.results.summarize(&self.options.known, self.options.fail_on).problems();
        if !problems.is_empty() {
            let count = problems.len();
            let _ = writeln!(
                xml,
                "  <testsuite name=\"run\" tests=\"{count}\" failures=\"{count}\" errors=\"0\" skipped=\"0\" time=\"0\">"
            );
            for said in problems {
                let said = escaped(&said);
                let _ = writeln!(
                    xml,
                    "    <testcase classname=\"run\" name=\"{said}\" time=\"0\"><failure message=\"{said}\" type=\"must\"/></testcase>"
                );
            }
            xml.push_str("  </testsuite>\n");
        }
        xml.push_str("</testsuites>\n");
        xml
    }
}

/// Microseconds as the seconds of JUnit.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
