//! Who may steer a server over its connections, which clock it holds signatures to, and what it knows
//! of its connections.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use taskmock::{ClockSource, Expected, Fault, MockServer, ServerConfig, State};

use crate::support::{CLUSTER, exchange, fetch, send};

const RUNNING: &str = "/tasks/T-5faa48fb31b6b8078d00****";

fn bind(config: ServerConfig) -> MockServer {
    MockServer::bind(State::documents(), config).expect("a server")
}

/// Asks with headers to the letter: the status and the body.
fn ask(address: SocketAddr, method: &str, route: &str, headers: &[&str], body: &str) -> (u16, String) {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let request = format!(
        "{method} /__taskmock__/{route} HTTP/1.1\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(address, request.as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    (head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), body.to_owned())
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {body}"))
}

/// The headers are those that Chromium 156 sends.
#[test]
fn a_page_of_another_origin_neither_moves_the_clock_nor_reads_the_state() {
    let server = MockServer::start();
    let host = format!("host: {}", server.address());
    let host = host.as_str();
    let port = server.address().port();
    let advance = r#"{"advance": 60}"#;
    let rebound = format!("host: evil.example:{port}");
    for (what, method, route, headers, body) in [
        (
            "fetch, no-cors, with a text",
            "POST",
            "clock",
            &[host, "origin: http://evil.example", "sec-fetch-site: cross-site", "content-type: text/plain"][..],
            advance,
        ),
        (
            "a form",
            "POST",
            "clock",
            &[host, "origin: http://evil.example", "sec-fetch-site: cross-site", "sec-fetch-mode: navigate"],
            advance,
        ),
        (
            "a preflight",
            "OPTIONS",
            "clock",
            &[host, "origin: http://evil.example", "access-control-request-method: POST"],
            "",
        ),
        ("a script or an image", "GET", "state", &[host, "sec-fetch-site: cross-site", "sec-fetch-mode: no-cors"], ""),
        ("a page on another port", "GET", "state", &[host, "sec-fetch-site: same-site", "sec-fetch-mode: no-cors"], ""),
        ("a page whose name was rebound", "GET", "state", &[&rebound, "sec-fetch-site: same-origin"], ""),
        (
            "the same, which posts",
            "POST",
            "clock",
            &[&rebound, "sec-fetch-site: same-origin", "content-type: application/json"],
            advance,
        ),
    ] {
        let (status, said) = ask(server.address(), method, route, headers, body);
        assert_eq!(status, 403, "{what}: {said}");
        assert!(!said.contains("ehpc"), "{what}: {said}");
    }
    assert_eq!(server.now().to_string(), "2024-03-03T00:00:00Z");
    let (status, _) = ask(server.address(), "POST", "clock", &[host, "content-type: application/json"], advance);
    assert_eq!(status, 200, "a test's client may");
}

#[test]
fn the_address_that_it_listens_on_and_hosts_that_are_added_are_known() {
    let server = bind(ServerConfig::new().address(([127, 0, 0, 2], 0).into()).control_host("mock.internal"));
    for (host, status) in
        [("127.0.0.2:1", 200), ("localhost", 200), ("mock.internal:80", 200), ("127.0.0.3", 403), ("internal", 403)]
    {
        assert_eq!(ask(server.address(), "GET", "clock", &[&format!("host: {host}")], "").0, status, "{host}");
    }
}

#[test]
fn a_token_is_wanted_in_its_header() {
    let server = bind(ServerConfig::new().control_token("s3cret"));
    for (header, status) in [("x-none: 1", 401), ("x-taskmock-token: s3cre", 401), ("x-taskmock-token: s3cret", 200)] {
        let (got, said) = ask(server.address(), "GET", "clock", &["host: localhost", header], "");
        assert_eq!(got, status, "{header}: {said}");
        assert!(!said.contains("s3cret"));
    }
    assert_eq!(fetch(server.address(), RUNNING).0, 200, "the cloud wants none");
}

#[test]
fn the_control_interface_has_a_port_of_its_own_or_none() {
    let server = bind(ServerConfig::new().control_address(([127, 0, 0, 1], 0).into()));
    let control = server.control_address().expect("it is on");
    assert_eq!(fetch(server.address(), "/__taskmock__/clock").0, 404);
    assert_eq!(fetch(server.address(), RUNNING).0, 200);
    assert_eq!(fetch(control, "/__taskmock__/clock").0, 200);
    assert_eq!(fetch(control, RUNNING).0, 404);
    assert_eq!(send(control, "POST", "/__taskmock__/clock", r#"{"advance": "PT1M"}"#).0, 200);
    assert_eq!(server.now().to_string(), "2024-03-03T00:01:00Z", "it is the same mock");
    drop(server);
    assert!(TcpStream::connect(control).is_err(), "both ports are closed");

    let server = bind(ServerConfig::new().no_control());
    assert_eq!(fetch(server.address(), "/__taskmock__/clock").0, 404);
    assert_eq!(fetch(server.address(), RUNNING).0, 200);
}

#[cfg(feature = "signatures")]
#[test]
fn signatures_are_held_to_the_time_of_day_unless_the_clock_is_shared() {
    use std::time::{SystemTime, UNIX_EPOCH};

    use taskmock::{Algorithm, Credentials, Format, SignatureClock, Timestamp, ehpc::list_tasks::Input};

    let user = Credentials::new("testid", "testsecret");
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let today = Timestamp::from_unix_millis(0).after(since);
    let signed_at = |server: &MockServer, at: Timestamp| {
        let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
        let signed = user.sign(request, Algorithm::RpcV1, at, &format!("nonce-{}", server.received()));
        fetch(server.address(), &signed.uri().to_string()).0
    };
    for source in [ClockSource::Stands, ClockSource::Scaled(60.0), ClockSource::Stepped(Duration::from_secs(30))] {
        let server = bind(ServerConfig::new().clock(source).admit(user.clone()));
        server.advance(Duration::from_secs(16 * 60));
        assert_eq!(signed_at(&server, today), 200, "{source:?}");
        assert_eq!(signed_at(&server, server.now()), 400, "{source:?}");
        let clock = json_of(&fetch(server.address(), "/__taskmock__/clock").1);
        assert_eq!(clock["signature_clock"], "real");
    }
    let server = bind(ServerConfig::new().signature_clock(SignatureClock::Mock).admit(user.clone()));
    assert_eq!(signed_at(&server, server.now()), 200);
    assert_eq!(signed_at(&server, today), 400);
    let clock = json_of(&fetch(server.address(), "/__taskmock__/clock").1);
    assert_eq!(clock, json!({"clock": "2024-03-03T00:00:00Z", "signature_clock": "mock"}));
}

#[test]
fn a_clock_that_was_set_to_now_survives_a_state_and_a_reset() {
    let now = State::from_json(r#"{"clock": "now"}"#).expect("a state");
    let server = MockServer::start_with(now);
    let start = server.now();
    assert!(start.to_string().as_str() > "2026", "{start}");
    server.advance(Duration::from_secs(3600));
    server.load(State::default());
    assert!(server.now().since(start) >= Duration::from_secs(3600), "a state without a clock leaves it alone");
    server.reset();
    let since = server.now().since(start);
    assert!(since < Duration::from_secs(1800), "what was advanced is taken back: {since:?}");

    let server = MockServer::start();
    let (status, answer) = send(server.address(), "PUT", "/__taskmock__/state", r#"{"clock": "now"}"#);
    assert_eq!(status, 200, "{answer}");
    assert!(server.now() >= start);
    assert_eq!(send(server.address(), "POST", "/__taskmock__/reset", r#"{"to": "start"}"#).0, 200);
    assert_eq!(server.now().to_string(), "2024-03-03T00:00:00Z");
}

#[test]
fn a_call_waits_for_the_clock_and_for_requests() {
    let server = MockServer::start();
    let address = server.address();
    let later = "2024-03-03T00:10:00Z";
    std::thread::scope(|scope| {
        let clock = scope.spawn(move || fetch(address, &format!("/__taskmock__/clock?until={later}&timeout=20s")).1);
        let list = "/__taskmock__/requests?operation=ehpc.list_tasks&at_least=2&timeout=PT20S";
        let requests = scope.spawn(move || fetch(address, list).1);
        for _ in 0..2 {
            fetch(address, &format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}"));
        }
        let requests = json_of(&requests.join().expect("an answer"));
        assert_eq!((&requests["reached"], requests["requests"].as_array().map(Vec::len)), (&json!(true), Some(2)));
        server.advance(Duration::from_secs(600));
        assert_eq!(json_of(&clock.join().expect("an answer")), json!({"clock": later, "reached": true}));
    });
    let (_, answer) = fetch(address, "/__taskmock__/requests?at_least=3&timeout=0");
    assert_eq!(json_of(&answer)["reached"], false, "its time is over");
    let (_, answer) = fetch(address, "/__taskmock__/clock?until=2030-01-01T00:00:00Z");
    assert_eq!(json_of(&answer)["reached"], false, "without a timeout it does not wait");
    for route in
        ["clock?until=soon", "clock?until=2030-01-01T00:00:00Z&timeout=61s", "requests?at_least=x", "clock?at=1"]
    {
        assert_eq!(fetch(address, &format!("/__taskmock__/{route}")).0, 400, "{route}");
    }
}

#[test]
fn the_log_knows_the_connection_of_each_request() {
    let server = MockServer::start();
    let request = format!("GET {RUNNING} HTTP/1.1\r\nhost: x\r\n\r\n");
    let mut client = TcpStream::connect(server.address()).expect("a connection");
    let mut room = [0; 4096];
    for _ in 0..2 {
        client.write_all(request.as_bytes()).expect("a request");
        assert_ne!(client.read(&mut room).expect("an answer"), 0);
    }
    fetch(server.address(), RUNNING);
    let notes: Vec<_> = server.requests().iter().map(|request| request.connection.expect("a note")).collect();
    let places: Vec<_> = notes.iter().map(|note| (note.connection, note.place, note.client_went_away)).collect();
    assert_eq!(places, [(1, 1, false), (1, 2, false), (2, 1, false)]);
    assert!(notes.is_sorted_by_key(|note| note.since_start));

    server.inject(Fault::stall());
    client.write_all(request.as_bytes()).expect("a request");
    let (_, answer) = fetch(server.address(), "/__taskmock__/requests?at_least=4&timeout=20");
    assert_eq!(json_of(&answer)["reached"], true, "it came in");
    drop(client);
    let went_away = || server.requests()[3].connection.is_some_and(|note| note.client_went_away);
    // The server learns it a moment later.
    while !went_away() {
        std::thread::yield_now();
    }
}

#[test]
fn what_is_expected_is_asserted_when_the_server_is_dropped() {
    let ask = |server: &MockServer, page: u32| {
        fetch(server.address(), &format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}&PageNumber={page}"));
    };
    let page = |page: &str| Expected::call("ehpc.list_tasks").with("PageNumber", page);
    let server = MockServer::start();
    server.expect(page("1").times(1));
    server.expect(page("3").never());
    (1..=2).for_each(|page| ask(&server, page));
    server.assert_order(&[page("1"), page("2")]);
    drop(server);

    let server = MockServer::start();
    server.expect(page("2").times(2));
    ask(&server, 2);
    ask(&server, 3);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || drop(server))).expect_err("it panics");
    assert_eq!(
        panic.downcast_ref::<String>().expect("a sentence"),
        "expected 2 calls of ehpc.list_tasks with PageNumber=2; got 1 of 2 requests\n\
         nearest: request 2, ehpc.list_tasks, answered with 200\n  PageNumber: expected `2`, it is `3`\n"
    );
}
