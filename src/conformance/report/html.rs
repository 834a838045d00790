//! HTML: results as one self-contained page: the failures by cause, a matrix of facts, and every case with its
//! exchange side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Report, case_html, causes, escaped};
use crate::case::{GENERATOR_VERSION, Level};
use crate::conformance::results::{CaseResult, Tally};
use crate::conformance::selection::CasesByName;
use crate::conformance::standing::Standing;
use crate::conformance::summary::Summary;
use crate::fact::{DOCUMENTS, Fact};

const STYLE: &str = include_str!("page.css");

const SCRIPT: &str = include_str!("page.js");

/// The page loads nothing and sends nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// The standings with their explanations, for the legend.
const LEGEND: &[(&str, &str, &str)] = &[
    ("failed", "failed", "not as expected, and it counts"),
    ("known", "known to fail", "on the list of known failures"),
    ("uncounted", "not counted", "fails at a level that does not count"),
    ("passed", "passed", "as expected"),
    ("none", "not run", "not supported"),
];

impl Report<'_> {
    /// Returns the results as an HTML page that needs nothing else.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// assert!(report.html().starts_with("<!DOCTYPE html>"));
    /// # }
    /// ```
    pub fn html(&self) -> String {
        let results = self.results;
        let summary = results.summarize(&self.options.known, self.options.fail_on);
        // Another version may have other cases under the same names.
        let catalogue = (results.generator_version == GENERATOR_VERSION).then(|| CasesByName::of(results.side));
        let catalogue = catalogue.as_ref();
        let mut page = String::new();
        self.header(&mut page, &summary);
        page.push_str("<main>\n");
        self.overview(&mut page);
        let sections = [
            ("failures", "Failures", "failed", true),
            ("known", "Known to fail", "known", false),
            ("uncounted", "Failed, not counted", "uncounted", true),
        ];
        for (id, title, class, by_cause) in sections {
            self.section(&mut page, id, title, class, by_cause, catalogue);
        }
        self.matrix(&mut page);
        self.section(&mut page, "not-run", "Not run", "none", false, catalogue);
        self.section(&mut page, "passed", "Passed", "passed", false, catalogue);
        let _ = write!(page, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
        page
    }

    fn header(&self, page: &mut String, summary: &Summary) {
        let results = self.results;
        let tally = results.tally();
        let (exercised, missed) = results.facts_exercised();
        let verdict = if summary.conforms() { "conforms" } else { "does not conform" };
        let class = if summary.conforms() { "passed" } else { "failed" };
        let _ = write!(
            page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <title>{subject} {verdict}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
             <h1 class=\"{class}\">{verdict}</h1>\n<p class=\"subject\">{side} <code>{subject}</code></p>\n<dl>\n",
            subject = escaped(&results.subject),
            side = results.side,
        );
        let mut number = |count: u64, label: &str, class: &str| {
            let class = if count == 0 { "" } else { class };
            let _ = writeln!(page, "<div class=\"{class}\"><dt>{label}</dt><dd>{count}</dd></div>");
        };
        number(tally.passed, "passed", "passed");
        number(summary.failed.len() as u64 + summary.unreported, "failed", "failed");
        number(tally.no_answer, "without an answer", "failed");
        number(summary.known, "known to fail", "known");
        number(summary.not_counted, "failed, not counted", "uncounted");
        number(tally.unsupported, "not run", "");
        let _ = writeln!(
            page,
            "<div><dt>facts exercised</dt><dd>{} <small>of {}</small></dd></div>\n</dl>",
            exercised.len(),
            exercised.len() + missed.len()
        );
        if !summary.conforms() {
            let _ = writeln!(page, "<pre class=\"conclusion\">{}</pre>", escaped(&summary.to_string()));
        }
        self.run_data(page);
        page.push_str("</header>\n");
        self.contents_and_filter(page);
    }

    /// When, how long, by which version, and with which options.
    fn run_data(&self, page: &mut String) {
        let results = self.results;
        let mut rows = vec![
            ("started", results.started.clone()),
            ("duration", format!("{}.{:03} s", results.micros / 1_000_000, results.micros / 1000 % 1000)),
            ("taskmock", format!("{}, generator {}", results.version, results.generator_version)),
            ("selection", results.run.selection.clone()),
            ("options", results.run.options.join(", ")),
            ("fail on", self.options.fail_on.to_string()),
        ];
        if results.run.random > 0 {
            rows.push(("random", format!("{} cases, seed {}", results.run.random, results.run.seed.0)));
        }
        page.push_str("<table class=\"run\">\n");
        for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(page, "<tr><th scope=\"row\">{name}</th><td>{}</td></tr>", escaped(value));
        }
        page.push_str("</table>\n");
    }

    fn contents_and_filter(&self, page: &mut String) {
        let count = |class: &str| self.with(|standing| standing.class() == class).len();
        page.push_str("<nav aria-label=\"Contents\">\n");
        let sections = [
            ("failures", "Failures", count("failed")),
            ("known", "Known to fail", count("known")),
            ("uncounted", "Failed, not counted", count("uncounted")),
            ("facts", "Facts", self.results.facts.len()),
            ("not-run", "Not run", count("none")),
            ("passed", "Passed", count("passed")),
        ];
        for (id, title, count) in sections.iter().filter(|(.., count)| *count > 0) {
            let _ = writeln!(page, "<a href=\"#{id}\">{title} <small>{count}</small></a>");
        }
        page.push_str("</nav>\n<form id=\"filter\" role=\"search\" aria-label=\"Filter cases\" hidden>\n");
        page.push_str(
            "<label>search <input type=\"search\" name=\"text\" placeholder=\"name, path, value\"></label>\n",
        );
        let (mut outcomes, mut levels) = (BTreeSet::new(), BTreeSet::new());
        let (mut operations, mut facts, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for result in &self.results.cases {
            outcomes.insert(result.outcome.name().to_owned());
            levels.insert(result.level);
            operations.insert(result.pieces().0.to_owned());
            facts.extend(result.facts.iter().cloned());
            names.insert(causes::name(result));
        }
        names.remove("");
        let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
        select(page, "outcome", outcomes.iter());
        select(page, "level", levels.iter());
        select(page, "operation", operations.iter());
        select(page, "fact", facts.iter());
        select(page, "cause", names.iter());
        page.push_str("<button type=\"reset\">clear</button>\n<output></output>\n</form>\n");
    }

    /// The cases of one standing, or nothing if there are none.
    fn section(
        &self,
        page: &mut String,
        id: &str,
        title: &str,
        class: &str,
        by_cause: bool,
        catalogue: Option<&CasesByName>,
    ) {
        let results = self.with(|standing| standing.class() == class);
        if results.is_empty() {
            return;
        }
        let _ = writeln!(page, "<section id=\"{id}\">\n<h2>{title} <small>{}</small></h2>", results.len());
        if by_cause {
            for cause in causes::of(&results) {
                let (name, count) = (escaped(&cause.name), cause.cases.len());
                let _ =
                    writeln!(page, "<section class=\"cause\">\n<h3><code>{name}</code> <small>{count}</small></h3>");
                cause.cases.iter().for_each(|result| case_html::add(page, result, self.options, catalogue));
                page.push_str("</section>\n");
            }
        } else {
            results.iter().for_each(|result| case_html::add(page, result, self.options, catalogue));
        }
        page.push_str("</section>\n");
    }

    /// A square for each case, by operation and encoding.
    fn overview(&self, page: &mut String) {
        page.push_str("<section class=\"overview\">\n<ul class=\"legend\">\n");
        for (class, name, says) in LEGEND {
            let _ = writeln!(page, "<li><i class=\"{class}\"></i> {name}: {says}</li>");
        }
        page.push_str("</ul>\n");
        documents(page);
        for ((operation, format), results) in self.groups() {
            let _ = write!(page, "<h3>{} <small>{}</small></h3>\n<p>", escaped(operation), escaped(format));
            for result in results {
                let (id, level, class) = (escaped(&result.id), result.level, self.options.standing(result).class());
                let _ = write!(
                    page,
                    "<a class=\"{class}\" href=\"#{id}\" title=\"{id} ({level})\" aria-label=\"{id}: {class}\"></a>"
                );
            }
            page.push_str("</p>\n");
        }
        page.push_str("</section>\n");
    }

    /// For each operation a table: a row for each fact that some case shows, a column for each encoding.
    fn matrix(&self, page: &mut String) {
        let mut cells: BTreeMap<(&str, &str), BTreeMap<&str, Cell<'_>>> = BTreeMap::new();
        let mut formats: Vec<&str> = Vec::new();
        for result in &self.results.cases {
            let (operation, format, _) = result.pieces();
            if !formats.contains(&format) {
                formats.push(format);
            }
            for fact in &result.facts {
                cells
                    .entry((operation, fact))
                    .or_default()
                    .entry(format)
                    .or_default()
                    .add(self.options.standing(result), result);
            }
        }
        page.push_str("<div id=\"facts\">\n");
        for operation in crate::services::operations() {
            let rows: Vec<_> =
                crate::backend::facts().filter(|fact| cells.contains_key(&(operation.id, fact.id))).collect();
            if rows.is_empty() {
                continue;
            }
            let _ = write!(
                page,
                "<section>\n<h2>{} <small>{}</small></h2>\n<table>\n<thead><tr><th scope=\"col\">fact</th>",
                operation.name, operation.id
            );
            formats.iter().for_each(|format| {
                let _ = write!(page, "<th scope=\"col\">{}</th>", escaped(format));
            });
            page.push_str("</tr></thead>\n<tbody>\n");
            for fact in rows {
                row(page, fact, operation.id, &formats, &cells[&(operation.id, fact.id)]);
            }
            page.push_str("</tbody>\n</table>\n</section>\n");
        }
        page.push_str("</div>\n");
        let (_, missed) = self.results.facts_exercised();
        if !missed.is_empty() {
            let _ = writeln!(
                page,
                "<section>\n<h2>Not exercised <small>{} facts</small></h2>\n<ul class=\"facts\">",
                missed.len()
            );
            for fact in missed.iter().filter_map(|id| crate::backend::fact(id)) {
                let _ = writeln!(page, "<li><code>{}</code> {}</li>", escaped(fact.id), escaped(fact.says));
            }
            page.push_str("</ul>\n</section>\n");
        }
    }
}

