//! Vectors: what hosts of the engine are told to do, in `fixtures/vectors`; the Go and Node hosts play them too.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;
use taskmock::{Action, Backend, ClockSource, Handle, Wire};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors")
}

/// Bytes as a vector has them.
fn bytes(value: &Value) -> Vec<u8> {
    match value["base64"].as_str() {
        Some(text) => base64::engine::general_purpose::STANDARD.decode(text).expect("base64"),
        None => value.as_str().expect("a text").as_bytes().to_vec(),
    }
}

fn instant(step: &Value) -> Duration {
    Duration::from_nanos(step["at"].as_u64().expect("an instant"))
}

#[test]
fn the_files_are_what_the_command_writes() {
    let output = Command::new(env!("CARGO_BIN_EXE_taskmock"))
        .args(["vectors", "--check", "--dir"])
        .arg(folder())
        .output()
        .expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The bytes that a client gets do not depend on how its own are cut into pieces.
#[test]
fn a_client_that_sends_byte_by_byte_gets_the_same() {
    let mut compared = 0;
    for entry in fs::read_dir(folder()).expect("the vectors") {
        let path = entry.expect("an entry").path();
        let vector: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON");
        if vector["open"]["handler"] == Value::Bool(true) {
            continue;
        }
        let handle = Handle::new(Backend::documents(), ClockSource::Given);
        handle.is_at(Duration::ZERO);
        let mut wires = Vec::new();
        for step in vector["steps"].as_array().expect("steps") {
            if step["connect"].is_boolean() {
                wires.push(Wire::open(&handle));
            }
            if let Some((head, body)) = step["control"].as_str().and_then(|message| message.split_once('\n')) {
                let (method, path) = head.split_once(' ').expect("a method and a path");
                handle.is_at(instant(step));
                let request = http::Request::builder().method(method).uri(path).body(body.to_owned().into());
                handle.with(|backend| backend.control(&request.expect("a request")));
            }
            let Some(number) = step["connection"].as_u64() else { continue };
            let wire = &mut wires[usize::try_from(number).expect("small") - 1];
            let actions = match (&step["receive"], &step["wake"]) {
                (Value::Null, Value::Null) => wire.closed(instant(step)),
                (Value::Null, _) => wire.wake(instant(step)),
                (sent, _) => bytes(sent).iter().flat_map(|byte| wire.receive(instant(step), &[*byte])).collect(),
            };
            let got: Vec<u8> = actions
                .iter()
                .filter_map(|action| match action {
                    Action::Write(bytes) => Some(bytes.to_vec()),
                    _ => None,
                })
                .flatten()
                .collect();
            let expected =
                step["actions"].as_array().expect("actions").iter().filter(|action| action["write"] != Value::Null);
            let expected: Vec<u8> = expected.flat_map(|action| bytes(&action["write"])).collect();
            // A reset ends the connection at the first byte of the next request, whichever comes with it.
            assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(&expected), "{}: {step}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 150, "only {compared} steps were compared");
}
