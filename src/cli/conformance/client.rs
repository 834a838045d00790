//! `taskmock conformance client`: runs the cases against a command that speaks lines of JSON.

use std::time::Duration;

use taskmock::Credentials;
use taskmock::case::Level;
use taskmock::conformance::{ClientRun, KnownFailing, Selection, Side, Signatures};

use super::process::{self, Client, Command};
use super::{Failure, Progress, Reports, SelectionOptions, count, list, quoted, refused};

/// The default time for a case, in seconds.
const TIMEOUT: f64 = 10.0;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: SelectionOptions,
    /// The encodings that the client asks for: json, xml or all.
    #[arg(long, default_value = "json", value_parser = super::formats)]
    format: super::Formats,
    /// Run so many copies of the command at the same time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// The time that the command has for a case, its start included.
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, value_parser = super::seconds, allow_negative_numbers = true)]
    timeout: f64,
    /// Require that each request is signed with these credentials, AK:SECRET or AK:SECRET:TOKEN. Without this
    /// option the client gets testid:testsecret, and a request may be unsigned but not signed wrongly. `none`
    /// verifies no signature.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Option<String>,
    #[command(flatten)]
    source: crate::cli::credentials::Source,
    /// Do not compare this field, named as in a failure but without places in lists: output.RequestId,
    /// output.Tasks.Errors, error.message. May be repeated.
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    #[command(flatten)]
    reports: Reports,
    /// The command with its arguments, after `--`.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Which requests have to be signed.
fn signatures(credentials: Option<&str>) -> Result<Signatures, Failure> {
    Ok(match credentials {
        None => Signatures::IfSigned(Credentials::new("testid", "testsecret")),
        Some("none") => Signatures::NotVerified,
        Some(text) => Signatures::Required(crate::cli::credentials::read(text)?),
    })
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let credentials = arguments.source.one(arguments.credentials.as_deref())?;
    let selection = arguments.selection.selection(&arguments.format);
    if arguments.selection.list {
        return list(&selection, Side::Client);
    }
    let [program, rest @ ..] = &arguments.command[..] else {
        return Err(Failure::usage(
            "there is no client; give its command after `--`, such as `-- python3 client.py`".to_owned(),
        ));
    };
    let count = count(&selection, Side::Client, arguments.selection.shard.is_some())?;
    let known = arguments.reports.known()?;
    let run = client_run(arguments, credentials.as_deref(), selection, known.clone())?;
    let words: Vec<String> = arguments.command.iter().map(|word| quoted(word)).collect();
    let words = words.join(" ");
    let again = again(arguments, credentials.as_deref(), &words);
    let progress = Progress::start(&arguments.reports, known, again, None, count)?;
    process::end_with_this_process();
    let command = Command::start(program, rest, Duration::from_secs_f64(arguments.timeout))
        .map_err(|error| Failure::usage(format!("cannot start {program}: {error}")))?;
    let client = || {
        let mut client = Client::new(&command);
        move |case: &str, line: &str| client.ask(case, line)
    };
    let results = run.run_lines(&words, client, |result| progress.tell(result)).map_err(refused)?;
    progress.end(&results)
}

fn client_run(
    arguments: &Arguments,
    credentials: Option<&str>,
    selection: Selection,
    known: KnownFailing,
) -> Result<ClientRun, Failure> {
    let run = ClientRun::new(selection).jobs(usize::from(arguments.jobs)).ignore(arguments.ignore.clone());
    Ok(run.known_failing(known).signatures(signatures(credentials)?))
}

/// A longer command is shown without its end.
const LONGEST_COMMAND: usize = 120;

/// The command line that runs a case again with the same options. It does not repeat a secret, nor the end of a long
/// command.
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
    match words.char_indices().nth(LONGEST_COMMAND) {
        Some((end, _)) => format!("{line} -- {}… (the command is shortened)", words[..end].replace('\n', " ")),
        None => format!("{line} -- {words}"),
    }
}
