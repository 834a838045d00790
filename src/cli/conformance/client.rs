//! `taskmock conformance client`: a command that speaks lines of JSON.

use std::time::Duration;

use taskmock::conformance::{Kind, Signatures};
use taskmock::{Credentials, Suite};

use super::process::{self, Client, Command};
use super::{Failure, Reports, Selection, Telling, list, nothing_selected, quoted};

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
    /// How many seconds the command has to answer a case.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds, allow_negative_numbers = true)]
    timeout: f64,
    /// With whose credentials each request has to be signed, as AK:SECRET or AK:SECRET:TOKEN. Without
    /// it clients are given testid:testsecret, and requests may be unsigned, but not signed wrongly; `none` looks at no signature.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Option<String>,
    /// A field that is not compared, as a failure names it: output.RequestId, output.Tasks.Errors,
    /// error.message; may be given again.
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    #[command(flatten)]
    reports: Reports,
    /// The command with its arguments, after `--`.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("it should be a number of seconds from 0.001 to 86400".to_owned()),
    }
}

/// What is verified of a request's signature.
fn signatures(credentials: Option<&str>) -> Result<Signatures, Failure> {
    Ok(match credentials {
        None => Signatures::IfSigned(Credentials::new("testid", "testsecret")),
        Some("none") => Signatures::Unseen,
        Some(text) => Signatures::Required(crate::cli::credentials(text)?),
    })
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let suite = Suite {
        jobs: usize::from(arguments.jobs),
        ignore: arguments.ignore.clone(),
        signatures: signatures(arguments.credentials.as_deref())?,
        ..arguments.selection.suite(arguments.format.0.clone())?
    };
    if arguments.selection.list {
        return list(&suite, Kind::Client);
    }
    let [program, rest @ ..] = &arguments.command[..] else {
        return Err(Failure::usage(
            "there is no command to ask; give it after `--`, such as `-- python3 client.py`".to_owned(),
        ));
    };
    let count = suite.count(Kind::Client);
    if count == 0 {
        return Err(nothing_selected());
    }
    let words: Vec<String> = arguments.command.iter().map(|word| quoted(word)).collect();
    let again = format!("taskmock conformance client --format all --case {{case}} -- {}", words.join(" "));
    let telling = Telling::start(&arguments.reports, again, count)?;
    process::end_with_this_process();
    let command = Command::new(program, rest, Duration::from_secs_f64(arguments.timeout));
    let client = || {
        let mut client = Client::new(&command);
        move |case: &str, line: &str| client.ask(case, line)
    };
    let asked = suite.ask_lines(&words.join(" "), client, |result| telling.tell(result));
    let results = asked.map_err(|error| Failure::usage(format!("--ignore: {error}")))?;
    match command.why_over() {
        Some(why) => Err(Failure::usage(why)),
        None => telling.end(&results),
    }
}
