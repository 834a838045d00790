//! `taskmock conformance server`: a server that is sent the cases.

use std::time::Duration;

use taskmock::Shard;
use taskmock::case::Level;
use taskmock::conformance::{Side, Signatures, Suite};

use super::http::Connection;
use super::{Failure, Reports, Selection, Telling, list, nothing_selected, refused};

/// As many seconds has the server by default.
const TIMEOUT: f64 = 30.0;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// The encodings that are asked for: json, xml or all.
    #[arg(long, default_value = "all", value_parser = super::formats)]
    format: super::Formats,
    /// Sign each request, as AK:SECRET or AK:SECRET:TOKEN; requests to the letter are left out then.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Option<String>,
    #[command(flatten)]
    source: crate::cli::credentials::Source,
    /// How many seconds the server has for a response, the last byte of its body included.
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, value_parser = super::seconds, allow_negative_numbers = true)]
    timeout: f64,
    #[command(flatten)]
    reports: Reports,
    /// The server, such as http://127.0.0.1:8080. If it has the control interface of `taskmock serve`, it
    /// is given the state of each case, and its own at the end; its clock has to stand (no --speed). Any other
    /// is asked the cases that need no state.
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let credentials = arguments.source.one(arguments.credentials.as_deref())?;
    let credentials = credentials.as_deref().map(crate::cli::credentials::read).transpose()?;
    let is_signed = credentials.is_some();
    let mut suite = Suite {
        signatures: credentials.map_or_else(Default::default, Signatures::Required),
        ..arguments.selection.suite(&arguments.format)
    };
    let url = match &arguments.url {
        Some(url) if !arguments.selection.list => url,
        _ => return list(&suite, Side::Server),
    };
    let count = suite.count(Side::Server).map_err(refused)?;
    // A shard may be empty, and is a part of the whole all the same.
    if count == 0 && suite.shard == Shard::default() {
        return Err(nothing_selected(&suite));
    }
    let connection = Connection::to(url, Duration::from_secs_f64(arguments.timeout))
        .map_err(|error| Failure::usage(format!("{url}: {error}")))?;
    suite.host = Some(connection.host().to_owned());
    let mut again = "taskmock conformance server --case {case}".to_owned();
    if is_signed {
        again.push_str(" --credentials AK:SECRET");
    }
    if arguments.reports.fail_on != Level::Must {
        again.push_str(&format!(" --fail-on {}", arguments.reports.fail_on));
    }
    let again = format!("{again} {}", super::quoted(url));
    let server = url.trim_end_matches('/');
    let telling = Telling::start(&arguments.reports, again, Some(server), count)?;
    let mut connection = connection.until_interrupted();
    let asked = suite.ask_server(url, |request| connection.send(request), |result| telling.tell(result));
    let results = asked.map_err(|error| Failure::usage(format!("{url}: {error}")))?;
    let end = telling.end(&results);
    match connection.was_interrupted() {
        true => Err(Failure { sentence: "interrupted; the server has its state back".to_owned(), code: 130 }),
        false => end,
    }
}
