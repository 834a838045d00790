//! Mutated input for everything that reads: a reader may refuse it, but must neither panic nor say of
//! what it accepts that it is something else.
//!
//! Input number N of a seed is the same on every machine, so a failure names how to see it again. A
//! plain run tries a few hundred inputs of each target. `TASKMOCK_FUZZ_SECONDS=600` tries for so long,
//! `TASKMOCK_FUZZ_SEED=7` tries others:
//!
//! ```sh
//! TASKMOCK_FUZZ_SECONDS=600 TASKMOCK_FUZZ_SEED=$RANDOM cargo test --release --all-features --test all fuzz
//! ```
//!
//! An input that fails becomes a test beside the code that it broke.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use taskmock::case::{self, Catalogue, ForOperation, for_operation};
use taskmock::dialect::Dialect;
use taskmock::{Backend, Format, JsonText, Operation, Request, Seed, State, ack, dws, ehpc, operations};

/// How many inputs a plain run tries of each target.
const FEW: u64 = 300;

/// No mutation makes an input longer, in bytes.
const LONGEST: usize = 256 << 10;

/// Numbers drawn from a seed.
struct Random {
    seed: Seed,
    drawn: u64,
}

impl Random {
    /// A number below `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        self.drawn += 1;
        (self.seed.number(self.drawn) % limit as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// Pieces that readers treat in a way of their own.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r\n\r\n",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"-0",
    b"1e999",
    b"18446744073709551616",
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&amp;",
    b"&#0;",
    b"&#x110000;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<?xml ?>",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"%",
    b"%2",
    b"%zz",
    b"%00",
    b"%ff",
    b"+",
    b"=",
    b"?",
    b"/",
    b"..",
    b"\xff",
    b"\xc3\xa9",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"9999-12-31T23:59:59Z",
    b"Action=ListTasks&",
    b"__taskmock__",
];

/// One of the corpus with a few changes.
fn mutated(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        let end = at + random.below((input.len() - at).min(64) + 1);
        match random.below(7) {
            0 if at < input.len() => input[at] = random.below(256) as u8,
            1 => drop(input.drain(at..end)),
            2 => drop(input.splice(at..at, random.of(PIECES).iter().copied())),
            3 => drop(input.splice(at..end, random.of(PIECES).iter().copied())),
            4 => {
                // What is repeated often finds what is quadratic or recursive.
                let piece = input[at..end].to_vec();
                let times = 1 << random.below(13);
                drop(input.splice(at..at, piece.repeat(times).into_iter().take(LONGEST)));
            }
            5 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len() + 1);
                drop(input.splice(at.., other[from..].iter().copied()));
            }
            _ => input.truncate(at),
        }
        input.truncate(LONGEST);
    }
    input
}

/// Tries inputs on a target until it is time, and tells the one that makes it panic.
fn fuzz(target: &str, corpus: &[Vec<u8>], mut read: impl FnMut(&[u8])) {
    let variable = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = variable("TASKMOCK_FUZZ_SECONDS");
    let seed = Seed(variable("TASKMOCK_FUZZ_SEED").unwrap_or(0));
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    assert!(!corpus.is_empty(), "{target} has no corpus");
    let mut number = 0;
    while until.map_or(number < FEW, |until| Instant::now() < until) {
        let input = mutated(&mut Random { seed: Seed(seed.number(number)), drawn: 0 }, corpus);
        let done = catch_unwind(AssertUnwindSafe(|| read(&input)));
        assert!(
            done.is_ok(),
            "input {number} of TASKMOCK_FUZZ_SEED={} breaks {target}: {}",
            seed.0,
            String::from_utf8_lossy(&input).escape_debug()
        );
        number += 1;
    }
}

/// The response bodies of every operation in an encoding.
fn bodies(format: Format) -> Vec<Vec<u8>> {
    struct Bodies(Format);

    impl ForOperation for Bodies {
        type Output = Vec<Vec<u8>>;

        fn run<I: Catalogue>(self) -> Vec<Vec<u8>> {
            let answers = case::catalogue::<I>(self.0).into_iter().map(|case| case.backend().respond(&case.request()));
            let samples = case::body_catalogue::<I>(self.0).into_iter().map(|body| body.response.body);
            answers.map(|response| response.into_body().to_vec()).chain(samples).collect()
        }
    }

    let of = |operation: &Operation| for_operation(operation.id, Bodies(format)).expect("it is registered");
    operations().flat_map(of).collect()
}

/// The files below a folder of `fixtures` whose names end so.
fn corpus(folder: &str, end: &str) -> Vec<Vec<u8>> {
    let (mut found, mut folders) =
        (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.to_string_lossy().ends_with(end) {
                found.push((entry.clone(), fs::read(entry).expect("a file")));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, content)| content).collect()
}

/// A request line, headers, an empty line, a body; none if HTTP cannot carry it.
fn request(input: &[u8]) -> Option<Request> {
    let end = input.windows(2).position(|two| two == b"\n\n").or(input.windows(4).position(|four| four == b"\r\n\r\n"));
    let (head, body) = input.split_at(end.unwrap_or(input.len()));
    let head = String::from_utf8_lossy(head).into_owned();
    let mut lines = head.lines();
    let mut line = lines.next()?.split(' ');
    let mut request = http::Request::builder().method(line.next()?).uri(line.next()?);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        request = request.header(name, value.trim());
    }
    request.body(body.trim_ascii_start().to_vec().into()).ok()
}

