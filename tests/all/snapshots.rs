//! Snapshots, for people to review: what each operation answers in each encoding, and what the
//! command says of itself. Wire bytes are held elsewhere.

use std::fmt::Write as _;

use taskmock::{Backend, operations};

use crate::errors::good_request;
use crate::support::{header, text};

pub(crate) fn hold(name: &str, content: String) {
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
                    backend.arm(operation.id, code, 1).expect("a row");
                }
                let response = backend.respond(&good_request(operation.id, *format));
                let (status, kind) = (response.status().as_u16(), header(&response, "content-type"));
                let _ =
                    writeln!(shown, "# {} {status} {kind}\n{}\n", code.unwrap_or("success"), pretty(text(&response)));
            }
        }
        hold(operation.id, shown);
    }
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
