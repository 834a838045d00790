//! Command line: arguments, files, output and exit codes; the only place that has any of them.

mod conformance;
mod credentials;
mod errors;
mod export;
mod facts;
mod faults;
mod progress;
mod regenerate;
mod sample;
mod serve;
mod signals;
mod vectors;
mod working;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use taskmock::State;

use crate::text::visible;

/// A mock of cloud task-query calls: Alibaba E-HPC ListTasks and ListInvocationStatus, Alibaba
/// Container Service DescribeTaskInfo, Huawei GaussDB(DWS) logical-cluster tasks.
#[derive(Parser)]
#[command(name = "taskmock", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer all operations over HTTP until SIGINT or SIGTERM.
    Serve(serve::Arguments),
    /// Print random cases or bodies of an operation, one a line.
    Sample(sample::Arguments),
    /// Write the fixtures of all cases as files, or check those that are there.
    Regenerate(regenerate::Arguments),
    /// Write every case and response sample as one JSON Lines file.
    Export(export::Arguments),
    /// Write what hosts of the engine are told to do, as scripts that any language can play.
    Vectors(vectors::Arguments),
    /// Ask a client or a server every case, and tell what it gets wrong.
    Conformance(Box<conformance::Arguments>),
    /// Print the default state, the documents' world, as a JSON file to start from.
    State,
    /// Print the JSON Schema of a state file.
    Schema,
    /// Print every fact that the mock's behaviour rests on, with its source.
    Facts(facts::Arguments),
    /// Print what can go wrong on purpose, and the real-world problem behind each.
    Faults(faults::Arguments),
    /// Print the error tables of all operations.
    Errors(errors::Arguments),
}

/// What went wrong, in one sentence, and the exit code.
struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    /// The command could not do what it was asked for.
    fn usage(sentence: String) -> Self {
        Failure { sentence, code: 2 }
    }

    /// The command did it, and something is not as it should be.
    fn different(sentence: String) -> Self {
        Failure { sentence, code: 1 }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::usage(format!("cannot write to standard output: {error}"))
    }
}

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.exit_code() == 0 => error.exit(),
        // Without any arguments, the help.
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
        Err(error) => return fail(&Failure::usage(one_sentence(&error))),
    };
    let done = match arguments.command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Regenerate(arguments) => regenerate::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Vectors(arguments) => vectors::run(&arguments),
        Command::Sample(arguments) => sample::run(&arguments),
        Command::Conformance(arguments) => conformance::run(*arguments),
        Command::Facts(arguments) => facts::run(&arguments),
        Command::Faults(arguments) => faults::run(&arguments),
        Command::Errors(arguments) => errors::run(&arguments),
        Command::State => print(&State::documents().to_json()),
        Command::Schema => {
            let schema = schemars::schema_for!(State);
            print(&serde_json::to_string_pretty(&schema).expect("a schema is always JSON"))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    // A terminal that has gone changes nothing.
    let lines: Vec<_> = failure.sentence.lines().map(visible).collect();
    let _ = writeln!(io::stderr(), "error: {}", lines.join("\n"));
    ExitCode::from(failure.code)
}

/// A number that is not negative.
fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("it should be a whole number from 0 to {}", u64::MAX))
}

/// clap's message without its usage: what is wrong, then what would be right if it has a tip.
fn one_sentence(error: &clap::Error) -> String {
    let message = error.to_string();
    let lines =
        message.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let said: Vec<&str> = lines
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_start_matches("error: ").trim_start_matches("tip: "))
        .collect();
    format!("{}; see --help", said.join("; "))
}

/// Prints a text and a line end. A reader that has gone is no error.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}
