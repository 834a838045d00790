//! `taskmock conformance`: the cases asked of a client or a server, and what came of it as reports.

mod client;
mod http;
mod process;
mod report;
mod server;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use taskmock::case::Level;
use taskmock::conformance::{CaseResult, Conclusion, KnownFailing, Listed, Report, Results, Side, Suite, Terms};
use taskmock::{Format, Seed, Shard};

use super::{Failure, print, progress};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    whom: Whom,
}

#[derive(clap::Subcommand)]
enum Whom {
    /// Ask a client, in any language: a command that reads a line of JSON for each case and prints one.
    Client(client::Arguments),
    /// Ask a server.
    Server(server::Arguments),
    /// Make reports of results that were written with --json; those of shards are merged.
    Report(report::Arguments),
    /// Print the page that says all that a client needs to know, or the JSON Schema of its lines.
    Protocol {
        /// Print the JSON Schema in place of the page.
        #[arg(long)]
        schema: bool,
    },
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.whom {
        Whom::Client(arguments) => client::run(&arguments),
        Whom::Server(arguments) => server::run(&arguments),
        Whom::Report(arguments) => report::run(&arguments),
        Whom::Protocol { schema: false } => print(taskmock::conformance::PROTOCOL.trim_end()),
        Whom::Protocol { schema: true } => print(taskmock::conformance::PROTOCOL_SCHEMA.trim_end()),
    }
}

/// Which cases are asked, of a client or a server.
#[derive(clap::Args)]
struct Selection {
    /// Only this operation; may be given again.
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// Only cases of which the name fits, such as `page_size.*`, or the whole name, such as
    /// `*/xml/page_size.max`; `*` stands for anything. May be given again.
    #[arg(long = "case", value_name = "PATTERN")]
    names: Vec<String>,
    /// Only cases that show a fact whose id fits; may be given again. `taskmock facts` lists them.
    #[arg(long, value_name = "PATTERN")]
    fact: Vec<String>,
    /// Only cases of this level: must (a document states it), should (the vendor or an SDK shows it), or
    /// may (assumed); may be given again.
    #[arg(long, value_name = "LEVEL", value_parser = str::parse::<Level>)]
    level: Vec<Level>,
    /// How many random cases are asked besides. What is selected holds for them too; `--case 'random.*'`
    /// asks nothing else.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = super::whole, allow_negative_numbers = true)]
    cases: u64,
    /// What the random cases are drawn from; the same seed gives the same ones on every machine.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = super::whole, allow_negative_numbers = true)]
    seed: u64,
    /// Only one of several equal parts, such as 2/4; `conformance report` merges what they write with
    /// --json.
    #[arg(long, value_name = "K/N", value_parser = str::parse::<Shard>)]
    shard: Option<Shard>,
    /// Print the names of the cases, one a line, each with its level and the fact that it is about, and ask
    /// nothing.
    #[arg(long)]
    list: bool,
}

impl Selection {
    fn suite(&self, formats: &Formats) -> Suite {
        Suite {
            operations: self.operation.clone(),
            formats: formats.0.clone(),
            names: self.names.clone(),
            facts: self.fact.clone(),
            levels: self.level.clone(),
            random: self.cases,
            seed: Seed(self.seed),
            shard: self.shard.unwrap_or_default(),
            ..Suite::default()
        }
    }
}

/// A run that cannot be.
fn refused(error: taskmock::conformance::Error) -> Failure {
    Failure::usage(error.to_string())
}

#[derive(Clone)]
struct Formats(Vec<Format>);