/// The documents that facts cite, with their addresses.
fn documents(page: &mut String) {
    page.push_str("<table class=\"run documents\">\n<caption>The documents that the facts cite</caption>\n");
    for document in DOCUMENTS {
        let (name, address) = (escaped(&document.to_string()), escaped(document.address));
        let date = document.date.map(|date| format!(", {}", escaped(date))).unwrap_or_default();
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{name}</th><td>{}{date}, <a href=\"{address}\">{address}</a></td></tr>",
            escaped(document.vendor),
        );
    }
    page.push_str("</table>\n");
}

/// A list to choose one value from.
fn select<'a>(page: &mut String, name: &str, values: impl Iterator<Item = &'a String>) {
    let _ = write!(page, "<label>{name} <select name=\"{name}\"><option value=\"\">any</option>");
    values.for_each(|value| {
        let _ = write!(page, "<option>{}</option>", escaped(value));
    });
    page.push_str("</select></label>\n");
}

/// How the cases that show one fact in one encoding ended.
#[derive(Default)]
struct Cell<'a> {
    tally: Tally,
    /// The worst standing, and the first case that has it.
    worst: Option<(Standing<'a>, &'a str)>,
}

impl<'a> Cell<'a> {
    fn add(&mut self, standing: Standing<'a>, result: &'a CaseResult) {
        self.tally.count(&result.outcome);
        if self.worst.is_none_or(|(worst, _)| standing > worst) {
            self.worst = Some((standing, &result.id));
        }
    }
}

