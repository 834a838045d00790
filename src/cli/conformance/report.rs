//! `taskmock conformance report`: makes reports of the results of one run or of its shards.

use std::fs;
use std::path::PathBuf;

use taskmock::conformance::{Report, Results, Side};

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
    arguments.reports.check()?;
    let mut merged: Option<Results> = None;
    for path in &arguments.results {
        let wrong = |why: String| Failure::usage(format!("{}: {why}", path.display()));
        let json = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let results = Results::from_json(&json).map_err(|error| wrong(error.to_string()))?;
        merged = Some(match merged {
            None => results,
            Some(mut before) => {
                before.merge(results).map_err(|error| wrong(error.to_string()))?;
                before
            }
        });
    }
    let Some(results) = merged else { return Ok(()) };
    let missing: Vec<String> = results.missing_shards().iter().map(ToString::to_string).collect();
    if !missing.is_empty() {
        return Err(Failure::usage(format!(
            "the results of the shards {} are missing; give the results of every shard",
            missing.join(", ")
        )));
    }
    let again = format!("taskmock conformance {} --case {{case}} …", results.side);
    let server = (results.side == Side::Server).then(|| results.subject.trim_end_matches('/'));
    let options = arguments.reports.options(arguments.reports.known()?, again, server);
    let report = Report::new(&results, &options);
    arguments.reports.write(&report, &results)?;
    print(&report.text())?;
    exit(&results.summarize(&arguments.reports.known()?, arguments.reports.fail_on))
}
