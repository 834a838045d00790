//! `taskmock vectors`: writes what a host of the engine is told to do, or checks what is written.
//!
//! A vector is a script: a mock's options, and steps, each with its instant and what comes of it. Any
//! host of the module plays them, and must be told the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use taskmock::{Action, Backend, ClockSource, Handle, Wire, fault_kinds, operations};

use super::{Failure, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder to write, or to check.
    #[arg(long, default_value = "fixtures/vectors")]
    dir: PathBuf,
    /// Write nothing; say which files differ from what would be written, and exit with 1 if any does.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let dir = &arguments.dir;
    let vectors = all();
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", dir.display()));
    if !arguments.check {
        fs::create_dir_all(dir).map_err(|error| wrong(&error))?;
        for (name, text) in &vectors {
            fs::write(dir.join(name), text).map_err(|error| wrong(&error))?;
        }
        return print(&format!("{} vectors in {}", vectors.len(), dir.display()));
    }
    let mut different = Vec::new();
    for (name, text) in &vectors {
        if fs::read_to_string(dir.join(name)).ok().as_ref() != Some(text) {
            different.push(name.clone());
        }
    }
    for entry in fs::read_dir(dir).map_err(|error| wrong(&error))? {
        let name = entry.map_err(|error| wrong(&error))?.file_name().to_string_lossy().into_owned();
        if !vectors.contains_key(&name) {
            different.push(format!("{name}, which nothing makes"));
        }
    }
    match different.is_empty() {
        true => print(&format!("{} vectors in {} are as they should be", vectors.len(), dir.display())),
        false => Err(Failure::different(format!(
            "in {} differ: {}; if that is meant, run `taskmock vectors`",
            dir.display(),
            different.join(", ")
        ))),
    }
}

/// Returns every vector by the name of its file.
fn all() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for operation in operations() {
        let mut player = Player::open("a request for an operation, and the same once more on its connection");
        let connection = player.connect();
        let request = request(operation.method, operation.sample);
        player.receive(0, connection, &request);
        player.receive(SECOND, connection, &request);
        player.finish(2 * SECOND, connection);
        all.insert(format!("exchange.{}.json", operation.id), player.text());
    }
    let more = [
        r#""close""#,
        r#"{"reset": {"processed": true}}"#,
        r#"{"cut": {"after": 10}}"#,
        r#""stall""#,
        r#""gzip""#,
        r#"{"wrong_length": {"by": -5}}"#,
    ];
    let examples = fault_kinds().iter().map(|kind| (kind.name, kind.example));
    let more = more.map(|example| (example.trim_matches(|c: char| !c.is_ascii_lowercase()), example));
    for (number, (name, example)) in examples.chain(more).enumerate() {
        let name = name.split('"').next().unwrap_or(name);
        // What is refused for this operation says so, and the vector shows it.
        let example = if name == "error" { r#"{"error": {"code": "ErrorClusterNotFound"}}"# } else { example };
        let form = if number < fault_kinds().len() { "" } else { ".other" };
        all.insert(format!("fault.{name}{form}.json"), fault(example));
    }
    all.insert("story.wait.json".to_owned(), wait());
    all.insert("story.pieces.json".to_owned(), pieces());
    all.insert("story.handler.json".to_owned(), handler());
    all
}

const SECOND: u64 = 1_000_000_000;

/// A task of the documents' world.
const POLL: &str = "/tasks/T-5faa48fb31b6b8078d00****";

/// Writes a request as a client does.
fn request(method: &str, target: &str) -> Vec<u8> {
    let length = if method == "GET" { "" } else { "content-length: 0\r\n" };
    format!("{method} {target} HTTP/1.1\r\nhost: mock.example\r\n{length}\r\n").into_bytes()
}

