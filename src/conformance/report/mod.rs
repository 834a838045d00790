//! Report: results as a text for a terminal, as JUnit XML, and as a page to look at.

mod html;
mod junit;
mod text;

pub use text::failure;

use std::collections::BTreeMap;

use super::known_failing::KnownFailing;
use super::results::{CaseResult, Results, Tally, Verdict};
use crate::case::Level;

/// Results, and what is needed to tell which of them matter.
///
/// ```
/// use taskmock::Level;
/// use taskmock::conformance::{KnownFailing, Report, Results};
/// fn page(results: &Results) -> String {
///     let known = KnownFailing::default();
///     Report { results, known: &known, least: Level::Must, again: None }.html()
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What came of the run.
    pub results: &'a Results,
    /// The cases that are known to fail.
    pub known: &'a KnownFailing,
    /// The least binding level that counts.
    pub least: Level,
    /// How a case is asked again, with `{case}` for its name; none if a command cannot.
    pub again: Option<&'a str>,
}

/// What a case is, for the reader of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing<'a> {
    Passed,
    /// It fails, and that counts.
    Failed,
    /// It fails, at a level that does not count.
    Below,
    /// It fails as it is known to, and why.
    Known(&'a str),
    /// It was not asked, and why.
    Unsupported(&'a str),
}

impl<'a> Standing<'a> {
    fn of(result: &'a CaseResult, known: &'a KnownFailing, least: Level) -> Self {
        match (&result.verdict, known.why(&result.id)) {
            (Verdict::Passed, _) => Standing::Passed,
            (Verdict::Unsupported { why }, _) => Standing::Unsupported(why),
            (Verdict::Failed(_), Some(why)) => Standing::Known(why),
            (Verdict::Failed(_), None) if result.level <= least => Standing::Failed,
            (Verdict::Failed(_), None) => Standing::Below,
        }
    }
}

impl<'a> Report<'a> {
    fn standing(&self, result: &'a CaseResult) -> Standing<'a> {
        Standing::of(result, self.known, self.least)
    }

    /// The cases by operation and encoding, in the order of the operations.
    fn groups(&self) -> Vec<((&'a str, &'a str), Vec<&'a CaseResult>)> {
        let mut groups: BTreeMap<(usize, &str, &str), Vec<&CaseResult>> = BTreeMap::new();
        for result in &self.results.cases {
            let (operation, format, _) = result.pieces();
            let place = crate::services::operations().position(|other| other.id == operation).unwrap_or(usize::MAX);
            groups.entry((place, operation, format)).or_default().push(result);
        }
        groups.into_iter().map(|((_, operation, format), results)| ((operation, format), results)).collect()
    }
}

/// How a case is asked again.
fn again(line: &str, result: &CaseResult) -> String {
    line.replace("{case}", &format!("'{}'", result.id))
}

fn tally(results: &[&CaseResult]) -> Tally {
    let mut tally = Tally::default();
    results.iter().for_each(|result| tally.count(&result.verdict));
    tally
}

/// The facts of a case with their sources, a line each.
fn facts(result: &CaseResult) -> impl Iterator<Item = String> {
    result.facts.iter().map(|id| match crate::backend::fact(id) {
        Some(fact) => format!("{id}: {} [{}: {}]", fact.says, fact.kind, fact.source),
        None => id.clone(),
    })
}

/// A text for XML or HTML; what neither can hold stands as U+FFFD.
fn escaped(text: &str) -> String {
    let carried = text.replace(|character| character == '\r' || crate::format::is_forbidden(character), "\u{fffd}");
    quick_xml::escape::escape(carried).into_owned()
}
