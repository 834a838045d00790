//! Snapshots, for people to review: what each operation answers in each encoding, a case of each
//! class, and what the command says of itself. RawRequest bytes are held by the fixtures.

use std::fmt::Write as _;

use taskmock::case::{
    BodySample, Case, Catalogue, Class, ForOperation, body_catalogue, catalogue, for_operation, raw_requests,
};
use taskmock::{Backend, Fault, Format, operations};

use crate::errors::good_request;
use crate::support::{header, text};

/// Every snapshot; one that is not listed is no longer held by a test.
const NAMES: &[&str] = &[
    "ack.describe_task_info",
    "ack.describe_task_info.classes",
    "command",
    "conformance",
    "conformance.page",
    "dws.list_logical_cluster_tasks",
    "dws.list_logical_cluster_tasks.classes",
    "ehpc.add_nodes",
    "ehpc.add_nodes.classes",
    "ehpc.list_invocation_status",
    "ehpc.list_invocation_status.classes",
    "ehpc.list_tasks",
    "ehpc.list_tasks.classes",
    "generator_values",
    "public_api",
    "told",
];

pub(crate) fn hold(name: &str, content: String) {
    assert!(NAMES.contains(&name), "{name} is not in the list of snapshots");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, content));
}

/// A body with a line for each element, or the usual indented JSON.
fn pretty(body: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(json) => serde_json::to_string_pretty(&json).expect("JSON"),
        Err(_) => body.replace("><", ">\n<"),
    }
}

#[test]
fn every_answer_of_every_operation() {
    for operation in operations() {
        let mut shown = String::new();
        let codes = operation.all_errors().map(|row| Some(row.code));
        for code in std::iter::once(None).chain(codes) {
            for format in operation.formats {
                let mut backend = Backend::documents();
                if let Some(code) = code {
                    backend.inject(Fault::error(code).on(operation.id)).expect("a row");
                }
                let response = backend.respond(&good_request(operation, *format));
                let (status, kind) = (response.status().as_u16(), header(&response, "content-type"));
                let _ =
                    writeln!(shown, "# {} {status} {kind}\n{}\n", code.unwrap_or("success"), pretty(text(&response)));
            }
        }
        hold(operation.id, shown);
    }
}

/// The first case of each class that a person should see: with every field, at a bound, in each
/// dialect, as each document's sample, and broken.
struct Classes;

impl ForOperation for Classes {
    type Output = String;

    fn run<I: Catalogue>(self) -> String {
        let mut shown = String::new();
        for format in Format::ALL {
            let cases = catalogue::<I>(*format);
            let of_class = |class: Class| cases.iter().filter(move |case| case.class == class);
            let full = cases.iter().find(|case| case.name == "full");
            let edge = of_class(Class::Edge).find(|case| case.then.is_ok());
            let dialects = of_class(Class::Dialect);
            let samples = cases.iter().filter(|case| case.name.starts_with("sample.") && case.class != Class::Dialect);
            for case in full.into_iter().chain(edge).chain(dialects).chain(samples) {
                answered(&mut shown, case);
            }
            if let Some(case) = raw_requests::<I>(*format).iter().find(|case| case.class == Class::Malformed) {
                answered(&mut shown, case);
            }
            for body in body_catalogue::<I>(*format).iter().filter(|body| SHOWN_BODIES.contains(&body.name.as_str())) {
                told(&mut shown, body);
            }
        }
        shown
    }
}

const SHOWN_BODIES: [&str; 2] = ["body.unknown_field", "body.truncated"];

fn answered<I: Catalogue>(shown: &mut String, case: &Case<I>) {
    let response = case.backend().respond(&case.request());
    let (status, kind) = (response.status().as_u16(), header(&response, "content-type"));
    let _ = writeln!(shown, "# {}, {}: {status} {kind}\n{}\n", case.name, case.class, pretty(text(&response)));
}

fn told<I: Catalogue>(shown: &mut String, body: &BodySample<I>) {
    let text = String::from_utf8_lossy(&body.response.body);
    let _ = writeln!(
        shown,
        "# {}, {}: {}\n{}\n",
        body.name,
        body.class,
        body.response.headers["content-type"],
        pretty(&text)
    );
}

#[test]
fn a_case_of_every_class() {
    for operation in operations() {
        let shown = for_operation(operation.id, Classes).expect("it is registered");
        hold(&format!("{}.classes", operation.id), shown);
    }
}

#[test]
fn no_snapshot_is_pending_missing_or_left_over() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .expect("the snapshots")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    let mut expected: Vec<String> = NAMES.iter().map(|name| format!("{name}.snap")).collect();
    expected.sort();
    assert_eq!(found, expected);
}

#[cfg(feature = "cli")]
#[test]
fn the_command_says_what_it_can_do() {
    let mut shown = String::new();
    for arguments in
        [&["--help"][..], &["serve", "--help"], &["serve", "--speed", "fast"], &["serv"], &["serve", "--listen", "x"]]
    {
        let output =
            std::process::Command::new(env!("CARGO_BIN_EXE_taskmock")).args(arguments).output().expect("it runs");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        let _ = writeln!(shown, "$ taskmock {} -> {:?}\n{said}", arguments.join(" "), output.status.code());
    }
    hold("command", shown);
}
