//! Text: what a person reads in a terminal or in the log of a build.

use std::fmt::Write as _;

use super::{Report, Standing, Terms, facts};
use crate::case::{Level, shown};
use crate::conformance::results::{CaseResult, Exchange, Verdict};

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
        let failures = self.results.cases.iter().filter_map(|result| self.terms.failure(result));
        let mut text = failures.collect::<Vec<_>>().join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&self.summary());
        text
    }

    /// How many cases of each level pass, by operation and encoding; the facts that were exercised; and
    /// whether it conforms.
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
            let listed: Vec<&&CaseResult> = results.iter().filter(|result| !result.is_drawn).collect();
            let name = format!("{operation}/{format}");
            let _ = write!(text, "{name:width$} ");
            for level in Level::ALL {
                let verdicts = listed.iter().filter(|result| result.level == *level).map(|result| &result.verdict);
                let passed = verdicts.clone().filter(|verdict| **verdict == Verdict::Passed).count();
                let failed = verdicts.filter(|verdict| matches!(verdict, Verdict::Failed(_))).count();
                if passed + failed > 0 {
                    let _ = write!(text, " {level} {passed} of {},", passed + failed);
                }
            }
            let not_asked = |result: &&&&CaseResult| matches!(self.standing(result), Standing::NotAsked(_));
            match listed.iter().filter(not_asked).count() {
                0 => drop(text.pop()),
                count => drop(write!(text, " {count} not asked")),
            }
            text.push('\n');
        }
        for (level, tally) in &self.results.random {
            let _ = write!(text, "random {level} {} of {}", tally.passed, tally.asked());
            let _ = if tally.unsupported > 0 {
                writeln!(text, ", {} not asked", tally.unsupported)
            } else {
                writeln!(text)
            };
        }
        let why_not = self.results.cases.iter().filter_map(|result| match self.standing(result) {
            Standing::NotAsked(why) => Some(why),
            _ => None,
        });
        let mut why_not: Vec<&str> = why_not.collect();
        why_not.sort_unstable();
        why_not.dedup();
        for why in why_not.iter().take(5) {
            let _ = writeln!(text, "not asked: {why}");
        }
        self.tell_facts(&mut text);
        let conclusion = self.results.conclude(self.terms.known, self.terms.least);
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
        on_a_terminal(&text)
    }

    fn tell_facts(&self, text: &mut String) {
        let (exercised, missed) = self.results.facts_exercised();
        let all = exercised.len() + missed.len();
        let _ = writeln!(text, "{} of {all} facts were exercised by this {}", exercised.len(), self.results.side);
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

impl Terms<'_> {
    /// What a person needs of a case that fails and is not known to: what was expected and what came, the
    /// exchange, the facts with their sources, and the line that asks it again. Of one that does not count,
    /// a line. None for any other.
    ///
    /// ```
    /// use taskmock::conformance::{CaseResult, Terms};
    /// fn show(result: &CaseResult, terms: Terms<'_>) {
    ///     if let Some(text) = terms.failure(result) {
    ///         println!("{text}");
    ///     }
    /// }
    /// ```
    pub fn failure(&self, result: &CaseResult) -> Option<String> {
        let failure = result.failure()?;
        match Standing::of(result, self.known, self.least) {
            Standing::Failed => {}
            Standing::Below => {
                let first = failure.differences.first().map_or("", String::as_str);
                let line = format!("fails, not counted ({}) {}: {first}", result.level, result.id);
                return Some(on_a_terminal(&line));
            }
            Standing::Passed | Standing::Known(_) | Standing::NotAsked(_) => return None,
        }
        let mut text = format!("FAILED ({}) {}\n", result.level, result.id);
        failure.differences.iter().for_each(|line| {
            let _ = writeln!(text, "  {line}");
        });
        let came_to_nothing = failure.got.is_null();
        if came_to_nothing {
            let _ = writeln!(text, "  expected {}", shown(failure.expected.to_string().as_bytes()));
        }
        for exchange in &failure.exchanges {
            tell(&mut text, exchange, self.base_url());
        }
        failure.stderr.trim_end().lines().for_each(|line| {
            let _ = writeln!(text, "  stderr   {line}");
        });
        let most = if came_to_nothing { 1 } else { MOST_FACTS_OF_A_CASE };
        for fact in facts(result).take(most) {
            let _ = writeln!(text, "  shows    {fact}");
        }
        if result.facts.len() > most {
            let _ = writeln!(text, "  shows    {} facts more", result.facts.len() - most);
        }
        if let Some(again) = self.again(result) {
            let _ = writeln!(text, "  again    {again}");
        }
        Some(on_a_terminal(&text))
    }
}

/// An exchange: the request as a curl line, then the response.
fn tell(text: &mut String, exchange: &Exchange, base_url: &str) {
    let _ = writeln!(text, "  request  {}", exchange.curl(base_url));
    let kind = exchange.response_headers.iter().find(|(name, _)| name == "content-type");
    let kind = kind.map_or("", |(_, value)| value.as_str());
    let _ = writeln!(text, "  response {} {kind}", exchange.status);
    let _ = writeln!(text, "  body     {}", exchange.response_body);
}

/// A text that a terminal does not obey: control characters are escaped, but for line ends.
fn on_a_terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push('\n'),
            control if control.is_control() => out.extend(control.escape_default()),
            other => out.push(other),
        }
    }
    out
}
