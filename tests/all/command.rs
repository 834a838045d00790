//! The command: what it prints, how it serves, how it ends, and what it says of bad input.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use taskmock::State;

use crate::support::{CLUSTER, fetch, send};

fn taskmock() -> Command {
    Command::new(env!("CARGO_BIN_EXE_taskmock"))
}

fn run(arguments: &[&str]) -> Output {
    taskmock().args(arguments).output().expect("it runs")
}

/// A file in the folder that cargo keeps for tests.
fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("a file");
    path
}

/// A server that is running, and where.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Serving {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = taskmock()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim_end().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
        let address = address.parse().expect("an address");
        Serving { child, address }
    }

    /// Ends it with a signal: whether it succeeded, and what it wrote to stderr.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let killed = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(killed.success());
        let code = self.child.wait().expect("it ends").code();
        let mut said = String::new();
        self.child.stderr.take().expect("its errors").read_to_string(&mut said).expect("UTF-8");
        (code, said)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serve_says_where_it_listens_answers_logs_and_ends_cleanly_on_both_signals() {
    for signal in ["-INT", "-TERM"] {
        let serving = Serving::start(&[]);
        let (status, body) = fetch(serving.address, &format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}"));
        assert_eq!(status, 200);
        assert!(body.contains("B745C159-3155-4B94-95D0-4B73D4D2****"), "{body}");
        let (_, clock) = fetch(serving.address, "/__taskmock__/clock");
        assert_eq!(clock, r#"{"clock":"2024-03-03T00:00:00Z"}"#, "the clock stands");
        let (code, said) = serving.stop(signal);
        assert_eq!(code, Some(0), "{signal}");
        assert_eq!(
            said.lines().map(|line| line.contains("Z 200 GET /?Action=ListTasks&")).collect::<Vec<_>>(),
            [true],
            "{said}"
        );
    }
}

#[test]
fn serve_goes_on_and_ends_when_nobody_reads_what_it_logs() {
    let serving = Serving::start(&[]);
    let long = "a".repeat(200);
    // More than any pipe holds.
    for _ in 0..2000 {
        assert_eq!(fetch(serving.address, &format!("/tasks/{long}")).0, 400);
    }
    let (code, said) = serving.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(said.lines().next().is_some_and(|line| line.ends_with(&format!("Z 400 GET /tasks/{long}"))), "{said}");
}

#[test]
fn serve_takes_a_state_file_dialects_and_a_speed() {
    let state = r#"{"ehpc": {"tasks": [{"task_id": "T1", "cluster_id": "mine", "task_type": "ResetComputes"}]}}"#;
    let path = file("state.json", state.as_bytes());
    let serving = Serving::start(&[
        "--state",
        path.to_str().expect("UTF-8"),
        "--dialect",
        "tasks=object",
        "--dialect",
        "reset_type=ResetCompute",
        "--speed",
        "1000000",
    ]);
    let ask = || {
        let (status, body) = fetch(serving.address, "/?Action=ListTasks&Format=JSON&Archived=true&ClusterId=mine");
        assert_eq!(status, 200);
        serde_json::from_str::<Value>(&body).expect("JSON")
    };
    assert_eq!(ask()["Tasks"]["TaskType"], "ResetCompute");
    // Ten minutes of virtual time pass in less than a millisecond of the server's.
    let ended = (0..10_000).any(|_| ask()["Tasks"]["Status"] == "Success");
    assert!(ended);
}

#[test]
fn state_prints_the_documents_world_and_schema_describes_it() {
    let printed = String::from_utf8(run(&["state"]).stdout).expect("UTF-8");
    assert_eq!(State::from_json(&printed), Ok(State::documents()));
    let schema: Value = serde_json::from_slice(&run(&["schema"]).stdout).expect("JSON");
    let state: Value = serde_json::from_str(&printed).expect("JSON");
    for key in state.as_object().expect("an object").keys() {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
    // Each type has a name of its own, for generated code.
    for task in ["EhpcTask", "AckTask", "DwsTask"] {
        for word in ["started", "takes", "ends", "reasons"] {
            assert!(schema["$defs"][task]["properties"][word].is_object(), "{task} {word}");
        }
    }
    let numbered = |name: &&String| name.ends_with(|last: char| last.is_ascii_digit());
    assert_eq!(schema["$defs"].as_object().expect("definitions").keys().find(numbered), None);
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    let wrong = file("wrong.json", b"{\n  \"ehpc\": {\"tasks\": [{\"task_id\": \"a\", \"cluster_id\": \"c\",\n  \"task_type\": \"StopCluster\", \"takes\": \"soon\"}]}\n}");
    let binary = file("binary.json", b"\xff\xfe");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken_address = taken.local_addr().expect("an address").to_string();
    let (wrong, binary) = (wrong.to_str().expect("UTF-8"), binary.to_str().expect("UTF-8"));
    for (arguments, parts) in [
        (
            vec!["--state", wrong],
            vec!["wrong.json, line 3, ehpc.tasks[0].takes: `soon` is not a span of time such as 90s"],
        ),
        (
            vec!["--state", "nowhere.json"],
            vec!["cannot read the state file nowhere.json", "`taskmock state` prints one"],
        ),
        (vec!["--state", binary], vec!["binary.json, line 1: the file is not UTF-8 there"]),
        (vec!["--listen", &taken_address], vec!["cannot listen on", &taken_address, "--listen 127.0.0.1:0"]),
        (
            vec!["--dialect", "tasks=list"],
            vec!["--dialect tasks=list: `list` is no value of the dialect switch `tasks`, which takes array or object"],
        ),
        (vec!["--dialect", "x=y"], vec!["`x` is no dialect switch; there are document, tasks, page"]),
        (vec!["--dialect", "x"], vec!["`x` is not NAME=VALUE"]),
    ] {
        let output = taskmock().arg("serve").args(&arguments).output().expect("it runs");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{arguments:?}: {said}");
    }
    for arguments in [
        vec!["serve", "--listen", "nowhere"],
        vec!["serve", "--speed", "-1"],
        vec!["serve", "--speed", "fast"],
        vec!["serve", "--state"],
        vec!["serv"],
        vec!["state", "x"],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(said.starts_with("error: ") && said.lines().count() == 1, "{arguments:?}: {said}");
    }
    assert_eq!(run(&[]).status.code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = taskmock().arg("state").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut said).expect("UTF-8");
    assert_eq!((child.wait().expect("it ends").code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_server_is_controlled_over_http() {
    let serving = Serving::start(&[]);
    let (status, _) = send(serving.address, "POST", "/__taskmock__/clock", r#"{"advance":"19m"}"#);
    assert_eq!(status, 200);
    let (_, body) = fetch(
        serving.address,
        &format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}&TaskId=B745C159-3155-4B94-95D0-4B73D4D2****"),
    );
    assert!(body.contains(r#""Status":"Success""#), "{body}");
}

#[test]
fn sample_prints_as_many_as_asked_the_same_for_a_seed() {
    let text = |arguments: &[&str]| {
        let output = run(&[&["sample"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let lines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count() - 1;
    let bodies = text(&["ehpc.list_tasks", "--seed", "7", "--count", "20"]);
    assert_eq!(lines(&bodies), 20);
    assert_eq!(bodies, text(&["ehpc.list_tasks", "--seed", "7", "--count", "20"]));
    assert_ne!(bodies, text(&["ehpc.list_tasks", "--seed", "8", "--count", "20"]));
    for line in bodies.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let body: Value = serde_json::from_slice(line).expect("a body");
        assert!(body["Tasks"].is_array());
    }
    for operation in taskmock::operations() {
        for format in operation.formats {
            for class in ["valid", "edge", "dialect", "malformed", "all"] {
                // Nothing that the documents say of it differs.
                if (operation.id, class) == ("ehpc.add_nodes", "dialect") {
                    continue;
                }
                let cases = text(&[
                    operation.id,
                    "--format",
                    &format.to_string(),
                    "--class",
                    class,
                    "--as",
                    "case",
                    "--count",
                    "5",
                ]);
                assert_eq!(lines(&cases), 5);
                for line in cases.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    let case: Value = serde_json::from_slice(line).expect("a case");
                    assert_eq!(case["operation"], operation.id);
                    assert!(class == "all" || case["class"] == class, "{class}: {}", case["class"]);
                    assert!(case["facts"][0]["source"].is_string());
                }
            }
        }
    }
}

#[test]
fn sample_says_what_exists_and_ends_quietly_when_its_reader_goes() {
    for (arguments, expected) in [
        (
            vec!["ehpc.list_clusters"],
            "there are ehpc.list_tasks, ehpc.list_invocation_status, ehpc.add_nodes, ack.describe_task_info, dws.",
        ),
        (vec!["ehpc.add_nodes", "--class", "dialect"], "ehpc.add_nodes has no sample of that class"),
        (vec!["ehpc.list_tasks", "--class", "odd"], "there are valid, edge, dialect, malformed and all"),
        (vec!["ehpc.list_tasks", "--format", "yaml"], "there are json and xml"),
        (vec!["dws.list_logical_cluster_tasks", "--format", "xml"], "answers in json only"),
        (vec!["ehpc.list_tasks", "--count", "-1"], "it should be a whole number from 0 to 18446744073709551615"),
    ] {
        let output = run(&[&["sample"], &arguments[..]].concat());
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.contains(expected) && said.lines().count() == 1, "{arguments:?}: {said}");
    }
    let mut child = taskmock()
        .args(["sample", "ehpc.list_tasks", "--count", "1000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    assert!(line.starts_with('{'));
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn facts_name_the_cases_that_show_them() {
    let output = run(&["facts", "--json"]);
    let facts: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let max = facts.iter().find(|fact| fact["id"] == "ehpc.list_tasks.page_size.max").expect("it is there");
    let cases: Vec<&str> = max["cases"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(cases.contains(&"ehpc.list_tasks/page_size.max_plus_1"), "{cases:?}");
    // No real cloud has faults on order, so no case asks for one: a test shows what is said of them.
    let shown_by_tests = include_str!("faults.rs");
    for fact in &facts {
        let id = fact["id"].as_str().expect("a text");
        let has_case = !fact["cases"].as_array().expect("a list").is_empty();
        assert!(has_case || id.starts_with("fault.") && shown_by_tests.contains(id), "{id} has no case");
    }
}

#[test]
fn serve_verifies_signatures_and_says_why_one_is_wrong() {
    use taskmock::{Algorithm, Credentials, Format, Timestamp, ehpc::list_tasks::Input};

    let serving = Serving::start(&[
        "--credentials",
        "testid:testsecret",
        "--clock",
        "2026-11-21T20:21:00Z",
        "--signature-clock",
        "mock",
    ]);
    let now: Timestamp = "2026-11-21T20:21:00Z".parse().expect("a time");
    let ask = |secret: &str, nonce: &str| {
        let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
        let signed = Credentials::new("testid", secret).sign(request, Algorithm::RpcV1, now, nonce);
        fetch(serving.address, &signed.uri().to_string())
    };
    assert_eq!(ask("testsecret", "1").0, 200);
    let (status, body) = ask("wrongsecret", "2");
    assert!(status == 400 && body.contains("SignatureDoesNotMatch"), "{body}");
    let (_, requests) = fetch(serving.address, "/__taskmock__/requests");
    assert!(requests.contains("likely cause: another secret"), "{requests}");
    let (_, said) = serving.stop("-TERM");
    assert!(said.contains("the signature of testid by RPC V1 HMAC-SHA1 does not match"), "{said}");
    assert!(said.contains("likely cause: another secret") && !said.contains("testsecret"), "{said}");
    for (arguments, expected) in [
        (["--credentials", "topsecret"], "credentials are AK:SECRET or AK:SECRET:TOKEN"),
        (["--clock", "today"], "`today` is not an RFC 3339 time"),
        (["--clock", "2020-01-01T00:00:00Z"], "only moves forward"),
    ] {
        let output = run(&[&["serve"], &arguments[..]].concat());
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.contains(expected) && said.lines().count() == 1 && !said.contains("topsecret"), "{said}");
    }
}

#[test]
fn serve_steps_its_clock_stays_quiet_and_ends_when_its_standard_input_is_closed() {
    let mut child = taskmock()
        .args(["serve", "--listen", "127.0.0.1:0", "--step", "30s", "--quiet", "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let address =
        line.trim_end().strip_prefix("listening on http://").expect("an address").parse().expect("an address");
    fetch(address, "/tasks/T-1");
    fetch(address, "/tasks/T-1");
    assert_eq!(fetch(address, "/__taskmock__/clock").1, r#"{"clock":"2024-03-03T00:01:00Z"}"#);
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn serve_speaks_tls_and_writes_its_ca() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ca.pem");
    let mut child = taskmock()
        .args(["serve", "--listen", "127.0.0.1:0", "--tls", "--ca-file", path.to_str().expect("UTF-8")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let pem = fs::read_to_string(&path).expect("the CA is there before the line is");
    let _ = child.kill();
    let _ = child.wait();
    assert!(line.starts_with("listening on https://127.0.0.1:"), "{line}");
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
}

/// A limit of the system's, on which the shell puts it.
#[cfg(target_os = "linux")]
#[test]
fn serve_goes_on_when_it_runs_out_of_file_descriptors_and_says_so_once() {
    let serve = format!("ulimit -n 40; exec {} serve --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_taskmock"));
    let mut child = Command::new("sh")
        .args(["-c", &serve])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let address =
        line.trim_end().strip_prefix("listening on http://").expect("an address").parse().expect("an address");
    let serving = Serving { child, address };
    // Twice as many connections as it can hold, all of which are kept open.
    let idle: Vec<_> = (0..80).map(|_| std::net::TcpStream::connect(address).expect("a connection")).collect();
    for _ in 0..5 {
        assert_eq!(fetch(address, "/tasks/T-5faa48fb31b6b8078d00****").0, 200);
    }
    let (_, said) = serving.stop("-TERM");
    drop(idle);
    let complaints = said.lines().filter(|line| line.contains("cannot accept a connection")).count();
    assert_eq!(complaints, 1, "{said}");
}
