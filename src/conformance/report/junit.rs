//! JUnit: results as the XML that build servers read, whatever bytes a client produced.

use std::fmt::Write as _;

use super::{Report, Standing, escaped};

impl Report<'_> {
    /// The results as JUnit XML: a suite for each operation and encoding, and one for what makes the whole
    /// not conform besides, such as a case on the list of known failures that passes. A case that is known to
    /// fail, does not count or was not asked is skipped with the reason. Characters that XML 1.0 cannot hold stand
    /// as U+FFFD. Random cases that pass are not in it.
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
                results.iter().filter(|result| wanted(&self.standing(result))).count()
            };
            let counted = of(|standing| *standing == Standing::Failed);
            let skipped = of(|standing| !matches!(standing, Standing::Failed | Standing::Passed));
            let micros: u64 = results.iter().map(|result| result.micros).sum();
            let _ = writeln!(
                xml,
                "  <testsuite name=\"{operation}/{format}\" tests=\"{}\" failures=\"{counted}\" errors=\"0\" skipped=\"{skipped}\" time=\"{}\">",
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
                let first =
                    || result.failure().and_then(|failure| failure.differences.first()).map_or("", String::as_str);
                let skipped = match self.standing(result) {
                    Standing::Passed => {
                        xml.push_str("/>\n");
                        continue;
                    }
                    Standing::Failed => {
                        let text = escaped(&self.terms.failure(result).unwrap_or_default());
                        let (message, level) = (escaped(first()), result.level);
                        let _ =
                            write!(xml, ">\n      <failure message=\"{message}\" type=\"{level}\">{text}</failure>\n");
                        None
                    }
                    Standing::Below => Some(format!("it fails, but {} does not count: {}", result.level, first())),
                    Standing::Known(why) => Some(format!("known to fail: {why}")),
                    Standing::NotAsked(why) => Some(format!("not asked: {why}")),
                };
                if let Some(why) = skipped {
                    let _ = write!(xml, ">\n      <skipped message=\"{}\"/>\n", escaped(&why));
                }
                xml.push_str("    </testcase>\n");
            }
            xml.push_str("  </testsuite>\n");
        }
        let besides = self.results.conclude(self.terms.known, self.terms.least).besides();
        if !besides.is_empty() {
            let count = besides.len();
            let _ = writeln!(
                xml,
                "  <testsuite name=\"the whole\" tests=\"{count}\" failures=\"{count}\" errors=\"0\" skipped=\"0\" time=\"0\">"
            );
            for said in besides {
                let said = escaped(&said);
                let _ = writeln!(
                    xml,
                    "    <testcase classname=\"the whole\" name=\"{said}\" time=\"0\"><failure message=\"{said}\" type=\"must\"/></testcase>"
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
