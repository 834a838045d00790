//! `taskmock conformance server`: runs the cases against a server.

use std::time::Duration;

use taskmock::case::Level;
use taskmock::conformance::{ServerRun, Side};

use super::http::Connection;
use super::{Failure, Progress, Reports, SelectionOptions, count, list};

/// The default time for a response, in seconds.
const TIMEOUT: f64 = 30.0;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: SelectionOptions,
    /// The encodings to request: json, xml or all.
    #[arg(long, default_value = "all", value_parser = super::formats)]
    format: super::Formats,
    /// Sign each request with these credentials, AK:SECRET or AK:SECRET:TOKEN. Raw requests do not run then.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Option<String>,
    #[command(flatten)]
    source: crate::cli::credentials::Source,
    /// The time that the server has for a response, the last byte of its body included.
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, value_parser = super::seconds, allow_negative_numbers = true)]
    timeout: f64,
    #[command(flatten)]
    reports: Reports,
    /// The server, such as http://127.0.0.1:8080. If it has the control interface of `taskmock serve`, it gets
    /// the state of each case, and at the end the state that it had; its clock has to stand (no --speed). On any
    /// other server only the cases run that need no state.
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let credentials = arguments.source.one(arguments.credentials.as_deref())?;
    let credentials = credentials.as_deref().map(crate::cli::credentials::read).transpose()?;
    let selection = arguments.selection.selection(&arguments.format);
    let url = match &arguments.url {
        Some(url) if !arguments.selection.list => url,
        _ => return list(&selection, Side::Server),
    };
    let count = count(&selection, Side::Server, arguments.selection.shard.is_some())?;
    let connection = Connection::to(url, Duration::from_secs_f64(arguments.timeout))
        .map_err(|error| Failure::usage(format!("{url}: {error}")))?;
    let mut run = ServerRun::new(selection).host(connection.host());
    let mut again = "taskmock conformance server --case {case}".to_owned();
    if let Some(credentials) = credentials {
        run = run.credentials(credentials);
        again.push_str(" --credentials AK:SECRET");
    }
    if arguments.reports.fail_on != Level::Must {
        again.push_str(&format!(" --fail-on {}", arguments.reports.fail_on));
    }
    let again = format!("{again} {}", super::quoted(url));
    let server = url.trim_end_matches('/');
    let progress = Progress::start(&arguments.reports, arguments.reports.known()?, again, Some(server), count)?;
    let mut connection = connection.until_interrupted();
    let done = run.run(url, |request| connection.send(request), |result| progress.tell(result));
    let results = done.map_err(|error| Failure::usage(format!("{url}: {error}")))?;
    let end = progress.end(&results);
    match connection.was_interrupted() {
        true => Err(Failure { sentence: "interrupted; the server has its state back".to_owned(), code: 130 }),
        false => end,
    }
}
