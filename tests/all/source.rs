//! The house itself: which file may import which, who may touch the world, and what is registered.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file, as its path below `src` and its text without its unit tests.
pub(crate) fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                let text = text.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned();
                let name = path.strip_prefix(root().join("src")).expect("it is below src").to_owned();
                found.push((name.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}

/// The lines that are code, without doc comments and comments.
pub(crate) fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The storeys of the house, the ground floor first. A file imports from below only.
const STOREYS: &[&[&str]] = &[
    &[
        "clock",
        "clock_source",
        "dialect",
        "error_code",
        "fact",
        "format",
        "http",
        "seed",
        "service_error",
        "shard",
        "text",
        "word",
    ],
    &["draw", "script", "signature"],
    &["operation"],
    &["fault", "protocol"],
    &["services/ack", "services/dws", "services/ehpc"],
    &["services"],
    &["backend"],
    &["case"],
    &["catalogue", "handle", "strategy"],
    &["connection", "fixture"],
    &["server"],
    &["conformance"],
    &["lib", "cli", "main"],
];

/// The room that a file, or an imported path, is in.
fn room(path: &str) -> Option<(usize, &'static str)> {
    let rooms = STOREYS.iter().enumerate().flat_map(|(storey, rooms)| rooms.iter().map(move |room| (storey, *room)));
    rooms.filter(|(_, room)| path == *room || path.starts_with(&format!("{room}/"))).max_by_key(|(_, room)| room.len())
}

#[test]
fn imports_go_downward_only() {
    let mut imports = 0;
    for (file, text) in sources() {
        let (storey, here) = room(file.trim_end_matches(".rs")).unwrap_or_else(|| panic!("{file} is in no room"));
        for import in code(&text).split("crate::").skip(1) {
            let path: String = import.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
            let path = path.replace("::", "/");
            // Macros of this crate name their own items by `$crate`, which is in a room as well.
            let (other_storey, there) =
                room(path.trim_end_matches('/')).unwrap_or_else(|| panic!("{file} imports {path}"));
            imports += 1;
            assert!(
                there == here || other_storey < storey,
                "{file} imports crate::{path} from the same storey or above"
            );
        }
        let is_service_root =
            file.matches('/').count() == 2 && file.starts_with("services/") && file.ends_with("/mod.rs");
        assert!(!is_service_root || !code(&text).contains("super::"), "{file} reaches out of its service");
        assert!(!file.starts_with("services/") || !code(&text).contains("super::super::"), "{file}");
    }
    assert!(imports > 50, "only {imports} imports were found");
}

/// The files of `conformance/`, each of which imports earlier ones only; `report` is a folder.
const CONFORMANCE: &[&str] = &[
    "error",
    "time",
    "case_id",
    "client_answer",
    "outcome",
    "ignored",
    "shape",
    "any_case",
    "laws",
    "selection",
    "results",
    "known_failing",
    "standing",
    "summary",
    "report",
    "signatures",
    "endpoint",
    "driver",
    "client_run",
    "client_lines",
    "server_run",
];

#[test]
fn conformance_has_no_circle() {
    let place = |name: &str| CONFORMANCE.iter().position(|file| *file == name);
    let mut seen = vec![false; CONFORMANCE.len()];
    for (file, text) in sources() {
        let Some(name) = file.strip_prefix("conformance/").filter(|name| *name != "mod.rs") else { continue };
        let (here, is_in_report) = (name.trim_end_matches(".rs"), name.starts_with("report/"));
        let here = if is_in_report { "report" } else { here };
        let here = place(here).unwrap_or_else(|| panic!("{file} has no place in the order"));
        seen[here] = true;
        let text = code(&text);
        let outer = if is_in_report { "crate::conformance::" } else { "super::" };
        // Imports of several files are written in braces.
        let imports = text.split(outer).skip(1).flat_map(|import| match import.strip_prefix('{') {
            Some(several) => several.split('}').next().unwrap_or("").split(',').map(str::trim).collect(),
            None => vec![import],
        });
        for import in imports {
            let other: String = import.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // `report/mod.rs` imports by `super`; its files import one another.
            let other = place(&other).unwrap_or_else(|| panic!("{file} imports {other}, which has no place"));
            assert!(other < here, "{file} imports {}, which is not below it", CONFORMANCE[other]);
        }
        if name == "report/mod.rs" {
            let imports = text.split("use super::").skip(1);
            let below = |import: &str| place(import.split("::").next().unwrap_or("")).is_some_and(|other| other < here);
            assert!(imports.into_iter().all(below), "{file}");
        }
    }
    assert!(seen.iter().all(|seen| *seen), "a file of the order is gone");
}

#[test]
fn only_the_rows_know_which_protocol_or_service_it_is() {
    let mut ids: Vec<&str> = taskmock::operations().map(|operation| operation.protocol().id).collect();
    ids.dedup();
    for (file, text) in sources() {
        let text = code(&text);
        let is_in = |rooms: &[&str]| rooms.iter().any(|room| file.starts_with(room));
        if !is_in(&["protocol/"]) {
            // Services name the protocol that they are called by, in their record only.
            for word in ["alibaba_rpc", "alibaba_roa", "huawei_rest", "Protocol::", "protocol().id =="] {
                let is_record = |line: &str| line.contains("::PROTOCOL,") || line.starts_with("use crate::protocol::");
                let found = text.lines().find(|line| line.contains(word) && !is_record(line));
                assert!(found.is_none(), "{file} asks which protocol it is: {found:?}");
            }
            assert!(ids.iter().all(|id| !text.contains(&format!("\"{id}\""))), "{file} names a protocol");
        }
        // A catalogue is of one operation, so it names its own.
        if !is_in(&["services/", "catalogue/"]) {
            for service in ["ehpc", "ack", "dws"] {
                let names = [format!("{service}::"), format!(".{service}."), format!("\"{service}\"")];
                let found = text.lines().find(|line| names.iter().any(|name| line.contains(name.as_str())));
                assert!(found.is_none(), "{file} names the service {service}: {found:?}");
            }
        }
    }
}

#[test]
fn only_the_adapters_touch_the_world() {
    for (file, text) in sources() {
        let text = code(&text);
        let only_in = |word: &str, rooms: &[&str]| {
            let allowed = rooms.iter().any(|room| file == *room || file.starts_with(room) && room.ends_with('/'));
            assert!(allowed || !text.contains(word), "{file} has {word}");
        };
        only_in("httpmock::", &["server/"]);
        only_in("hyper", &["connection/", "server/", "cli/conformance/http.rs"]);
        only_in("tokio::", &["server/", "cli/"]);
        only_in("clap", &["cli/"]);
        only_in("proptest::", &["strategy/"]);
        only_in("fake::", &["draw.rs"]);
        for word in ["std::fs", "println!", "std::io", "process::"] {
            only_in(word, &["cli/", "main.rs", "connection/", "server/"]);
        }
        for word in ["Instant::now", "std::thread", "thread::", "std::net", "std::env", "Mutex"] {
            let runs = [
                "conformance/client_lines.rs",
                "conformance/client_run.rs",
                "conformance/driver.rs",
                "conformance/results.rs",
                "conformance/selection.rs",
                "conformance/server_run.rs",
            ];
            only_in(word, &[&["connection/", "server/", "clock_source.rs", "handle.rs", "cli/"], &runs[..]].concat());
        }
        only_in("SystemTime", &["cli/", "conformance/time.rs", "server/"]);
        for word in ["Utc::now", "Local::now", "rand::", "todo!", "unimplemented!", "TODO", "FIXME"] {
            only_in(word, &[]);
        }
    }
}

#[test]
fn every_operation_folder_is_registered() {
    let registry = fs::read_to_string(root().join("src/services/mod.rs")).expect("the registry");
    let mut folders = Vec::new();
    for service in fs::read_dir(root().join("src/services")).expect("the services") {
        let service = service.expect("an entry").path();
        if !service.is_dir() {
            continue;
        }
        for operation in fs::read_dir(&service).expect("a service") {
            let operation: PathBuf = operation.expect("an entry").path();
            if operation.is_dir() {
                let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
                folders.push((name(&service), name(&operation)));
                for file in ["mod.rs", "model.rs", "facts.rs"] {
                    assert!(operation.join(file).exists(), "{} has no {file}", operation.display());
                }
            }
        }
    }
    assert_eq!(folders.len(), taskmock::operations().count());
    for (service, operation) in folders {
        assert!(registry.contains(&format!("{service} / {operation},")), "{service}/{operation} is not registered");
        assert!(
            taskmock::operation(&format!("{service}.{operation}")).is_some(),
            "{service}.{operation} has another id"
        );
    }
}

#[test]
fn every_file_says_its_job_first_and_does_not_scroll_for_long() {
    for (file, text) in sources() {
        assert!(text.starts_with("//! "), "{file} does not start by saying what it holds");
        assert!(text.lines().count() <= 650, "{file} has {} lines", text.lines().count());
    }
}

#[test]
fn the_map_names_every_room() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map");
    for room in STOREYS.iter().flat_map(|rooms| rooms.iter()) {
        let file = room.rsplit('/').next().expect("a name");
        assert!(map.contains(file), "ARCHITECTURE.md does not name {room}");
    }
}
