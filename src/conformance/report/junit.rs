//! JUnit: results as the XML that build servers read, whatever bytes a client produced.

use std::fmt::Write as _;

use super::{Report, Standing, escaped, failure, tally};

impl Report<'_> {
    /// The results as JUnit XML: a suite for each operation and encoding. A case that is known to
    /// fail, or does not count, is skipped with the reason. Characters that XML 1.0 cannot hold stand as U+FFFD.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// assert!(report.junit().starts_with("<?xml"));
    /// # }
    /// ```
    pub fn junit(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"taskmock\">\n");
        for ((operation, format), results) in self.groups() {
            let counted = results.iter().filter(|result| self.standing(result) == Standing::Failed).count() as u64;
            let skipped = results.len() as u64 - tally(&results).passed - counted;
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
                    || result.failure().and_then(|failure| failure.differences.first()).map_or("", |line| line.trim());
                let skipped = match self.standing(result) {
                    Standing::Passed => {
                        xml.push_str("/>\n");
                        continue;
                    }
                    Standing::Failed => {
                        let text = escaped(&failure(result, self.known, self.least, self.again).unwrap_or_default());
                        let (message, level) = (escaped(first()), result.level);
                        let _ =
                            write!(xml, ">\n      <failure message=\"{message}\" type=\"{level}\">{text}</failure>\n");
                        None
                    }
                    Standing::Below => Some(format!("it fails, but {} does not count: {}", result.level, first())),
                    Standing::Known(why) => Some(format!("known to fail: {why}")),
                    Standing::Unsupported(why) => Some(format!("not supported: {why}")),
                };
                if let Some(why) = skipped {
                    let _ = write!(xml, ">\n      <skipped message=\"{}\"/>\n", escaped(&why));
                }
                xml.push_str("    </testcase>\n");
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
