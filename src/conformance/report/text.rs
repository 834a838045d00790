//! Text: a report for a terminal or the log of a build.

use std::fmt::Write as _;

use super::{Report, ReportOptions, facts, plain};
use crate::case::{Level, shown};
use crate::conformance::outcome::{Exchange, Outcome};
use crate::conformance::results::CaseResult;
use crate::conformance::standing::Standing;

/// So many facts of a case are shown; the first is the one that the case is about.
const MOST_FACTS_OF_A_CASE: usize = 4;

/// So many cases with the same cause are named; the others are counted.
const MOST_ALIKE: usize = 4;

/// So many differences of a case are shown; the others are counted.
const MOST_DIFFERENCES: usize = 10;

impl Report<'_> {
    /// Returns the failures that count, grouped by cause, then the [summary](Report::summary).
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// println!("{}", report.text());
    /// # }
    /// ```
    pub fn text(&self) -> String {
        let mut text = self.failures();
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&self.summary());
        text
    }

    /// Returns the failures that count: of each cause the first in full and the names of others. A verbose
    /// report has every failure in full.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// println!("{}", report.failures());
    /// # }
    /// ```
    pub fn failures(&self) -> String {
        if self.options.verbose {
            let failures = self.results.cases.iter().filter_map(|result| self.options.failure(result));
            return failures.collect::<Vec<_>>().join("\n");
        }
        let causes = self.causes();
        let (first, others) = causes.split_at(self.options.max_failures.min(causes.len()));
        let mut texts: Vec<String> = first.iter().map(|cause| self.options.cause(&cause.cases)).collect();
        if !others.is_empty() {
            let cases: usize = others.iter().map(|cause| cause.cases.len()).sum();
            let causes = if others.len() == 1 { "cause" } else { "causes" };
            texts.push(format!("{} more {causes} ({cases} failed); --max-failures N shows them\n", others.len()));
        }
        texts.join("\n")
    }

    /// Returns how many cases of each level pass, by operation and encoding, how many facts were exercised, and
    /// in the last line whether the results conform.
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
                let outcomes = listed.iter().filter(|result| result.level == *level).map(|result| &result.outcome);
                let passed = outcomes.clone().filter(|outcome| **outcome == Outcome::Passed).count();
                let failed = outcomes.filter(|outcome| outcome.failure().is_some()).count();
                if passed + failed > 0 {
                    let _ = write!(text, " {level} {passed} of {},", passed + failed);
                }
            }
            let not_run = |result: &&&&CaseResult| matches!(self.options.standing(result), Standing::NotRun(_));
            match listed.iter().filter(not_run).count() {
                0 => drop(text.pop()),
                count => drop(write!(text, " {count} not run")),
            }
            text.push('\n');
        }
        for (level, tally) in &self.results.random {
            let not_run =
                if tally.unsupported > 0 { format!(", {} not run", tally.unsupported) } else { String::new() };
            let _ = writeln!(text, "random {level} {} of {}{not_run}", tally.passed, tally.ran());
        }
        let why_not = self.results.cases.iter().filter_map(|result| match self.options.standing(result) {
            Standing::NotRun(why) => Some(why),
            _ => None,
        });
        let mut why_not: Vec<&str> = why_not.collect();
        why_not.sort_unstable();
        why_not.dedup();
        for why in why_not.iter().take(3) {
            let _ = writeln!(text, "not run: {why}");
        }
        if why_not.len() > 3 {
            let _ = writeln!(text, "not run: {} more reasons", why_not.len() - 3);
        }
        self.tell_facts(&mut text);
        let summary = self.results.summarize(&self.options.known, self.options.fail_on);
        if summary.not_counted > 0 {
            text.push_str("failures of a level that does not count are not shown; --fail-on may makes them count\n");
        }
        let without_answer = self.results.tally().no_answer;
        if without_answer > 0 {
            let _ = writeln!(text, "{without_answer} without an answer: {}", self.kinds_without_answer());
        }
        let _ = write!(text, "{summary}");
        plain(&text)
    }

    /// Of the cases without an answer that are kept, how many are of which kind.
    fn kinds_without_answer(&self) -> String {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        for result in self.results.cases.iter().filter(|result| result.outcome.is_without_answer()) {
            match kinds.iter_mut().find(|(kind, _)| *kind == result.outcome.name()) {
                Some((_, count)) => *count += 1,
                None => kinds.push((result.outcome.name(), 1)),
            }
        }
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, count)| format!("{count} {}", kind.replace('_', " "))).collect();
        kinds.join(", ")
    }

    fn tell_facts(&self, text: &mut String) {
        let (exercised, missed) = self.results.facts_exercised();
        let all = exercised.len() + missed.len();
        let hint = if missed.is_empty() || self.options.verbose { "" } else { "; --verbose names the others" };
        let _ = writeln!(text, "{} of {all} facts were exercised by this {}{hint}", exercised.len(), self.results.side);
        if self.options.verbose {
            for fact in missed {
                let _ = writeln!(text, "  not exercised: {fact}");
            }
        }
    }
}

