//! `taskmock faults`: what can go wrong on purpose, as a table or as JSON.

use taskmock::fault_kinds;

use super::{Failure, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Print an array of JSON objects instead of a table.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.json {
        return print(&serde_json::to_string_pretty(fault_kinds()).expect("rows are always JSON"));
    }
    let rows: Vec<String> = fault_kinds()
        .iter()
        .map(|kind| {
            let reaches =
                if kind.reaches_gateway { "the gateway sees the request" } else { "the gateway sees nothing" };
            format!(
                "{:12}  {}\n{:14}{}\n{:14}{}\n{:14}[{}; {reaches}]",
                kind.name, kind.example, "", kind.happens, "", kind.problem, "", kind.source
            )
        })
        .collect();
    print(&rows.join("\n"))
}
