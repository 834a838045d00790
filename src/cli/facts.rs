//! `taskmock facts`: what the mock's behaviour rests on, as a table or as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use taskmock::case::{Catalogue, ForOperation, body_catalogue, catalogue, for_operation, raw_requests};
use taskmock::{Fact, Format, facts, operations};

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
    /// The document, named in words, and the place in it.
    source: String,
    says: &'static str,
    /// The names of the cases that show it, each with its operation in front.
    cases: Vec<String>,
}

impl Row {
    fn new(fact: &'static Fact, cases: &Cases) -> Self {
        let operation = operations()
            .map(|operation| operation.id)
            .find(|id| fact.id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')));
        let cases = cases.0.get(fact.id).cloned().unwrap_or_default();
        Row { id: fact.id, operation, kind: fact.kind.to_string(), source: fact.citation(), says: fact.says, cases }
    }
}

/// The cases of every catalogue, by the facts that they show.
#[derive(Default)]
struct Cases(BTreeMap<&'static str, Vec<String>>);

impl Cases {
    fn add(&mut self, operation: &str, name: &str, facts: &[&'static str]) {
        for id in facts {
            let cases = self.0.entry(id).or_default();
            let name = format!("{operation}/{name}");
            if !cases.contains(&name) {
                cases.push(name);
            }
        }
    }
}

impl ForOperation for &mut Cases {
    type Output = ();

    fn run<I: Catalogue>(self) {
        for format in Format::ALL {
            catalogue::<I>(*format).iter().for_each(|case| self.add(I::ID, &case.name, &case.facts));
            raw_requests::<I>(*format).iter().for_each(|case| self.add(I::ID, &case.name, &case.facts));
            body_catalogue::<I>(*format).iter().for_each(|body| self.add(I::ID, &body.name, &body.facts));
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut cases = Cases::default();
    operations().for_each(|operation| for_operation(operation.id, &mut cases).unwrap_or_default());
    let rows: Vec<Row> = facts().map(|fact| Row::new(fact, &cases)).collect();
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
