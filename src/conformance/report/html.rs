//! HTML: results as one self-contained page: a matrix of facts and verdicts, and every failure with
//! its exchange side by side.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use super::{Report, Standing, escaped, facts};
use crate::case::Level;
use crate::conformance::results::{CaseResult, Exchange, Tally};
use crate::fact::Fact;

const STYLE: &str = include_str!("page.css");

impl Report<'_> {
    /// The results as an HTML page that needs nothing else.
    ///
    /// ```
    /// # fn show(report: taskmock::conformance::Report) {
    /// assert!(report.html().starts_with("<!DOCTYPE html>"));
    /// # }
    /// ```
    pub fn html(&self) -> String {
        let results = self.results;
        let conclusion = results.conclude(self.terms.known, self.terms.least);
        let tally = results.tally();
        let (exercised, missed) = results.facts_exercised();
        let verdict = if conclusion.conforms() { "conforms" } else { "does not conform" };
        let class = if conclusion.conforms() { "passed" } else { "failed" };
        let mut page = String::new();
        let _ = write!(
            page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{subject} {verdict}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
             <h1 class=\"{class}\">{verdict}</h1>\n\
             <p class=\"subject\">{kind} <code>{subject}</code>, taskmock {version}</p>\n<dl>\n",
            subject = escaped(&results.subject),
            kind = results.side,
            version = escaped(&results.version),
        );
        let mut number = |count: u64, label: &str, class: &str| {
            let class = if count == 0 { "" } else { class };
            let _ = writeln!(page, "<div class=\"{class}\"><dt>{label}</dt><dd>{count}</dd></div>");
        };
        number(tally.passed, "passed", "passed");
        number(conclusion.failed.len() as u64 + conclusion.more, "failed", "failed");
        number(conclusion.known, "known to fail", "known");
        number(conclusion.below, "failed, not counted", "below");
        number(tally.unsupported, "not asked", "");
        let _ = writeln!(
            page,
            "<div><dt>facts exercised</dt><dd>{} <small>of {}</small></dd></div>\n</dl>",
            exercised.len(),
            exercised.len() + missed.len()
        );
        if !conclusion.conforms() {
            let _ = writeln!(page, "<pre class=\"conclusion\">{}</pre>", escaped(&conclusion.to_string()));
        }
        page.push_str("</header>\n<main>\n");
        self.overview(&mut page);
        self.failures(&mut page, "Failures", |standing| standing == Standing::Failed);
        self.matrix(&mut page);
        self.failures(&mut page, "Known to fail", |standing| matches!(standing, Standing::Known(_)));
        self.failures(&mut page, "Failed, not counted", |standing| standing == Standing::Below);
        page.push_str("</main>\n</body>\n</html>\n");
        page
    }

    /// A square for each case, by operation and encoding.
    fn overview(&self, page: &mut String) {
        page.push_str("<section class=\"overview\">\n");
        for ((operation, format), results) in self.groups() {
            let _ = write!(page, "<h3>{} <small>{}</small></h3>\n<p>", escaped(operation), escaped(format));
            for result in results {
                let (id, level) = (escaped(&result.id), result.level);
                let _ = match self.standing(result).class() {
                    class @ ("passed" | "none") => write!(page, "<i class=\"{class}\" title=\"{id} ({level})\"></i>"),
                    class => write!(page, "<a class=\"{class}\" href=\"#{id}\" title=\"{id} ({level})\"></a>"),
                };
            }
            page.push_str("</p>\n");
        }
        page.push_str("</section>\n");
    }

    fn failures(&self, page: &mut String, title: &str, are_meant: impl Fn(Standing<'_>) -> bool) {
        let failing: Vec<&CaseResult> =
            self.results.cases.iter().filter(|result| are_meant(self.standing(result))).collect();
        if failing.is_empty() {
            return;
        }
        let _ = writeln!(page, "<section>\n<h2>{title} <small>{}</small></h2>", failing.len());
        failing.iter().for_each(|result| self.one_failure(page, result, self.standing(result)));
        page.push_str("</section>\n");
    }

    fn one_failure(&self, page: &mut String, result: &CaseResult, standing: Standing<'_>) {
        let Some(failure) = result.failure() else { return };
        let (class, open) = (standing.class(), if standing == Standing::Failed { " open" } else { "" });
        let _ = write!(
            page,
            "<details class=\"{class}\"{open}>\n<summary><code>{id}</code> <span class=\"level\">{level}</span></summary>\n",
            id = escaped(&result.id),
            level = result.level,
        );
        if let Standing::Known(why) = standing {
            let _ = writeln!(page, "<p>Known to fail: {}</p>", escaped(why));
        }
        let _ = writeln!(
            page,
            "<pre class=\"differences\" id=\"{}\">{}</pre>",
            escaped(&result.id),
            escaped(&failure.differences.join("\n"))
        );
        let pretty = |value: &serde_json::Value| match value {
            serde_json::Value::Null => "nothing".to_owned(),
            value => cut(&serde_json::to_string_pretty(value).unwrap_or_default()),
        };
        compared(page, &pretty(&failure.expected), &pretty(&failure.got));
        for exchange in &failure.exchanges {
            side_by_side(page, "request", &request(exchange), "response", &response(exchange));
            let _ = writeln!(page, "<pre class=\"curl\">{}</pre>", escaped(&exchange.curl(self.terms.base_url())));
        }
        if !failure.stderr.is_empty() {
            let _ = writeln!(
                page,
                "<figure><figcaption>stderr</figcaption><pre>{}</pre></figure>",
                escaped(&failure.stderr)
            );
        }
        page.push_str("<ul class=\"facts\">\n");
        facts(result).for_each(|fact| {
            let _ = writeln!(page, "<li>{}</li>", escaped(&fact));
        });
        page.push_str("</ul>\n");
        if let Some(again) = self.terms.again(result) {
            let _ = writeln!(page, "<p>Ask it again: <code>{}</code></p>", escaped(&again));
        }
        page.push_str("</details>\n");
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
                    .add(self.standing(result), result);
            }
        }
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