fn row(page: &mut String, fact: &Fact, operation: &str, formats: &[&str], cells: &BTreeMap<&str, Cell<'_>>) {
    let short = fact.id.strip_prefix(operation).map_or(fact.id, |rest| rest.trim_start_matches('.'));
    let level = Level::of(crate::case::Class::Valid, &[fact.id]);
    let _ = write!(
        page,
        "<tr><th scope=\"row\"><code>{}</code> <span class=\"level\">{level}</span><span class=\"says\">{} <cite>{}</cite></span></th>",
        escaped(short),
        escaped(fact.says),
        escaped(&fact.citation())
    );
    for format in formats {
        let cell = cells.get(format);
        let (class, mark, id) = match cell.and_then(|cell| cell.worst) {
            None => ("none", "–", ""),
            Some((standing @ Standing::NotRun(_), _)) => (standing.class(), "–", ""),
            Some((standing @ Standing::Passed, _)) => (standing.class(), "✓", ""),
            Some((standing, id)) => (standing.class(), "✗", id),
        };
        let tally = cell.map(|cell| cell.tally).unwrap_or_default();
        let title = format!("{} passed, {} failed, {} not run", tally.passed, tally.wrong(), tally.unsupported);
        let _ = write!(page, "<td class=\"{class}\" title=\"{title}\">");
        let count = if tally.ran() == 0 { String::new() } else { format!(" {}/{}", tally.passed, tally.ran()) };
        let _ = match id {
            "" => write!(page, "{mark}<small>{count}</small></td>"),
            id => write!(page, "<a href=\"#{}\">{mark}<small>{count}</small></a></td>", escaped(id)),
        };
    }
    page.push_str("</tr>\n");
}
