//! Report: results as text for a terminal, as JUnit XML, as an HTML page, and as a list of known failures.

mod case_html;
mod causes;
mod html;
mod junit;
mod known;
mod text;

use std::collections::BTreeMap;

pub use causes::Cause;

use super::known_failing::KnownFailing;
use super::results::{CaseResult, Results};
use super::standing::Standing;
use crate::case::Level;
use crate::text::visible;

/// What counts in a report, how much it shows, and how a case is run again.
///
/// ```
/// use taskmock::case::Level;
/// use taskmock::conformance::ReportOptions;
/// let options = ReportOptions::new().fail_on(Level::May).max_failures(3);
/// ```
#[derive(Clone, Debug)]
pub struct ReportOptions {
    known: KnownFailing,
    fail_on: Level,
    again: Option<String>,
    server: Option<String>,
    max_failures: usize,
    verbose: bool,
}

impl Default for ReportOptions {
    fn default() -> Self {
        ReportOptions {
            known: KnownFailing::default(),
            fail_on: Level::Must,
            again: None,
            server: None,
            max_failures: 10,
            verbose: false,
        }
    }
}

impl ReportOptions {
    /// Returns the defaults: nothing is known to fail, `must` counts, and the text shows the first case of each
    /// of ten causes.
    ///
    /// ```
    /// let options = taskmock::conformance::ReportOptions::new();
    /// ```
    pub fn new() -> Self {
        ReportOptions::default()
    }

    /// Sets the cases that are known to fail.
    ///
    /// ```
    /// use taskmock::conformance::{KnownFailing, ReportOptions};
    /// let options = ReportOptions::new().known_failing(KnownFailing::default());
    /// ```
    pub fn known_failing(mut self, known: KnownFailing) -> Self {
        self.known = known;
        self
    }

    /// Sets the least binding level whose failures count.
    ///
    /// ```
    /// let options = taskmock::conformance::ReportOptions::new().fail_on(taskmock::case::Level::Should);
    /// ```
    pub fn fail_on(mut self, level: Level) -> Self {
        self.fail_on = level;
        self
    }

    /// Sets the command line that runs a case again, with `{case}` in place of its name.
    ///
    /// ```
    /// let options = taskmock::conformance::ReportOptions::new().again("cargo test -- {case}");
    /// ```
    pub fn again(mut self, line: impl Into<String>) -> Self {
        self.again = Some(line.into());
        self
    }

    /// Sets the address of the server that was tested, for the curl lines.
    ///
    /// ```
    /// let options = taskmock::conformance::ReportOptions::new().server("http://127.0.0.1:8080");
    /// ```
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    /// Sets how many causes of failures the text shows, each with its first case; the others are counted.
    ///
    /// ```
    /// let options = taskmock::conformance::ReportOptions::new().max_failures(3);
    /// ```
    pub fn max_failures(mut self, count: usize) -> Self {
        self.max_failures = count;
        self
    }

    /// Shows every failure in the text, those that do not count included, and names the facts that were not
    /// exercised.
    ///
    /// ```
    /// let options = taskmock::conformance::ReportOptions::new().verbose(true);
    /// ```
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }

    fn standing<'a>(&'a self, result: &'a CaseResult) -> Standing<'a> {
        Standing::of(result, &self.known, self.fail_on)
    }

    /// The command line that runs a case again.
    fn again_of(&self, result: &CaseResult) -> Option<String> {
        Some(self.again.as_ref()?.replace("{case}", &format!("'{}'", result.id)))
    }

    /// The address for a curl line.
    fn base_url(&self) -> &str {
        self.server.as_deref().unwrap_or("http://127.0.0.1:8080")
    }
}

/// Results with the options of their reports.
///
/// ```
/// use taskmock::conformance::{Report, ReportOptions, Results};
/// fn page(results: &Results) -> String {
///     Report::new(results, &ReportOptions::new()).html()
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    results: &'a Results,
    options: &'a ReportOptions,
}

impl<'a> Report<'a> {
    /// Returns the report of some results.
    ///
    /// ```
    /// # use taskmock::conformance::{Report, ReportOptions, Results};
    /// fn print(results: &Results) {
    ///     println!("{}", Report::new(results, &ReportOptions::new()).text());
    /// }
    /// ```
    pub fn new(results: &'a Results, options: &'a ReportOptions) -> Self {
        Report { results, options }
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

    /// Returns the failures that count, grouped by their probable cause: the most binding first, then the largest
    /// group.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// for cause in report.causes() {
    ///     println!("{} cases: {}", cause.cases.len(), cause.name);
    /// }
    /// # }
    /// ```
    pub fn causes(&self) -> Vec<Cause<'a>> {
        causes::of(&self.with(|standing| standing == Standing::Failed))
    }

    fn with(&self, are_meant: impl Fn(Standing<'_>) -> bool) -> Vec<&'a CaseResult> {
        self.results.cases.iter().filter(|result| are_meant(self.options.standing(result))).collect()
    }
}

impl Results {
    /// Does nothing if the results conform: at least one case ran, and every case that must hold does.
    ///
    /// # Panics
    ///
    /// If they do not, with the failures.
    ///
    /// ```should_panic
    /// use taskmock::conformance::{self, ClientAnswer};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// conformance::run(|_: &str, _: &Input| ClientAnswer::<Output>::unreadable("out of order")).assert();
    /// ```
    #[track_caller]
    pub fn assert(&self) {
        let options = ReportOptions::new();
        if !self.summarize(&options.known, options.fail_on).conforms() {
            panic!("{}", Report::new(self, &options).text());
        }
    }
}

/// The facts of a case with their sources, a line each.
fn facts(result: &CaseResult) -> impl Iterator<Item = String> {
    result.facts.iter().map(|id| match crate::backend::fact(id) {
        Some(fact) => format!("{id}: {} [{}: {}]", fact.says, fact.kind, fact.citation()),
        None => id.clone(),
    })
}

/// A text of several lines, each made [`visible`].
fn plain(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A text for XML or HTML. Characters that XML cannot hold stand as U+FFFD.
fn escaped(text: &str) -> String {
    let carried = plain(text).replace(crate::format::is_forbidden, "\u{fffd}");
    quick_xml::escape::escape(carried).into_owned()
}
