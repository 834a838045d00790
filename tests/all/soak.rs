//! A million requests of every kind, some of which fail on purpose, in memory that does not grow.
//!
//! Not part of a plain run: `cargo test --release --all-features --test all soak -- --ignored`.

use taskmock::{Backend, MAX_RECEIVED, RawResponse, Seed};

use crate::support::{CLUSTER, DWS_PATH, get};

const REQUESTS: u64 = 1_000_000;

/// The memory that this process has in use, in bytes; 0 where the system does not tell.
fn memory() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// How many entries a folder of `/proc/self` has: threads or descriptors.
fn entries(folder: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{folder}")).map_or(0, Iterator::count)
}

#[test]
#[ignore = "it takes minutes"]
fn a_million_mixed_requests_stay_within_the_bounds() {
    let mut backend = Backend::documents();
    let targets = [
        format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}&TaskId="),
        format!("/?Action=ListTasks&Format=XML&ClusterId={CLUSTER}&PageSize="),
        format!("/?Action=ListInvocationStatus&Version=2018-04-12&Format=JSON&ClusterId={CLUSTER}&CommandId="),
        "/tasks/".to_owned(),
        format!("{DWS_PATH}?type="),
        "/nowhere/".to_owned(),
        "/?Action=%zz".to_owned(),
    ];
    let operations: Vec<&str> = taskmock::operations().map(|operation| operation.id).collect();
    // After the first tenth everything that is kept is full.
    let mut before = (0, 0, 0);
    for number in 0..REQUESTS {
        let drawn = Seed(0).number(number);
        let target = &targets[(drawn % targets.len() as u64) as usize];
        // Most are new, so that pages and lists are made and forgotten; some are long.
        let more = if drawn.is_multiple_of(1000) { "x".repeat(30_000) } else { format!("{:x}", drawn >> 48) };
        if drawn.is_multiple_of(50) {
            let response = RawResponse::new(502, "text/html", "<html>");
            let operation = operations[(drawn >> 8) as usize % operations.len()];
            backend.inject(taskmock::Fault::response(response).on(operation)).expect("an operation");
        }
        backend.respond(&get(&format!("{target}{more}")));
        assert!(backend.state().faults.len() <= taskmock::MAX_FAULTS);
        if number == REQUESTS / 10 {
            before = (memory(), entries("task"), entries("fd"));
        }
    }
    let kept = backend.requests();
    assert!(kept.len() <= MAX_RECEIVED, "{}", kept.len());
    let bytes: usize = kept.iter().map(|request| request.target.len() + request.body.len()).sum();
    assert!(bytes <= 8 << 20, "{bytes}");
    assert_eq!(backend.state().requests, REQUESTS);
    let after = (memory(), entries("task"), entries("fd"));
    assert!(after.0 <= before.0 + (32 << 20), "{before:?}, then {after:?}");
    assert_eq!((after.1, after.2), (before.1, before.2), "threads and descriptors");
}