impl ReportOptions {
    /// Returns the text of a case that fails and is not known to: what was expected and what came, the
    /// exchange, the facts with their sources, and the line that runs it again. None for any other case, and for
    /// one that does not count unless the options are verbose.
    ///
    /// ```
    /// use taskmock::conformance::{CaseResult, ReportOptions};
    /// fn show(result: &CaseResult, options: &ReportOptions) {
    ///     if let Some(text) = options.failure(result) {
    ///         println!("{text}");
    ///     }
    /// }
    /// ```
    pub fn failure(&self, result: &CaseResult) -> Option<String> {
        let failure = result.failure()?;
        let not_counted = match self.standing(result) {
            Standing::Failed => "",
            Standing::NotCounted if self.verbose => ", not counted",
            _ => return None,
        };
        let label = result.outcome.name().to_uppercase().replace('_', " ");
        let mut text = format!("{label} ({}{not_counted}) {}\n", result.level, result.id);
        let lines = failure.lines();
        let most = if self.verbose { lines.len() } else { MOST_DIFFERENCES };
        for line in lines.iter().take(most) {
            let _ = writeln!(text, "  {line}");
        }
        if lines.len() > most {
            let _ = writeln!(text, "  {} more differences", lines.len() - most);
        }
        if result.outcome.is_without_answer() {
            let _ = writeln!(text, "  expected {}", shown(failure.expected.to_string().as_bytes()));
        }
        for exchange in &failure.exchanges {
            tell(&mut text, exchange, self.base_url());
        }
        for line in failure.stderr.trim_end().lines() {
            let _ = writeln!(text, "  stderr   {line}");
        }
        let most = if result.outcome.is_without_answer() { 1 } else { MOST_FACTS_OF_A_CASE };
        for fact in facts(result).take(most) {
            let _ = writeln!(text, "  shows    {fact}");
        }
        if result.facts.len() > most {
            let _ = writeln!(text, "  shows    {} more facts", result.facts.len() - most);
        }
        if let Some(again) = self.again_of(result) {
            let _ = writeln!(text, "  again    {again}");
        }
        Some(plain(&text))
    }

    /// The first case of a cause in full, and the names of the others.
    fn cause(&self, results: &[&CaseResult]) -> String {
        let [first, others @ ..] = results else { return String::new() };
        let mut text = self.failure(first).unwrap_or_default();
        if !others.is_empty() {
            let mut named: Vec<String> = others.iter().take(MOST_ALIKE).map(|result| result.id.clone()).collect();
            if others.len() > MOST_ALIKE {
                named.push(format!("{} more", others.len() - MOST_ALIKE));
            }
            let _ = writeln!(text, "  alike    {}", named.join(", "));
        }
        text
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
