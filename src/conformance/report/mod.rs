//! Report: results as a text for a terminal, as JUnit XML, and as a page to look at.

mod html;
mod junit;
mod text;

use std::collections::BTreeMap;

use super::known_failing::KnownFailing;
use super::results::{CaseResult, Results, Verdict};
use crate::case::Level;

/// What counts, and how a case is asked again.
///
/// ```
/// use taskmock::case::Level;
/// use taskmock::conformance::{KnownFailing, Terms};
/// let known = KnownFailing::default();
/// let terms = Terms { known: &known, least: Level::Must, again: None, server: None };
/// assert_eq!(terms.least, Level::Must);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The cases that are known to fail.
    pub known: &'a KnownFailing,
    /// The least binding level that counts.
    pub least: Level,
    /// The line that asks a case again, with `{case}` for its name; none if there is no such line.
    pub again: Option<&'a str>,
    /// Where the server is that was asked, for curl lines; none of a client, whose endpoint is gone.
    pub server: Option<&'a str>,
}

/// Results, and by what they are judged.
///
/// ```
/// use taskmock::conformance::{Report, Results, Terms};
/// fn page(results: &Results, terms: Terms<'_>) -> String {
///     Report { results, terms }.html()
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What came of the run.
    pub results: &'a Results,
    /// What counts.
    pub terms: Terms<'a>,
}

/// What a case is, for the reader of a report; the later, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing<'a> {
    /// It was not asked, and why.
    NotAsked(&'a str),
    Passed,
    /// It fails, at a level that does not count.
    Below,
    /// It fails as it is known to, and why.
    Known(&'a str),
    /// It fails, and that counts.
    Failed,
}

impl<'a> Standing<'a> {
    pub(super) fn of(result: &'a CaseResult, known: &'a KnownFailing, least: Level) -> Self {
        match (&result.verdict, known.why(&result.id)) {
            (Verdict::Passed, _) => Standing::Passed,
            (Verdict::Unsupported { why } | Verdict::RefusedItself { why }, _) => Standing::NotAsked(why),
            (Verdict::Failed(_), Some(why)) => Standing::Known(why),
            (Verdict::Failed(_), None) if result.level <= least => Standing::Failed,
            (Verdict::Failed(_), None) => Standing::Below,
        }
    }
}

impl<'a> Report<'a> {
    fn standing(&self, result: &'a CaseResult) -> Standing<'a> {
        Standing::of(result, self.terms.known, self.terms.least)
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

impl Terms<'_> {
    /// How a case is asked again.
    fn again(&self, result: &CaseResult) -> Option<String> {
        Some(self.again?.replace("{case}", &format!("'{}'", result.id)))
    }

    /// Where a curl line goes.
    fn base_url(&self) -> &str {
        self.server.unwrap_or("http://127.0.0.1:8080")
    }
}

/// The facts of a case with their sources, a line each.
fn facts(result: &CaseResult) -> impl Iterator<Item = String> {
    result.facts.iter().map(|id| match crate::backend::fact(id) {
        Some(fact) => format!("{id}: {} [{}: {}]", fact.says, fact.kind, fact.source),
        None => id.clone(),
    })
}

/// A text for XML or HTML; what neither can hold, and what only confuses, stands as U+FFFD.
fn escaped(text: &str) -> String {
    let confuses = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    let carried = text.replace(|c| confuses(c) || crate::format::is_forbidden(c), "\u{fffd}");
    quick_xml::escape::escape(carried).into_owned()
}
