//! `taskmock conformance server`: a server that is sent the cases.

use taskmock::Suite;
use taskmock::conformance::Kind;

use super::http::Connection;
use super::{Failure, Reports, Selection, Telling, list, nothing_selected};

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
    reports: Reports,
    /// The server, such as http://127.0.0.1:8080. If it has the control interface of `taskmock serve`, it
    /// is given the state of each case; any other is asked the cases that need none.
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let credentials = arguments.credentials.as_deref().map(crate::cli::credentials).transpose()?;
    let suite = Suite {
        jobs: 1,
        signatures: credentials.map_or_else(Default::default, taskmock::conformance::Signatures::Required),
        ..arguments.selection.suite(arguments.format.0.clone())?
    };
    let url = match &arguments.url {
        Some(url) if !arguments.selection.list => url,
        _ => return list(&suite, Kind::Server),
    };
    let count = suite.count(Kind::Server);
    if count == 0 {
        return Err(nothing_selected());
    }
    let mut connection = Connection::to(url).map_err(|error| Failure::usage(format!("{url}: {error}")))?;
    let again = format!("taskmock conformance server --case {{case}} {}", super::quoted(url));
    let telling = Telling::start(&arguments.reports, again, count)?;
    let asked = suite.ask_server(url, |request| connection.send(request), |result| telling.tell(result));
    let results = asked.map_err(|error| Failure::usage(format!("{url}: {error}")))?;
    telling.end(&results)
}
