//! `taskmock errors`: the error tables of all operations, as a table or as JSON.

use serde::Serialize;
use taskmock::{ErrorCode, operations};

use super::{Failure, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Print an array of JSON objects instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    operation: &'static str,
    #[serde(flatten)]
    error: &'static ErrorCode,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let rows = operations()
        .flat_map(|operation| operation.all_errors().map(move |error| Row { operation: operation.id, error }));
    if arguments.json {
        let rows: Vec<Row> = rows.collect();
        return print(&serde_json::to_string_pretty(&rows).expect("rows are always JSON"));
    }
    let lines: Vec<String> = rows
        .map(|row| format!("{:30}  {}  {:42}  {}", row.operation, row.error.status, row.error.code, row.error.message))
        .collect();
    print(&lines.join("\n"))
}