/// Asks a backend, which must answer with a status that HTTP has.
fn ask(backend: &mut Backend, input: &[u8]) {
    let Some(request) = request(input) else { return };
    let response = backend.respond(&request);
    assert!((200..600).contains(&response.status().as_u16()), "{}", response.status());
}

#[test]
fn requests() {
    let mut backend = Backend::documents();
    fuzz("requests", &corpus("captured", ".txt"), |input| ask(&mut backend, input));
}

#[test]
#[cfg(feature = "signatures")]
fn signatures() {
    let mut backend = Backend::documents();
    backend.admit(taskmock::Credentials::new("testid", "testsecret"));
    backend.admit(taskmock::Credentials::new("testak", "testsk").with_security_token("testtoken"));
    backend.set_clock("2026-11-21T20:20:48Z".parse().expect("a time")).expect("it is later");
    fuzz("signatures", &corpus("captured", ".txt"), |input| {
        ask(&mut backend, input);
        let verdict = backend.requests().pop().and_then(|request| request.signature_diagnosis).unwrap_or_default();
        assert!(verdict.len() < 100_000, "{} bytes", verdict.len());
    });
}

#[test]
fn states() {
    let mut states = vec![State::documents().to_json().into_bytes(), State::default().to_json().into_bytes()];
    states
        .push(br#"{"faults": [{"operation": "ehpc.list_tasks", "fault": {"response": {"status": 502, "body": {"base64": "/w=="}}}}]}"#.to_vec());
    fuzz("states", &states, |input| {
        let text = String::from_utf8_lossy(input);
        match State::from_json(&text) {
            Ok(state) => {
                assert_eq!(State::from_json(&state.to_json()).as_ref(), Ok(&state));
                let mut backend = Backend::new(state);
                backend.advance(Duration::from_secs(3600));
                for target in
                    ["/?Action=ListTasks&ClusterId=ehpc-hz-FYUr32****", "/tasks/T-1", crate::support::DWS_PATH]
                {
                    backend.respond(&crate::support::get(target));
                }
            }
            Err(error) => {
                assert!((1..=text.matches('\n').count() + 1).contains(&error.line()), "{error}");
                assert!(error.to_string().len() < 20_000 && !error.to_string().contains('\n'), "{error}");
            }
        }
    });
}

/// Reads a body as the output of every operation.
fn decode(input: &[u8], format: Format) {
    for document in ["000", "004"] {
        let dialect = Dialect::of_document(document).unwrap_or_default();
        let _ = ehpc::list_tasks::Output::decode(input, format, &dialect);
        let _ = ehpc::list_invocation_status::Output::decode(input, format, &dialect);
        let _ = ack::describe_task_info::Output::decode(input, format, &dialect);
    }
    let _ = dws::list_logical_cluster_tasks::Output::decode(input);
}

#[test]
fn xml() {
    fuzz("xml", &bodies(Format::Xml), |input| decode(input, Format::Xml));
}

#[test]
fn json() {
    fuzz("json", &bodies(Format::Json), |input| {
        decode(input, Format::Json);
        if let Ok(text) = serde_json::from_slice::<JsonText>(input) {
            let json = serde_json::to_string(&text).expect("a text is always JSON");
            assert_eq!(serde_json::from_str::<JsonText>(&json).expect("it was written"), text);
        }
    });
}

#[test]
#[cfg(feature = "server")]
fn control() {
    let server = taskmock::MockServer::start();
    let bodies = [
        r#"clock {"advance": "90s"}"#,
        r#"clock {"set": "2026-11-21T20:21:00Z"}"#,
        r#"errors {"operation": "ehpc.list_tasks", "code": "DbError", "times": 1}"#,
        r#"tasks {"ehpc_task": {"cluster_id": "ehpc-1", "task_type": "AddComputes", "takes": "5m", "ends": "fail"}}"#,
        r#"tasks {"dws_task": {"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "type": "Grow", "logical_cluster_name": "x"}}"#,
        r#"state {"ehpc": {"tasks": [{"task_id": "a", "cluster_id": "c", "task_type": "StopCluster"}]}}"#,
    ];
    let bodies: Vec<Vec<u8>> = bodies.iter().map(|body| body.as_bytes().to_vec()).collect();
    fuzz("control", &bodies, |input| {
        let text = String::from_utf8_lossy(input);
        let (route, body) = text.split_once(' ').unwrap_or((&text, ""));
        // A route that no request line can hold is the listener's to refuse, not the control interface's.
        let route: String = route.chars().filter(char::is_ascii_alphanumeric).take(100).collect();
        let method = if route == "state" { "PUT" } else { "POST" };
        let (status, _) = crate::support::send(server.address(), method, &format!("/__taskmock__/{route}"), body);
        assert!((200..500).contains(&status), "{status}");
    });
}