/// One fault on a fresh connection; then a request on the same one, if it goes on, and on a new one.
fn fault(example: &str) -> String {
    let mut player = Player::open("a fault, then a request on the same connection, then one on a new connection");
    player.control(0, &format!("POST /__taskmock__/faults\n{{\"fault\": {example}}}"));
    let first = player.connect();
    let poll = request("GET", POLL);
    player.receive(SECOND, first, &poll);
    // A dribbled body takes its time; ten seconds of it show what it does.
    let at = player.wakes(11 * SECOND);
    player.receive(at + SECOND, first, &poll);
    player.finish(at + 2 * SECOND, first);
    let second = player.connect();
    player.receive(at + 3 * SECOND, second, &poll);
    player.finish(at + 4 * SECOND, second);
    player.text()
}

/// A waiter polls a task through a 503, throttling and a reset to its failure.
fn wait() -> String {
    let mut player = Player::open("a task is polled through a 503, throttling and a reset, to its failure");
    player.control(
        0,
        "POST /__taskmock__/tasks\n{\"ack_task\": {\"cluster_id\": \"c-1\", \"task_id\": \"T-1\", \"task_type\": \"cluster_scaleout\", \
         \"takes\": \"29m10s\", \"ends\": \"fail\"}}",
    );
    for (nth, fault) in [
        (2, r#"{"http_error": {"status": 503, "retry_after": "2s"}}"#),
        (4, r#"{"throttle": {"retry_after": "5s"}}"#),
        (6, r#""reset_idle""#),
    ] {
        player.control(
            0,
            &format!("POST /__taskmock__/faults\n{{\"operation\": \"ack.describe_task_info\", \"nth\": {nth}, \"fault\": {fault}}}"),
        );
    }
    let mut connection = player.connect();
    for number in 0..36 {
        let at = number * 50 * SECOND;
        player.receive(at, connection, &request("GET", "/tasks/T-1"));
        if !player.is_open(connection) {
            connection = player.connect();
            player.receive(at, connection, &request("GET", "/tasks/T-1"));
        }
    }
    player.control(36 * 50 * SECOND, "GET /__taskmock__/clock\n");
    player.finish(36 * 50 * SECOND, connection);
    player.text()
}

/// Requests that come in pieces, and several at once.
fn pieces() -> String {
    let mut player = Player::open("a request that comes byte by byte, two that come at once, and rubbish");
    let connection = player.connect();
    let poll = request("GET", POLL);
    for byte in &poll {
        player.receive(0, connection, std::slice::from_ref(byte));
    }
    player.receive(SECOND, connection, &[&poll[..], &poll[..]].concat());
    player.finish(2 * SECOND, connection);
    let rubbish = player.connect();
    player.receive(3 * SECOND, rubbish, b"\x16\x03\x01\x02\x00 this is not HTTP\r\n\r\n");
    player.text()
}

/// Requests that are for a handler of the user's.
fn handler() -> String {
    let mut player = Player::new("what is for no operation is the host's to answer", true);
    let connection = player.connect();
    player.receive(0, connection, &request("GET", "/api/v1/regions?page=1"));
    player.answer(SECOND, connection, "200\ncontent-type: application/json\nx-two: a\nx-two: b\n\n[\"cn-hangzhou\"]");
    player.receive(2 * SECOND, connection, &request("GET", "/?Action=DescribeRegions&Version=2014-05-26"));
    player.answer(3 * SECOND, connection, "a handler that answers nonsense");
    player.receive(4 * SECOND, connection, &request("GET", POLL));
    player.finish(5 * SECOND, connection);
    player.text()
}

/// Plays a script on the engine and writes down what comes of it.
struct Player {
    about: &'static str,
    options: Value,
    handle: Handle,
    has_handler: bool,
    wires: Vec<Wire>,
    steps: Vec<Value>,
    wake: Option<(u64, usize)>,
}

impl Player {
    fn open(about: &'static str) -> Self {
        Player::new(about, false)
    }

    fn new(about: &'static str, has_handler: bool) -> Self {
        let handle = Handle::new(Backend::documents(), ClockSource::Given);
        handle.is_at(Duration::ZERO);
        let options = json!({ "clock": "given", "handler": has_handler });
        Player { about, options, handle, has_handler, wires: Vec::new(), steps: Vec::new(), wake: None }
    }

    fn connect(&mut self) -> usize {
        self.wires.push(match self.has_handler {
            true => Wire::open_with_handler(&self.handle),
            false => Wire::open(&self.handle),
        });
        self.steps.push(json!({ "at": 0, "connect": true, "returns": self.wires.len() }));
        self.wires.len()
    }

    fn control(&mut self, at: u64, message: &str) {
        self.handle.is_at(Duration::from_nanos(at));
        let (head, body) = message.split_once('\n').unwrap_or((message, ""));
        let (method, path) = head.split_once(' ').unwrap_or((head, ""));
        let request = http::Request::builder().method(method).uri(path).body(body.to_owned().into());
        let request = request.expect("a request of this file");
        let answer = self.handle.with(|backend| backend.control(&request)).expect("a path of the control interface");
        let body = String::from_utf8_lossy(answer.body());
        self.steps.push(json!({ "at": at, "control": message, "returns": [answer.status().as_u16(), body] }));
    }

    fn receive(&mut self, at: u64, connection: usize, bytes: &[u8]) {
        let actions = self.wires[connection - 1].receive(Duration::from_nanos(at), bytes);
        self.step(at, connection, "receive", readable(bytes), &actions);
    }

    fn answer(&mut self, at: u64, connection: usize, message: &str) {
        let response = match message.split_once("\n\n") {
            Some((head, body)) => {
                let mut lines = head.lines();
                let mut response = http::Response::builder().status(lines.next().unwrap_or_default());
                for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
                    response = response.header(name, value);
                }
                response.body(body.to_owned().into()).expect("a response of this file")
            }
            None => {
                let sentence =
                    "the handler's answer cannot be read: it is a status, headers, an empty line, a body".into();
                http::Response::builder().status(500).body(sentence).expect("a response of this file")
            }
        };
        let actions = self.wires[connection - 1].answer(Duration::from_nanos(at), response);
        self.step(at, connection, "answer", json!(message), &actions);
    }

    /// Wakes the connection whenever it asks for it, until an instant; returns the last one.
    fn wakes(&mut self, until: u64) -> u64 {
        let mut last = until;
        while let Some((at, connection)) = self.wake.take().filter(|(at, _)| *at <= until) {
            let actions = self.wires[connection - 1].wake(Duration::from_nanos(at));
            self.step(at, connection, "wake", json!(true), &actions);
            last = at.max(last);
        }
        last
    }

    fn finish(&mut self, at: u64, connection: usize) {
        let actions = self.wires[connection - 1].closed(Duration::from_nanos(at));
        self.step(at, connection, "closed", json!(true), &actions);
    }

    fn is_open(&self, connection: usize) -> bool {
        self.wires[connection - 1].is_open()
    }

    fn step(&mut self, at: u64, connection: usize, what: &str, given: Value, actions: &[Action]) {
        let actions: Vec<Value> = actions
            .iter()
            .map(|action| match action {
                Action::Write(bytes) => json!({ "write": readable(bytes) }),
                Action::Ask(bytes) => json!({ "ask": readable(bytes) }),
                Action::WakeAt(instant) => {
                    let at = u64::try_from(instant.as_nanos()).unwrap_or(u64::MAX);
                    self.wake = Some((at, connection));
                    json!({ "wake_at": at })
                }
                Action::Reset => json!({ "reset": true }),
                Action::Close => json!({ "close": true }),
                _ => json!("an action that this command does not know"),
            })
            .collect();
        self.steps.push(json!({ "at": at, "connection": connection, what: given, "actions": actions }));
    }

    fn text(self) -> String {
        let steps: Vec<String> = self.steps.iter().map(|step| format!("    {step}")).collect();
        format!(
            "{{\n  \"about\": {},\n  \"open\": {},\n  \"steps\": [\n{}\n  ]\n}}\n",
            json!(self.about),
            self.options,
            steps.join(",\n")
        )
    }
}

/// Bytes as a text, or in base64 where they are none.
fn readable(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": base64::engine::general_purpose::STANDARD.encode(bytes) }),
    }
}
