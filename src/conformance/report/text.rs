//! Text: what a person reads in a terminal or in the log of a build.

use std::fmt::Write as _;

use super::{Report, Standing, facts, tally};
use crate::case::{Level, shown};
use crate::conformance::known_failing::KnownFailing;
use crate::conformance::results::{CaseResult, Exchange};

/// As many facts that were not exercised are named of an operation or a protocol; of more, the number.
const MOST_FACTS: usize = 16;

/// As many facts of a case that fails are told; the first is the one that it is about.
const MOST_FACTS_OF_A_CASE: usize = 4;

impl Report<'_> {
    /// All failures that matter, then the summary.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// println!("{}", report.text());
    /// # }
    /// ```
    pub fn text(&self) -> String {
        let failures =
            self.results.cases.iter().filter_map(|result| failure(result, self.known, self.least, self.again));
        let mut text = failures.collect::<Vec<_>>().join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&self.summary());
        text
    }

    /// The numbers, by operation and encoding; the facts that were exercised; and whether it conforms.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// assert!(report.summary().contains("facts were exercised"));
    /// # }
    /// ```
    pub fn summary(&self) -> String {
        let mut text = String::new();
        let groups = self.groups();
        let width = groups.iter().map(|((operation, format), _)| operation.len() + format.len() + 1).max().unwrap_or(0);
        for ((operation, format), results) in &groups {
            let tally = tally(results);
            let name = format!("{operation}/{format}");
            let _ = write!(text, "{name:width$}  {} passed, {} failed", tally.passed, tally.failed);
            if tally.unsupported > 0 {
                let _ = write!(text, ", {} not supported", tally.unsupported);
            }
            text.push('\n');
        }
        let random = self.results.random;
        if random != Default::default() {
            let _ = writeln!(
                text,
                "of them and of {} more random cases, {} random ones passed and {} failed",
                random.asked().saturating_sub(random.failed.min(super::super::MOST_RANDOM_FAILURES as u64)),
                random.passed,
                random.failed
            );
        }
        let why_not = self.results.cases.iter().filter_map(|result| match self.standing(result) {
            Standing::Unsupported(why) => Some(why),
            _ => None,
        });
        let mut why_not: Vec<&str> = why_not.collect();
        why_not.sort_unstable();
        why_not.dedup();
        for why in why_not.iter().take(5) {
            let _ = writeln!(text, "not supported: {why}");
        }
        self.tell_facts(&mut text);
        let conclusion = self.results.conclude(self.known, self.least);
        if conclusion.known > 0 {
            let _ = writeln!(text, "{} failed as known", conclusion.known);
        }
        if conclusion.below > 0 {
            let _ = writeln!(
                text,
                "{} failed at a level that does not count; --fail-on may lets them count, and shows them whole",
                conclusion.below
            );
        }
        let _ = write!(text, "{conclusion}");
        text
    }

    fn tell_facts(&self, text: &mut String) {
        let (exercised, missed) = self.results.facts_exercised();
        let all = exercised.len() + missed.len();
        let _ = writeln!(text, "{} of {all} facts were exercised by this {}", exercised.len(), self.results.kind);
        // By what they are stated of: an operation, or a protocol.
        let subject = |fact: &'static str| {
            let of_operation = crate::services::operations().map(|operation| operation.id);
            of_operation.into_iter().find(|id| fact.starts_with(*id)).or_else(|| fact.split('.').next()).unwrap_or(fact)
        };
        let mut by_subject: Vec<(&str, Vec<&str>)> = Vec::new();
        for fact in missed {
            match by_subject.iter_mut().find(|(of, _)| *of == subject(fact)) {
                Some((_, facts)) => facts.push(fact),
                None => by_subject.push((subject(fact), vec![fact])),
            }
        }
        for (of, facts) in by_subject {
            let _ = match facts.len() {
                ..=MOST_FACTS => writeln!(text, "  not exercised: {}", facts.join(", ")),
                count => writeln!(text, "  not exercised: {count} of {of} (the page of --html names them)"),
            };
        }
    }
}

/// What a person needs of a case that fails and is not known to: what was expected and what came, the
/// exchange, the facts with their sources, and the line that asks it again. Of one that does not count,
/// a line. None for any other.
///
/// ```
/// use taskmock::Level;
/// use taskmock::conformance::{CaseResult, KnownFailing, failure};
/// fn show(result: &CaseResult) {
///     if let Some(text) = failure(result, &KnownFailing::default(), Level::Must, None) {
///         println!("{text}");
///     }
/// }
/// ```
pub fn failure(result: &CaseResult, known: &KnownFailing, least: Level, again: Option<&str>) -> Option<String> {
    let failure = result.failure()?;
    match Standing::of(result, known, least) {
        Standing::Failed => {}
        Standing::Below => {
            let first = failure.differences.first().map_or("", |line| line.trim());
            return Some(format!("fails, not counted ({}) {}: {first}", result.level, result.id));
        }
        Standing::Passed | Standing::Known(_) | Standing::Unsupported(_) => return None,
    }
    let mut text = format!("FAILED ({}) {}\n", result.level, result.id);
    failure.differences.iter().for_each(|line| {
        let _ = writeln!(text, "{line}");
    });
    if failure.got.is_null() {
        let _ = writeln!(text, "  expected {}", shown(failure.expected.to_string().as_bytes()));
    }
    for exchange in &failure.exchanges {
        tell(&mut text, exchange);
    }
    failure.stderr.trim_end().lines().for_each(|line| {
        let _ = writeln!(text, "  stderr   {line}");
    });
    for fact in facts(result).take(MOST_FACTS_OF_A_CASE) {
        let _ = writeln!(text, "  shows    {fact}");
    }
    if result.facts.len() > MOST_FACTS_OF_A_CASE {
        let _ = writeln!(text, "  shows    {} facts more", result.facts.len() - MOST_FACTS_OF_A_CASE);
    }
    if let Some(again) = again {
        let _ = writeln!(text, "  again    {}", super::again(again, result));
    }
    Some(text)
}

/// An exchange: the request as a curl line, then the response.
fn tell(text: &mut String, exchange: &Exchange) {
    let _ = writeln!(text, "  request  {}", exchange.curl("http://127.0.0.1:8080"));
    let kind = exchange.response_headers.iter().find(|(name, _)| name == "content-type");
    let kind = kind.map_or("", |(_, value)| value.as_str());
    let _ = writeln!(text, "  response {} {kind}", exchange.status);
    let _ = writeln!(text, "  body     {}", exchange.response_body);
}
