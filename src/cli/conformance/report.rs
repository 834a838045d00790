//! `taskmock conformance report`: results of one run or of its shards, as reports.

use std::fs;
use std::path::PathBuf;

use taskmock::conformance::{Report, Results};

use super::{Failure, Reports, exit, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files that runs wrote with --json.
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,
    #[command(flatten)]
    reports: Reports,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut merged: Option<Results> = None;
    for path in &arguments.results {
        let wrong = |why: String| Failure::usage(format!("{}: {why}", path.display()));
        let json = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let results: Results = serde_json::from_slice(&json)
            .map_err(|error| wrong(format!("{error}; it should be what a run wrote with --json")))?;
        merged = Some(match merged {
            None => results,
            Some(mut before) => {
                before.merge(results).map_err(wrong)?;
                before
            }
        });
    }
    let Some(results) = merged else { return Ok(()) };
    let known = arguments.reports.known()?;
    let report = Report { results: &results, known: &known, least: arguments.reports.fail_on, again: None };
    arguments.reports.write(&report)?;
    print(&report.text())?;
    exit(&results.conclude(&known, arguments.reports.fail_on))
}
