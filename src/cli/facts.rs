//! `taskmock facts`: what the mock's behaviour rests on, as a table or as JSON.

use serde::Serialize;
use taskmock::{Fact, facts, operations};

use super::{Failure, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Print an array of JSON objects instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    /// Absent for what is stated of a whole protocol.
    operation: Option<&'static str>,
    kind: String,
    source: &'static str,
    says: &'static str,
}

impl From<&'static Fact> for Row {
    fn from(fact: &'static Fact) -> Self {
        let operation = operations()
            .map(|operation| operation.id)
            .find(|id| fact.id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')));
        Row { id: fact.id, operation, kind: fact.kind.to_string(), source: fact.source, says: fact.says }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let rows: Vec<Row> = facts().map(Row::from).collect();
    if arguments.json {
        return print(&serde_json::to_string_pretty(&rows).expect("rows are always JSON"));
    }
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            format!("{:width$}  {:10}  {}\n{:width$}  {:10}  [{}]", row.id, row.kind, row.says, "", "", row.source)
        })
        .collect();
    print(&lines.join("\n"))
}
