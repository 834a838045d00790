//! `taskmock conformance client`: a command that speaks lines of JSON.

use std::time::Duration;

use taskmock::case::Level;
use taskmock::conformance::{Side, Signatures, Suite};
use taskmock::{Credentials, Shard};

use super::process::{self, Client, Command};
use super::{Failure, Reports, Selection, Telling, list, nothing_selected, quoted, refused};

/// As many seconds has the command by default.
const TIMEOUT: f64 = 10.0;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// The encodings that are asked for: json, xml or all.
    #[arg(long, default_value = "json", value_parser = super::formats)]
    format: super::Formats,
    /// How many copies of the command are asked side by side.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// How many seconds the command has to answer a case, its start included.
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, value_parser = super::seconds, allow_negative_numbers = true)]
    timeout: f64,
    /// With whose credentials each request has to be signed, as AK:SECRET or AK:SECRET:TOKEN. Without
    /// it clients are given testid:testsecret, and requests may be unsigned, but not signed wrongly; `none` looks at no signature.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Option<String>,
    #[command(flatten)]
    source: crate::cli::credentials::Source,
    /// A field that is not compared, as a failure names it without places in lists: output.RequestId,
    /// output.Tasks.Errors, error.message; may be given again.
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    #[command(flatten)]
    reports: Reports,
    /// The command with its arguments, after `--`.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// What is verified of a request's signature.
fn signatures(credentials: Option<&str>) -> Result<Signatures, Failure> {
    Ok(match credentials {
        None => Signatures::IfSigned(Credentials::new("testid", "testsecret")),
        Some("none") => Signatures::Unseen,
        Some(text) => Signatures::Required(crate::cli::credentials::read(text)?),
    })
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let credentials = arguments.source.one(arguments.credentials.as_deref())?;
    let suite = Suite {
        jobs: usize::from(arguments.jobs),
        ignore: arguments.ignore.clone(),
        signatures: signatures(credentials.as_deref())?,
        ..arguments.selection.suite(&arguments.format)
    };
    if arguments.selection.list {
        return list(&suite, Side::Client);
    }
    let [program, rest @ ..] = &arguments.command[..] else {
        return Err(Failure::usage(
            "there is no command to ask; give it after `--`, such as `-- python3 client.py`".to_owned(),
        ));
    };
    let count = suite.count(Side::Client).map_err(refused)?;
    // A shard may be empty, and is a part of the whole all the same.
    if count == 0 && suite.shard == Shard::default() {
        return Err(nothing_selected(&suite));
    }
    let words: Vec<String> = arguments.command.iter().map(|word| quoted(word)).collect();
    let words = words.join(" ");
    let telling = Telling::start(&arguments.reports, again(arguments, credentials.as_deref(), &words), None, count)?;
    process::end_with_this_process();
    let command = Command::start(program, rest, Duration::from_secs_f64(arguments.timeout))
        .map_err(|error| Failure::usage(format!("cannot start {program}: {error}")))?;
    let client = || {
        let mut client = Client::new(&command);
        move |case: &str, line: &str| client.ask(case, line)
    };
    let results = suite.ask_lines(&words, client, |result| telling.tell(result)).map_err(refused)?;
    telling.end(&results)
}

/// The line that asks a case again under the same terms. A secret is not repeated.
fn again(arguments: &Arguments, credentials: Option<&str>, words: &str) -> String {
    let mut line = "taskmock conformance client --format all --case {case}".to_owned();
    let mut add = |option: &str, value: &str| line.push_str(&format!(" --{option} {}", quoted(value)));
    if let Some(credentials) = credentials {
        add("credentials", if credentials == "none" { credentials } else { "AK:SECRET" });
    }
    arguments.ignore.iter().for_each(|field| add("ignore", field));
    if arguments.reports.fail_on != Level::Must {
        add("fail-on", &arguments.reports.fail_on.to_string());
    }
    if (arguments.timeout - TIMEOUT).abs() > f64::EPSILON {
        add("timeout", &arguments.timeout.to_string());
    }
    format!("{line} -- {words}")
}
