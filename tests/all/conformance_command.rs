//! `taskmock conformance`: clients that crash, hang and print rubbish; reports, shards, exit codes; and
//! taskmock's own server, which passes everything.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use taskmock::conformance::{PROTOCOL, PROTOCOL_SCHEMA};

use crate::command::Serving;

fn conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_taskmock")).arg("conformance").args(arguments).output().expect("it runs")
}

/// Asks a client that is a script for `sh`, which finds the name of the case in `$case`.
fn ask_script(options: &[&str], for_each_line: &str) -> (i32, String, String) {
    let script = format!(
        r#"while read -r line; do case=$(printf '%s' "$line" | sed 's/^{{"case":"\([^"]*\)".*/\1/'); {for_each_line}; done"#
    );
    told(conformance(&[&["client"], options, &["--", "sh", "-c", &script]].concat()))
}

/// Exit code, standard output, standard error.
fn told(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

const UNSUPPORTED: &str = r#"echo "{\"case\":\"$case\",\"unsupported\":\"it is a script\"}""#;

/// Three cases: the first, the second and the third that are asked.
const THREE: &[&str] =
    &["--case", "empty", "--case", "one", "--case", "page_size.max", "--operation", "ehpc.list_tasks"];

#[test]
fn own_server_passes_everything_and_keeps_its_state() {
    let serving = Serving::start(&[]);
    let url = format!("http://{}", serving.address);
    let state = || crate::support::fetch(serving.address, "/__taskmock__/state").1;
    let before = state();
    let (code, said, _) = told(conformance(&["server", &url, "--fail-on", "may", "--cases", "50"]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("\nconforms: ") && !said.contains("not run") && said.contains("random m"), "{said}");
    assert!(said.lines().count() < 20, "{said}");
    assert_eq!(state(), before);
}

#[test]
fn own_server_passes_with_signatures() {
    let serving = Serving::start(&["--credentials", "testid:testsecret"]);
    let url = format!("http://{}", serving.address);
    let (code, said, _) =
        told(conformance(&["server", &url, "--fail-on", "may", "--credentials", "testid:testsecret"]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("not run: a raw request cannot be signed"));
    let (code, said, _) =
        told(conformance(&["server", &url, "--credentials", "testid:other", "--case", "one", "--fail-on", "may"]));
    assert!(code == 1 && said.contains("SignatureDoesNotMatch"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_client_that_crashes_fails_that_case_and_a_fresh_one_is_asked_the_next() {
    let (code, said, _) = ask_script(
        &[THREE, &["--fail-on", "may"]].concat(),
        &format!(r#"case "$case" in */one) echo "segmentation violation" >&2; exit 139;; esac; {UNSUPPORTED}"#),
    );
    assert_eq!(code, 1, "{said}");
    assert!(
        said.starts_with("CRASHED (must) ehpc.list_tasks/json/one\n  it ended without an answer: exit status: 139\n"),
        "{said}"
    );
    assert!(said.contains("  stderr   segmentation violation\n"), "{said}");
    assert!(said.contains("must 0 of 1, 2 not run"), "{said}");
    assert!(
        said.contains("again    taskmock conformance client --format all --case 'ehpc.list_tasks/json/one' --fail-on may -- sh -c "),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn a_client_that_hangs_is_killed_with_what_it_started() {
    let marker = format!("31{}", std::process::id());
    let hang = format!(r#"case "$case" in */one) sleep {marker};; esac; {UNSUPPORTED}"#);
    let (code, said, _) = ask_script(&[THREE, &["--timeout", "1"]].concat(), &hang);
    assert!(
        code == 1 && said.contains("HUNG (must) ehpc.list_tasks/json/one\n  it did not answer within 1 s\n"),
        "{said}"
    );
    assert!(said.contains("must 0 of 1, 2 not run"), "{said}");
    let running = Command::new("ps").args(["-eo", "args"]).output().expect("ps runs").stdout;
    assert!(!String::from_utf8_lossy(&running).contains(&format!("sleep {marker}")));
}

#[cfg(unix)]
#[test]
fn rubbish_and_answers_out_of_order_fail_their_case() {
    let of = |rubbish: &str| {
        let script = format!(r#"case "$case" in */one) {rubbish};; *) {UNSUPPORTED};; esac"#);
        let (code, said, _) = ask_script(THREE, &script);
        assert!(code == 1 && said.contains("must 0 of 1, 2 not run"), "{said}");
        said.lines().nth(1).expect("a second line").trim().to_owned()
    };
    assert!(of("echo hello").starts_with("it printed a line that is not JSON (expected value at line 1 column 1)"));
    assert!(of(r"printf 'Debug: \377\000\n'").starts_with("it printed a line that is not JSON"));
    assert!(of("echo 7").starts_with("it printed a line without a \"case\""));
    assert!(of(r#"echo "{\"case\":\"$case\"}""#).starts_with("its line should have exactly one of output, error and"));
    assert_eq!(
        of(r#"echo "{\"case\":\"$case\",\"error\":{\"http_status\":\"teapot\"}}""#),
        "its error.http_status should be a number such as 404: \"teapot\""
    );
    assert_eq!(
        of(r#"echo "{\"case\":\"another\",\"unsupported\":\"\"}""#),
        "it answered out of order: the case is ehpc.list_tasks/json/one, the answer is for another"
    );
    let null = of(r#"echo "{\"case\":\"$case\",\"output\":null}""#);
    assert!(null.starts_with("output: expected {") && null.ends_with("}, got null"), "{null}");
}

#[cfg(unix)]
#[test]
fn a_command_that_is_no_client_is_told_after_its_first_cases() {
    for (command, why) in [
        ("cat", "its line should have exactly one of"),
        ("true", "it ended with status 0 and without an answer"),
        ("false", "it ended without an answer: exit status: 1"),
    ] {
        let (code, _, said) = told(conformance(&["client", "--", command]));
        let start = format!("error: no client answered in the first 5 cases: {why}");
        assert!(code == 2 && said.starts_with(&start), "{said}");
    }
    let (code, _, said) = told(conformance(&["client", "--", "/no/such/command"]));
    assert!(code == 2 && said.starts_with("error: cannot start /no/such/command: "), "{said}");
}

#[cfg(unix)]
#[test]
fn jobs_ask_as_many_clients_and_change_nothing_else() {
    let of = |jobs: &str| {
        let log = path(&format!("jobs.{jobs}"));
        let script = format!(r#"echo $$ >> {}; {UNSUPPORTED}"#, log.display());
        let _ = fs::remove_file(&log);
        let selection = ["--operation", "ehpc.list_invocation_status", "--jobs", jobs];
        let (code, said, _) = ask_script(&selection, &script);
        let mut clients: Vec<String> = fs::read_to_string(&log).expect("a log").lines().map(str::to_owned).collect();
        clients.sort();
        clients.dedup();
        assert_eq!(code, 2, "{said}");
        (clients.len(), said)
    };
    let (one, told_by_one) = of("1");
    let (three, told_by_three) = of("3");
    assert_eq!((one, three), (1, 3));
    assert_eq!(told_by_one, told_by_three);
}

#[cfg(unix)]
#[test]
fn results_of_shards_become_one_report_in_every_shape() {
    let script =
        format!(r#"case "$case" in */empty) echo "{{\"case\":\"$case\",\"output\":{{}}}}";; *) {UNSUPPORTED};; esac"#);
    let files: Vec<PathBuf> = (1..=2).map(|number| path(&format!("shard{number}.json"))).collect();
    for (number, file) in (1..).zip(&files) {
        let (shard, file) = (format!("{number}/2"), file.to_str().expect("UTF-8"));
        ask_script(&[THREE, &["--shard", &shard, "--json", file]].concat(), &script);
    }
    let (junit, html, json) = (path("shards.xml"), path("shards.html"), path("shards.json"));
    let of = |path: &PathBuf| path.to_str().expect("UTF-8").to_owned();
    let (first, second) = (of(&files[0]), of(&files[1]));
    let all = ["report", &first, &second, "--junit", &of(&junit), "--html", &of(&html), "--json", &of(&json)];
    let (code, said, _) = told(conformance(&all));
    assert!(code == 1 && said.contains("must 0 of 1, 2 not run"), "{said}");
    let read = |path: &PathBuf| fs::read_to_string(path).expect("it was written");
    assert!(read(&junit).contains(r#"<testsuite name="ehpc.list_tasks/json" tests="3" failures="1""#));
    assert!(read(&html).contains("ehpc.list_tasks/json/empty"));
    let merged: Value = serde_json::from_str(&read(&json)).expect("JSON");
    assert_eq!(merged["cases"].as_array().map(Vec::len), Some(3));

    let (code, _, said) = told(conformance(&["report", &first, &first]));
    assert!(code == 2 && said.contains("the shard 1/2 was given twice; give each shard once"), "{said}");
    let (code, _, said) = told(conformance(&["report", &second]));
    assert!(code == 2 && said.contains("the results of the shards 1/2 are missing"), "{said}");
    let (code, _, said) = told(conformance(&["report", &of(&junit)]));
    assert!(code == 2 && said.contains("it should be the JSON that a run wrote"), "{said}");
}

#[cfg(unix)]
#[test]
fn what_is_known_to_fail_is_read_from_a_file() {
    let script = format!(r#"case "$case" in */empty) exit 1;; *) {UNSUPPORTED};; esac"#);
    let list = path("known_failing.txt");
    let of = |text: &str| {
        fs::write(&list, text).expect("a file");
        ask_script(&[THREE, &["--known-failing", list.to_str().expect("UTF-8")]].concat(), &script)
    };
    let (code, said, _) = of(
        "# Known.\nehpc.list_tasks/json/empty crashed # it cannot\nehpc.list_tasks/json/one # no\nehpc.list_tasks/json/page_size.max # no\n",
    );
    assert!(code == 0 && said.ends_with("\nconforms: 3 failed as known, 2 not run\n"), "{said}");
    // What is not supported although others are is a failure of its own.
    let (code, said, _) = of("ehpc.list_tasks/json/empty crashed\nehpc.list_tasks/json/one\n");
    assert!(code == 1 && said.contains("ehpc.list_tasks/json/page_size.max must hold and is not supported"), "{said}");
    let (code, said, _) = of("ehpc.list_tasks/json/empty crashed\nehpc.list_tasks/json/on\n");
    assert!(code == 1 && said.contains("matches no case: line 2: ehpc.list_tasks/json/on"), "{said}");
    let (code, _, said) = of("ehpc.list_tasks/json/empty it cannot\n");
    assert!(
        code == 2 && said.contains("line 1: `ehpc.list_tasks/json/empty it cannot` should be the name of a case"),
        "{said}"
    );
}

#[test]
fn cases_are_listed_and_not_asked() {
    let (code, said, _) = told(conformance(&["client", "--list", "--case", "page_size.m*", "--", "/no/such/command"]));
    assert_eq!(code, 0);
    assert_eq!(
        said.lines().next(),
        Some("ehpc.list_tasks/json/page_size.min_minus_1  must    ehpc.list_tasks.page_size.min"),
        "{said}"
    );
    let (code, said, _) = told(conformance(&["server", "--list"]));
    assert!(code == 0 && said.lines().count() > 900 && said.contains("/xml/law.pages.whole "));
}

#[test]
fn wrong_arguments_are_told_in_a_sentence() {
    let of = |arguments: &[&str]| {
        let (code, _, said) = told(conformance(arguments));
        assert_eq!(code, 2, "{said}");
        said
    };
    assert!(of(&["client"]).starts_with("error: there is no client; give its command after `--`"));
    assert!(of(&["client", "--list", "--case", "x"]).starts_with("error: no case matches the name `x`"));
    assert!(of(&["client", "--operation", "x", "--", "cat"]).contains("the operations are ehpc.list_tasks, "));
    assert!(of(&["client", "--fact", "x", "--", "cat"]).contains("no case matches the fact `x`"));
    assert!(of(&["client", "--format", "yaml", "--", "cat"]).contains("it should be json, xml or all"));
    assert!(of(&["client", "--level", "shall", "--", "cat"]).contains("there are must, should and may"));
    assert!(of(&["client", "--timeout", "0", "--", "cat"]).contains("a number of seconds from 0.001"));
    assert!(of(&["client", "--ignore", "RequestId", "--", "cat"]).contains("it should be like output.RequestId"));
    assert!(of(&["client", "--credentials", "x", "--", "cat"]).contains("AK:SECRET"));
    assert!(of(&["client", "--known-failing", "/no/file", "--", "cat"]).contains("--known-failing /no/file: "));
    assert!(of(&["server", "localhost"]).contains("it should be like http://127.0.0.1:8080"));
    assert!(of(&["server", "http://127.0.0.1:9"]).contains("cannot connect"));
    assert!(of(&["server", "http://127.0.0.1:9/x"]).contains("it has something after the port"));
    assert!(of(&["client", "--json", "/no/folder/x", "--", "cat"]).contains("there is no such folder"));
    assert!(of(&["client", "--json", "x", "--junit", "x", "--", "cat"]).contains("two reports"));
    assert!(of(&["server"]).contains("URL"));
}

/// The page shows what is sent: its first line is the line for its first case.
#[cfg(unix)]
#[test]
fn the_protocol_is_what_is_spoken() {
    let log = path("protocol.line");
    let script = format!(r#"printf '%s' "$line" > {}; {UNSUPPORTED}"#, log.display());
    ask_script(&["--case", "ehpc.list_tasks/json/page_size.max"], &script);
    let spoken: Value = serde_json::from_slice(&fs::read(&log).expect("a line")).expect("JSON");
    let shown = PROTOCOL.lines().find(|line| line.starts_with("{\"case\"")).expect("a line");
    let mut shown: Value = serde_json::from_str(shown).expect("JSON");
    shown["endpoint"] = spoken["endpoint"].clone();
    assert_eq!(spoken, shown);

    let schema: Value = serde_json::from_str(PROTOCOL_SCHEMA).expect("JSON");
    let question = &schema["$defs"]["question"];
    let named = |value: &Value| -> Vec<String> {
        let mut names: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(named(&question["properties"]), named(&spoken));
    let operations: Vec<&str> = taskmock::operations().map(|operation| operation.id).collect();
    assert_eq!(question["properties"]["operation"]["enum"], serde_json::json!(operations));

    let (_, page, _) = told(conformance(&["protocol"]));
    assert_eq!(page.trim_end(), PROTOCOL.trim_end());
    let (_, schema, _) = told(conformance(&["protocol", "--schema"]));
    assert_eq!(schema.trim_end(), PROTOCOL_SCHEMA.trim_end());
}

#[cfg(unix)]
#[test]
fn a_client_that_does_not_flush_is_told_so() {
    // It reads a line and never answers, but for the first case.
    let script = format!(r#"case "$case" in */empty) {UNSUPPORTED};; *) sleep 20;; esac"#);
    let selection = ["--operation", "ehpc.list_tasks", "--timeout", "0.2", "--fail-on", "may"];
    let (code, said, error) = ask_script(&selection, &script);
    assert!(code == 2 && error.contains("flush after each line"), "{said}{error}");
    assert!(said.contains("HUNG (") && said.contains("the run ended early: the client did not answer"), "{said}");
}

#[cfg(unix)]
#[test]
fn the_list_of_known_failures_is_written_and_then_conforms() {
    let script = format!(r#"case "$case" in */empty) exit 1;; */one) echo 7;; *) {UNSUPPORTED};; esac"#);
    let list = path("written_known_failing.txt");
    let list = list.to_str().expect("UTF-8");
    let (code, said, _) = ask_script(&[THREE, &["--write-known-failing", list]].concat(), &script);
    assert_eq!(code, 1, "{said}");
    let written = fs::read_to_string(list).expect("a list");
    assert!(written.contains("ehpc.list_tasks/json/empty  crashed  # it ended without an answer: "), "{written}");
    assert!(written.contains("ehpc.list_tasks/json/one  garbled  # "), "{written}");
    let (code, said, _) = ask_script(&[THREE, &["--known-failing", list]].concat(), &script);
    assert_eq!(code, 0, "{said}");
}

#[cfg(unix)]
#[test]
fn failures_are_grouped_and_the_others_are_counted() {
    let script = r#"echo "{\"case\":\"$case\",\"output\":{}}""#;
    let of = |options: &[&str]| ask_script(&[&["--operation", "ehpc.list_tasks"], options].concat(), script).1;
    let short = of(&["--max-failures", "2"]);
    assert_eq!(short.matches("FAILED (must)").count(), 2, "{short}");
    assert!(short.contains("  alike    ") && short.contains(" more causes ("), "{short}");
    assert!(!short.contains("not counted)") && short.contains("failed and not counted"), "{short}");
    let verbose = of(&["--verbose"]);
    assert!(verbose.matches("FAILED (must)").count() > 20 && verbose.contains("FAILED (may, not counted)"));
}

#[cfg(unix)]
#[test]
fn the_line_that_runs_a_case_again_fits_on_a_screen() {
    let long = "true; ".repeat(500);
    let (_, said, _) = ask_script(&[THREE, &["--case", "one"]].concat(), &format!("{long} echo 7"));
    let again = said.lines().find(|line| line.starts_with("  again ")).expect("a line");
    assert!(again.chars().count() < 300 && again.ends_with("… (the command is shortened)"), "{again}");
}

/// A server that answers whatever is not for the control interface with these bytes, and keeps the connection open.
fn hostile_server(answer: fn(&mut std::net::TcpStream) -> std::io::Result<()>) -> String {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let head: Vec<String> =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let is_control = head.first().is_some_and(|line| line.contains("/__taskmock__/"));
            // A client that has had enough closes the connection.
            let _ = match is_control {
                true => stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
                false => answer(&mut stream),
            };
            open.push(stream);
        }
    });
    url
}

#[test]
fn a_server_has_a_limit_of_bytes_and_of_time() {
    use std::io::Write;
    let long = hostile_server(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
        let chunk = [b"10000\r\n", &[b'x'; 0x10000][..], b"\r\n"].concat();
        (0..10_000).try_for_each(|_| stream.write_all(&chunk))
    });
    let slow = hostile_server(|stream| stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"));
    for (url, expected) in [(long, "its response has more than 16 MiB"), (slow, "it did not respond within 0.2 s")] {
        let options = ["--timeout", if expected.contains("0.2") { "0.2" } else { "60" }];
        let (code, said, errors) = told(conformance(
            &[&["server", &url, "--operation", "dws.list_logical_cluster_tasks"], &options[..]].concat(),
        ));
        assert!(code != 0 && (said.contains(expected) || errors.contains(expected)), "{code}\n{said}\n{errors}");
    }
}

#[cfg(unix)]
#[test]
fn a_report_that_is_written_again_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let report = path("mode.json");
    fs::write(&report, "old").expect("a file");
    fs::set_permissions(&report, fs::Permissions::from_mode(0o640)).expect("its owner may");
    let options = [THREE, &["--json", report.to_str().expect("UTF-8")]].concat();
    let (_, said, errors) = ask_script(&options, UNSUPPORTED);
    assert_ne!(fs::read(&report).expect("a file"), b"old", "{said}{errors}");
    assert_eq!(fs::metadata(&report).expect("a file").permissions().mode() & 0o7777, 0o640);
}

#[cfg(unix)]
#[test]
fn what_a_client_started_ends_with_it_also_if_the_client_ends_by_itself() {
    let marker = format!("32{}", std::process::id());
    let (_, said, _) = ask_script(THREE, &format!("sleep {marker} > /dev/null 2>&1 & {UNSUPPORTED}"));
    assert!(said.contains("not run"), "{said}");
    let running = Command::new("ps").args(["-eo", "args"]).output().expect("ps runs").stdout;
    assert!(!String::from_utf8_lossy(&running).contains(&format!("sleep {marker}")));
}

#[test]
fn an_error_obeys_no_control_character() {
    for hostile in ["/proc/\u{9b}2J\u{1b}[2J", "/proc/\u{202e}txt"] {
        let output = Command::new(env!("CARGO_BIN_EXE_taskmock")).args(["regenerate", "--dir", hostile]).output();
        let (code, _, said) = told(output.expect("it runs"));
        assert!(code == 2 && said.contains("\\u{") && !said.contains(['\u{9b}', '\u{1b}', '\u{202e}']), "{said:?}");
    }
}