fn formats(text: &str) -> Result<Formats, String> {
    match text {
        "all" => Ok(Formats(Vec::new())),
        one => one.parse().map(|format| Formats(vec![format])).map_err(|_| "there are json, xml and all".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("it should be a number of seconds from 0.001 to 86400".to_owned()),
    }
}

/// Prints the cases, one a line.
fn list(suite: &Suite, side: Side) -> Result<(), Failure> {
    let cases = suite.list(side).map_err(refused)?;
    let width = cases.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let line = |case: &Listed| {
        let level = case.level.to_string();
        format!("{:width$}  {level:6}  {}", case.id, case.facts.first().unwrap_or(&""))
    };
    match cases.is_empty() {
        true => Err(nothing_selected(suite)),
        false => print(&cases.iter().map(line).collect::<Vec<_>>().join("\n")),
    }
}

fn nothing_selected(suite: &Suite) -> Failure {
    let shard = if suite.shard == Shard::default() { String::new() } else { format!(" in the shard {}", suite.shard) };
    Failure::usage(format!("no case is all of what is selected{shard}; --list without a selection prints them all"))
}

/// What counts, and which reports are written.
#[derive(clap::Args)]
struct Reports {
    /// A file of the cases that are known to fail, one a line, with the reason after a #. It is exact: a
    /// case on it that does not fail, and a line that names no case, fail the run.
    #[arg(long, value_name = "FILE")]
    known_failing: Option<PathBuf>,
    /// The least binding level of which a failing case fails the run: must, should or may.
    #[arg(long, value_name = "LEVEL", default_value = "must", value_parser = str::parse::<Level>)]
    fail_on: Level,
    /// Write the results as JSON, from which `conformance report` makes the other reports.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the results as one HTML page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// A run that is told while it goes on.
struct Telling<'a> {
    reports: &'a Reports,
    known: KnownFailing,
    /// How a case is asked again, with `{case}` for its name.
    again: String,
    server: Option<&'a str>,
    bar: indicatif::ProgressBar,
}

impl<'a> Telling<'a> {
    fn start(reports: &'a Reports, again: String, server: Option<&'a str>, count: u64) -> Result<Self, Failure> {
        reports.check()?;
        let bar = progress::bar(count, false);
        Ok(Telling { reports, known: reports.known()?, again, server, bar })
    }

    fn terms(&self) -> Terms<'_> {
        Terms { known: &self.known, least: self.reports.fail_on, again: Some(&self.again), server: self.server }
    }

    /// Tells a failure as soon as it is known.
    fn tell(&self, result: &CaseResult) {
        self.bar.set_position(result.place);
        if let Some(text) = self.terms().failure(result) {
            // A terminal that has gone changes nothing.
            self.bar.suspend(|| drop(writeln!(io::stdout().lock(), "{text}")));
        }
    }

    /// Writes the reports, prints the summary, and ends as the results say.
    fn end(self, results: &Results) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        let report = Report { results, terms: self.terms() };
        self.reports.write(&report)?;
        print(&report.summary())?;
        exit(&results.conclude(&self.known, self.reports.fail_on))
    }
}

/// Whether the run conforms, as an exit code.
fn exit(conclusion: &Conclusion) -> Result<(), Failure> {
    if let Some(why) = &conclusion.given_up {
        return Err(Failure::usage(why.clone()));
    }
    if conclusion.conforms() {
        return Ok(());
    }
    if conclusion.asked == 0 && conclusion.unknown.is_empty() {
        return Err(Failure::usage("nothing was asked: no case that is selected is supported".to_owned()));
    }
    Err(Failure::different("it does not conform".to_owned()))
}

impl Reports {
    fn known(&self) -> Result<KnownFailing, Failure> {
        let Some(path) = &self.known_failing else { return Ok(KnownFailing::default()) };
        let wrong = |why: String| Failure::usage(format!("--known-failing {}: {why}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => wrong("it is not UTF-8; save it as UTF-8".to_owned()),
            _ => wrong(error.to_string()),
        })?;
        text.parse().map_err(|error: taskmock::conformance::KnownFailingError| wrong(error.to_string()))
    }

    /// Whether the reports can be written, and each to a file of its own: to be told before the run.
    fn check(&self) -> Result<(), Failure> {
        let files: Vec<&PathBuf> = [&self.json, &self.junit, &self.html].into_iter().flatten().collect();
        for (at, path) in files.iter().enumerate() {
            if files[..at].contains(path) && !fs::metadata(path).is_ok_and(|found| !found.is_file()) {
                return Err(Failure::usage(format!("two reports are to be written to {}", path.display())));
            }
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if path.is_dir() || !folder.is_dir() {
                let why = if path.is_dir() { "it is a folder" } else { "there is no such folder" };
                return Err(Failure::usage(format!("cannot write {}: {why}", path.display())));
            }
        }
        Ok(())
    }

    fn write(&self, report: &Report<'_>) -> Result<(), Failure> {
        if let Some(path) = &self.json {
            let json = serde_json::to_string(report.results).expect("results are always JSON");
            write(path, &(json + "\n"))?;
        }
        if let Some(path) = &self.junit {
            write(path, &report.junit())?;
        }
        if let Some(path) = &self.html {
            write(path, &report.html())?;
        }
        Ok(())
    }
}

/// Writes a file in one step: what was there stays until all of the new one is written. What is no file,
/// such as a pipe, is written to.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::usage(format!("cannot write {}: {error}", path.display()));
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, text).map_err(failure);
    }
    // What a link leads to is replaced, and not the link.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A name that nobody can guess, and the permissions of any new file.
    let beside = tempfile::Builder::new()
        .prefix(".taskmock-")
        .make_in(folder, |path| fs::OpenOptions::new().write(true).create_new(true).open(path))
        .map_err(failure)?;
    beside.as_file().write_all(text.as_bytes()).map_err(failure)?;
    // Whoever may read and write the file that was there may read and write the new one.
    if let Ok(before) = fs::metadata(path) {
        beside.as_file().set_permissions(before.permissions()).map_err(failure)?;
    }
    beside.into_temp_path().persist(path).map_err(|error| failure(error.error))
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,".contains(character);
    match argument.chars().all(is_plain) && !argument.is_empty() {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}
