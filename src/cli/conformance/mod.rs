//! `taskmock conformance`: runs the cases against a client or a server, and writes the reports.

mod client;
mod http;
mod process;
mod report;
mod server;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use taskmock::case::Level;
use taskmock::conformance::{
    CaseResult, KnownFailing, Listed, Report, ReportOptions, Results, Selection, Side, Summary,
};
use taskmock::{Format, Seed, Shard};

use super::{Failure, print, progress};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Test a client in any language: a command that reads a line of JSON for each case and prints one.
    Client(client::Arguments),
    /// Test a server.
    Server(server::Arguments),
    /// Make reports of results that runs wrote with --json; those of shards are merged.
    Report(report::Arguments),
    /// Print the page that says how a client is tested, or the JSON Schema of its lines.
    Protocol {
        /// Print the JSON Schema instead of the page.
        #[arg(long)]
        schema: bool,
    },
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Client(arguments) => client::run(&arguments),
        Command::Server(arguments) => server::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Protocol { schema: false } => print(taskmock::conformance::PROTOCOL.trim_end()),
        Command::Protocol { schema: true } => print(taskmock::conformance::PROTOCOL_SCHEMA.trim_end()),
    }
}

/// Which cases run.
#[derive(clap::Args)]
struct SelectionOptions {
    /// Only this operation. May be repeated.
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// Only cases whose name matches, such as `page_size.*`, or whose whole name matches, such as
    /// `*/xml/page_size.max`; `*` matches any text. May be repeated.
    #[arg(long = "case", value_name = "PATTERN")]
    names: Vec<String>,
    /// Only cases that show a fact whose id matches. `taskmock facts` lists them. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    fact: Vec<String>,
    /// Only cases of this level: must (a document states it), should (the vendor or an SDK shows it), or
    /// may (assumed). May be repeated.
    #[arg(long, value_name = "LEVEL", value_parser = str::parse::<Level>)]
    level: Vec<Level>,
    /// Add so many random cases. The selection holds for them too; with `--case 'random.*'` only they run.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = super::whole, allow_negative_numbers = true)]
    cases: u64,
    /// The seed of the random cases: the same seed gives the same cases on every machine.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = super::whole, allow_negative_numbers = true)]
    seed: u64,
    /// Only one of several equal parts, such as 2/4; `conformance report` merges what they write with
    /// --json.
    #[arg(long, value_name = "K/N", value_parser = str::parse::<Shard>)]
    shard: Option<Shard>,
    /// Print the names of the cases, one per line, each with its level and the fact that it is about, and run
    /// nothing.
    #[arg(long)]
    list: bool,
}

impl SelectionOptions {
    fn selection(&self, formats: &Formats) -> Selection {
        Selection::new()
            .operations(self.operation.clone())
            .formats(formats.0.clone())
            .cases(self.names.clone())
            .facts(self.fact.clone())
            .levels(self.level.clone())
            .random(self.cases)
            .seed(Seed(self.seed))
            .shard(self.shard.unwrap_or_default())
    }
}

/// A run that cannot start.
fn refused(error: taskmock::conformance::Error) -> Failure {
    Failure::usage(error.to_string())
}

#[derive(Clone)]
struct Formats(Vec<Format>);

fn formats(text: &str) -> Result<Formats, String> {
    match text {
        "all" => Ok(Formats(Vec::new())),
        one => one.parse().map(|format| Formats(vec![format])).map_err(|_| "it should be json, xml or all".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("it should be a number of seconds from 0.001 to 86400".to_owned()),
    }
}

/// Prints the cases, one per line.
fn list(selection: &Selection, side: Side) -> Result<(), Failure> {
    let cases = selection.list(side).map_err(refused)?;
    let width = cases.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let line = |case: &Listed| {
        let level = case.level.to_string();
        format!("{:width$}  {level:6}  {}", case.id, case.facts.first().unwrap_or(&""))
    };
    match cases.is_empty() {
        true => Err(nothing_selected()),
        false => print(&cases.iter().map(line).collect::<Vec<_>>().join("\n")),
    }
}

/// How many cases are selected: at least one, but for a shard, which is a part of the whole even if it is empty.
fn count(selection: &Selection, side: Side, is_shard: bool) -> Result<u64, Failure> {
    match selection.count(side).map_err(refused)? {
        0 if !is_shard => Err(nothing_selected()),
        count => Ok(count),
    }
}

fn nothing_selected() -> Failure {
    Failure::usage("no case matches the selection; --list without a selection prints all cases".to_owned())
}

/// What counts, what is printed, and which reports are written.
#[derive(clap::Args)]
struct Reports {
    /// The list of the cases that are known to fail, one per line, with the reason after a #. It is exact: a
    /// case on it that passes or fails in another way, and an entry that matches no case, fail the run.
    #[arg(long, value_name = "FILE")]
    known_failing: Option<PathBuf>,
    /// The least binding level whose failures fail the run: must, should or may.
    #[arg(long, value_name = "LEVEL", default_value = "must", value_parser = str::parse::<Level>)]
    fail_on: Level,
    /// Write the results as JSON. `conformance report` makes the other reports of it.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the results as one HTML page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the list of known failures with which this run conforms: the failures that count, and the entries of
    /// --known-failing that still hold.
    #[arg(long, value_name = "FILE")]
    write_known_failing: Option<PathBuf>,
    /// Print so many causes of failures, each with its first case; the others are counted.
    #[arg(long, value_name = "N", default_value_t = 10)]
    max_failures: usize,
    /// Print every failure in full, those that do not count included, and name the facts that were not
    /// exercised.
    #[arg(long, short)]
    verbose: bool,
}

/// A run while it goes on.
struct Progress<'a> {
    reports: &'a Reports,
    known: KnownFailing,
    options: ReportOptions,
    bar: indicatif::ProgressBar,
}