impl Standing<'_> {
    /// How the page shows it.
    fn class(self) -> &'static str {
        match self {
            Standing::Passed => "passed",
            Standing::Failed => "failed",
            Standing::Known(_) => "known",
            Standing::Below => "below",
            Standing::NotAsked(_) => "none",
        }
    }
}

/// What came of the cases that show one fact in one encoding.
#[derive(Default)]
struct Cell<'a> {
    tally: Tally,
    /// The worst of them, and the first case that stands so.
    worst: Option<(Standing<'a>, &'a str)>,
}

impl<'a> Cell<'a> {
    fn add(&mut self, standing: Standing<'a>, result: &'a CaseResult) {
        self.tally.count(&result.verdict);
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
        escaped(fact.source)
    );
    for format in formats {
        let cell = cells.get(format);
        let (class, mark, id) = match cell.and_then(|cell| cell.worst) {
            None => ("none", "–", ""),
            Some((standing @ Standing::NotAsked(_), _)) => (standing.class(), "–", ""),
            Some((standing @ Standing::Passed, _)) => (standing.class(), "✓", ""),
            Some((standing, id)) => (standing.class(), "✗", id),
        };
        let tally = cell.map(|cell| cell.tally).unwrap_or_default();
        let title = format!("{} passed, {} failed, {} not asked", tally.passed, tally.failed, tally.unsupported);
        let _ = write!(page, "<td class=\"{class}\" title=\"{title}\">");
        let count = if tally.asked() == 0 { String::new() } else { format!(" {}/{}", tally.passed, tally.asked()) };
        let _ = match id {
            "" => write!(page, "{mark}<small>{count}</small></td>"),
            id => write!(page, "<a href=\"#{}\">{mark}<small>{count}</small></a></td>", escaped(id)),
        };
    }
    page.push_str("</tr>\n");
}

/// Two texts side by side.
fn side_by_side(page: &mut String, left: &str, left_text: &str, right: &str, right_text: &str) {
    figures(page, (left, &escaped(left_text)), (right, &escaped(right_text)));
}

/// The same with the lines marked that only one of them has.
fn compared(page: &mut String, expected: &str, got: &str) {
    let marked = |text: &str, other: &str| {
        let others: HashSet<&str> = other.lines().collect();
        let line = |line: &str| match others.contains(line) || line.trim().len() < 2 {
            true => escaped(line),
            false => format!("<mark>{}</mark>", escaped(line)),
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    };
    figures(page, ("expected", &marked(expected, got)), ("got", &marked(got, expected)));
}

fn figures(page: &mut String, left: (&str, &str), right: (&str, &str)) {
    let figure =
        |(caption, html): (&str, &str)| format!("<figure><figcaption>{caption}</figcaption><pre>{html}</pre></figure>");
    let _ = writeln!(page, "<div class=\"sides\">{}{}</div>", figure(left), figure(right));
}

fn request(exchange: &Exchange) -> String {
    let mut text = format!("{} {}\n", exchange.method, exchange.target);
    headers(&mut text, &exchange.headers);
    text + "\n" + &exchange.body
}

fn response(exchange: &Exchange) -> String {
    let mut text = format!("{}\n", exchange.status);
    headers(&mut text, &exchange.response_headers);
    text + "\n" + &exchange.response_body
}

fn headers(text: &mut String, headers: &[(String, String)]) {
    headers.iter().for_each(|(name, value)| {
        let _ = writeln!(text, "{name}: {value}");
    });
}

/// The beginning of a long value; all of it is in the JSON report.
fn cut(text: &str) -> String {
    const MOST_LINES: usize = 60;
    let mut lines: Vec<&str> = text.lines().take(MOST_LINES + 1).collect();
    if lines.len() > MOST_LINES {
        lines[MOST_LINES] = "…";
    }
    lines.join("\n")
}
