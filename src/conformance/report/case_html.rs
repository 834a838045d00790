//! Case HTML: one case of the page, with everything that helps to see why it fails.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::{ReportOptions, causes, escaped, facts};
use crate::case::shown;
use crate::conformance::outcome::{Exchange, Failure};
use crate::conformance::results::CaseResult;
use crate::conformance::selection::CasesByName;
use crate::conformance::standing::Standing;

impl Standing<'_> {
    /// Its class in the page.
    pub(super) fn class(self) -> &'static str {
        match self {
            Standing::Passed => "passed",
            Standing::Failed => "failed",
            Standing::Known(_) => "known",
            Standing::NotCounted => "uncounted",
            Standing::NotRun(_) => "none",
        }
    }
}

/// Adds one case.
pub(super) fn add(page: &mut String, result: &CaseResult, options: &ReportOptions, catalogue: Option<&CasesByName>) {
    let (standing, (operation, _, _), id) = (options.standing(result), result.pieces(), escaped(&result.id));
    let outcome = result.outcome.name();
    let _ = write!(
        page,
        "<article class=\"{}\" id=\"{id}\" data-outcome=\"{outcome}\" data-level=\"{}\" data-operation=\"{}\" \
         data-facts=\"{}\" data-cause=\"{}\">\n<details>\n<summary><code>{id}</code> \
         <span class=\"level\">{} · {}</span>",
        standing.class(),
        result.level,
        escaped(operation),
        escaped(&result.facts.join(" ")),
        escaped(&causes::name(result)),
        result.level,
        outcome.replace('_', " "),
    );
    if let Some(failure) = result.failure() {
        let _ = write!(page, "<span class=\"headline\">{}</span>", escaped(&cut_line(&failure.headline())));
    }
    page.push_str("</summary>\n");
    match standing {
        Standing::Known(why) => drop(writeln!(page, "<p>Known to fail: {}</p>", escaped(why))),
        Standing::NotRun(why) => drop(writeln!(page, "<p>Not run: {}</p>", escaped(why))),
        Standing::Passed | Standing::Failed | Standing::NotCounted => {}
    }
    if let Some(failure) = result.failure() {
        add_failure(page, failure, options);
    }
    if let Some((input, state)) = catalogue.and_then(|catalogue| catalogue.input_and_state(&result.id)) {
        let input = if input.is_null() { "see the requests".to_owned() } else { input.to_string() };
        figures(page, ("input", &escaped(&shown(input.as_bytes()))), ("given state", &escaped(&cut(&state))));
    }
    page.push_str("<ul class=\"facts\">\n");
    for fact in facts(result) {
        let _ = writeln!(page, "<li>{}</li>", escaped(&fact));
    }
    page.push_str("</ul>\n");
    if result.failure().is_some()
        && let Some(again) = options.again_of(result)
    {
        let _ = writeln!(page, "<p>Run it again: <code>{}</code></p>", escaped(&again));
    }
    let _ = writeln!(
        page,
        "</details>\n<a class=\"permalink\" href=\"#{id}\" title=\"Link to {id}\" aria-label=\"Link to {id}\">#</a>\n</article>"
    );
}

fn add_failure(page: &mut String, failure: &Failure, options: &ReportOptions) {
    let _ = writeln!(page, "<pre class=\"differences\">{}</pre>", escaped(&failure.lines().join("\n")));
    let pretty = |value: &Value| cut(&serde_json::to_string_pretty(value).unwrap_or_default());
    compared(page, ("expected", &pretty(&failure.expected)), ("got", &pretty(&failure.got)));
    let expected = failure.expected_exchange.as_ref();
    let expected = expected.filter(|expected| !failure.exchanges.iter().any(|exchange| is_alike(expected, exchange)));
    if let Some(exchange) = expected {
        add_exchange(page, "expected request", "the response to it", exchange);
    }
    for exchange in &failure.exchanges {
        add_exchange(page, "request that came", "response that it got", exchange);
        let _ = writeln!(page, "<pre class=\"curl\">{}</pre>", escaped(&exchange.curl(options.base_url())));
    }
    if !failure.stderr.is_empty() {
        let _ =
            writeln!(page, "<figure><figcaption>stderr</figcaption><pre>{}</pre></figure>", escaped(&failure.stderr));
    }
}

/// Whether two exchanges are the same but for headers.
fn is_alike(one: &Exchange, other: &Exchange) -> bool {
    let parts = |exchange: &Exchange| {
        let Exchange { method, target, body, status, response_body, .. } = exchange.clone();
        (method, target, body, status, response_body)
    };
    parts(one) == parts(other)
}

fn add_exchange(page: &mut String, request_title: &str, response_title: &str, exchange: &Exchange) {
    let request = format!("{} {}\n{}\n{}", exchange.method, exchange.target, headers(&exchange.headers), exchange.body);
    let response = format!("{}\n{}\n{}", exchange.status, headers(&exchange.response_headers), exchange.response_body);
    figures(page, (request_title, &escaped(&request)), (response_title, &escaped(&response)));
}

fn headers(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

/// Two texts side by side, with the lines marked that only one of them has.
fn compared(page: &mut String, left: (&str, &str), right: (&str, &str)) {
    let marked = |text: &str, other: &str| {
        let others: HashSet<&str> = other.lines().collect();
        let line = |line: &str| match others.contains(line) || line.trim().len() < 2 {
            true => escaped(line),
            false => format!("<mark>{}</mark>", escaped(line)),
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    };
    figures(page, (left.0, &marked(left.1, right.1)), (right.0, &marked(right.1, left.1)));
}

fn figures(page: &mut String, left: (&str, &str), right: (&str, &str)) {
    let figure =
        |(caption, html): (&str, &str)| format!("<figure><figcaption>{caption}</figcaption><pre>{html}</pre></figure>");
    let _ = writeln!(page, "<div class=\"sides\">{}{}</div>", figure(left), figure(right));
}

/// The beginning of a long value; the JSON report has all of it.
fn cut(text: &str) -> String {
    const MOST_LINES: usize = 60;
    let mut lines: Vec<&str> = text.lines().take(MOST_LINES + 1).collect();
    if lines.len() > MOST_LINES {
        lines[MOST_LINES] = "…";
    }
    lines.join("\n")
}

/// The beginning of a long line.
fn cut_line(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