impl<'a> Progress<'a> {
    /// `again` is the command line that runs a case again, with `{case}` in place of its name.
    fn start(
        reports: &'a Reports,
        known: KnownFailing,
        again: String,
        server: Option<&str>,
        count: u64,
    ) -> Result<Self, Failure> {
        reports.check()?;
        let options = reports.options(known.clone(), again, server);
        Ok(Progress { reports, known, options, bar: progress::bar(count, false) })
    }

    /// Shows how far the run is; if it is verbose, prints a failure at once.
    fn tell(&self, result: &CaseResult) {
        self.bar.set_position(result.place);
        if self.reports.verbose
            && let Some(text) = self.options.failure(result)
        {
            // A terminal that has gone changes nothing.
            self.bar.suspend(|| drop(writeln!(io::stdout().lock(), "{text}")));
        }
    }

    /// Writes the reports, prints the failures and the summary, and ends as the results say.
    fn end(self, results: &Results) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        let report = Report::new(results, &self.options);
        self.reports.write(&report, results)?;
        print(&if self.reports.verbose { report.summary() } else { report.text() })?;
        exit(&results.summarize(&self.known, self.reports.fail_on))
    }
}

/// Whether the run conforms, as an exit code.
fn exit(summary: &Summary) -> Result<(), Failure> {
    if let Some(why) = &summary.given_up {
        return Err(Failure::usage(why.clone()));
    }
    if summary.conforms() {
        return Ok(());
    }
    if summary.ran == 0 && summary.unmatched.is_empty() {
        return Err(Failure::usage("no case ran: the client or server supports none of the selected cases".to_owned()));
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

    fn options(&self, known: KnownFailing, again: String, server: Option<&str>) -> ReportOptions {
        let options = ReportOptions::new().known_failing(known).fail_on(self.fail_on).again(again);
        let options = options.max_failures(self.max_failures).verbose(self.verbose);
        server.into_iter().fold(options, ReportOptions::server)
    }

    /// Checks before the run that the reports can be written, each to a file of its own.
    fn check(&self) -> Result<(), Failure> {
        let files: Vec<&PathBuf> =
            [&self.json, &self.junit, &self.html, &self.write_known_failing].into_iter().flatten().collect();
        for (at, path) in files.iter().enumerate() {
            if files[..at].contains(path) && !fs::metadata(path).is_ok_and(|found| !found.is_file()) {
                return Err(Failure::usage(format!(
                    "two reports go to {}; give each a file of its own",
                    path.display()
                )));
            }
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if path.is_dir() || !folder.is_dir() {
                let why = if path.is_dir() { "it is a folder" } else { "there is no such folder" };
                return Err(Failure::usage(format!("cannot write {}: {why}", path.display())));
            }
        }
        Ok(())
    }

    fn write(&self, report: &Report<'_>, results: &Results) -> Result<(), Failure> {
        if let Some(path) = &self.json {
            let json = serde_json::to_string(results).expect("results are always JSON");
            write(path, &(json + "\n"))?;
        }
        if let Some(path) = &self.junit {
            write(path, &report.junit())?;
        }
        if let Some(path) = &self.html {
            write(path, &report.html())?;
        }
        if let Some(path) = &self.write_known_failing {
            write(path, &report.known_failing())?;
        }
        Ok(())
    }
}

/// Writes a file in one step: the old file stays until all of the new one is written. A path that is not a file,
/// such as a pipe, is written to.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::usage(format!("cannot write {}: {error}", path.display()));
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, text).map_err(failure);
    }
    // A link stays; the file that it leads to is replaced.
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
