//! The server on real sockets: the same answers as the backend, hostile clients, and neighbours.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use taskmock::ehpc::{Task, TaskType};
use taskmock::{Backend, Fault, Handle, MockServer, State, Timestamp};

use crate::support::{CLUSTER, DWS_PATH, exchange, fetch, get, send, text};

/// Does something with a server.
fn with_server(check: impl Fn(SocketAddr, &Handle)) {
    let server = MockServer::start();
    check(server.address(), &server);
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {body}"))
}

#[test]
fn a_server_answers_what_its_backend_answers() {
    with_server(|address, _| {
        let mut backend = Backend::documents();
        for target in [
            format!("/?Action=ListTasks&Version=2018-04-12&Format=JSON&ClusterId={CLUSTER}"),
            format!("/?Action=ListTasks&Version=2018-04-12&ClusterId={CLUSTER}&PageSize=2"),
            format!("/?Action=ListInvocationStatus&ClusterId={CLUSTER}&CommandId=c-hz01v8x80o3%2A%2A%2A%2A"),
            "/tasks/T-5faa48fb31b6b8078d00****".to_owned(),
            DWS_PATH.to_owned(),
            format!("{DWS_PATH}?limit=0"),
            "/?Action=Nope".to_owned(),
            "/nowhere".to_owned(),
        ] {
            let expected = backend.respond(&get(&target));
            let found = fetch(address, &target);
            assert_eq!(found, (expected.status().as_u16(), text(&expected).to_owned()), "{target}");
        }
    });
}

#[test]
fn a_test_does_everything_with_its_server_while_it_runs() {
    with_server(|address, handle| {
        let target = |id: &str| format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}&TaskId={id}");
        let id = handle.submit(Task::new("ehpc-hz-FYUr32****", TaskType::StartComputes).takes(Duration::from_secs(60)));
        let status = || json_of(&fetch(address, &target(&id)).1)["Tasks"][0]["Status"].take();
        assert_eq!(status(), "Processing");
        handle.advance(Duration::from_secs(60));
        assert_eq!(status(), "Success");
        handle.inject(Fault::error("RedisError").on("ehpc.list_tasks"));
        assert_eq!(fetch(address, &target(&id)).0, 406);
        handle.edit(|state| state.ehpc.tasks.retain(|task| task.task_id != id));
        assert_eq!(json_of(&fetch(address, &target(&id)).1)["TotalCount"], 0);
        assert_eq!(handle.count("ehpc.list_tasks"), 4);
        assert_eq!(handle.requests().len(), 4);
        assert_eq!(handle.requests()[0].header("host"), Some(address.to_string().as_str()));
        handle.load(State::default());
        assert_eq!(fetch(address, &target(&id)).0, 404);
        handle.reset();
        // A state that does not say where its clock stands leaves the clock alone.
        let clock: Timestamp = "2024-03-03T00:01:00Z".parse().expect("a time");
        let expected = State { clock: clock.into(), ..State::default() };
        assert_eq!((handle.state(), handle.requests().len()), (expected, 0));
    });
}

#[test]
fn the_control_interface_does_it_for_any_language() {
    with_server(|address, handle| {
        let control = |method: &str, route: &str, body: &str| {
            let (status, body) = send(address, method, &format!("/__taskmock__/{route}"), body);
            (status, json_of(&body))
        };
        assert_eq!(control("GET", "health", "").1["status"], "ok");
        assert_eq!(control("GET", "clock", ""), (200, json!({"clock": "2024-03-03T00:00:00Z"})));
        assert_eq!(
            control("POST", "clock", r#"{"advance":"90s"}"#),
            (200, json!({"clock": "2024-03-03T00:01:30Z", "ended": []}))
        );
        let set = r#"{"set":"2026-11-21T20:21:00Z"}"#;
        let (status, body) = control("POST", "clock", set);
        assert_eq!((status, &body["clock"]), (200, &json!("2026-11-21T20:21:00Z")));
        assert_eq!(body["ended"].as_array().map(Vec::len), Some(9), "{body}");
        let (status, body) = control("POST", "clock", r#"{"set":"2020-01-01T00:00:00Z"}"#);
        assert_eq!(status, 400);
        assert!(body["taskmock"].as_str().is_some_and(|said| said.contains("only moves forward")), "{body}");

        let fault = r#"{"operation":"ehpc.list_tasks","fault":{"error":{"code":"DbError"}}}"#;
        assert_eq!(control("POST", "faults", fault), (200, json!({"id": 1})));
        assert_eq!(fetch(address, &format!("/?Action=ListTasks&ClusterId={CLUSTER}")).0, 406);
        let raw = r#"{"operation":"ack.describe_task_info","fault":{"response":{"status":502,"headers":{"content-type":"text/html"},"body":"<html>"}}}"#;
        assert_eq!(control("POST", "faults", raw).0, 200);
        assert_eq!(fetch(address, "/tasks/T-1"), (502, "<html>".to_owned()));

        let mut state = control("GET", "state", "").1;
        assert_eq!(state["clock"], "2026-11-21T20:21:00Z");
        state["ehpc"]["tasks"] =
            json!([{"task_id": "T1", "cluster_id": "mine", "task_type": "AddComputes", "takes": "5m"}]);
        assert_eq!(control("PUT", "state", &state.to_string()).0, 200);
        let (_, body) = fetch(address, "/?Action=ListTasks&Format=JSON&ClusterId=mine");
        assert_eq!(json_of(&body)["Tasks"][0]["TaskId"], "T1");
        let (status, body) = control("PUT", "state", "{\n\"clok\":1}");
        assert_eq!(status, 400);
        assert!(
            body["taskmock"].as_str().is_some_and(|said| said.starts_with("line 2, clok: unknown field")),
            "{body}"
        );
        assert_eq!(handle.state().ehpc.tasks.len(), 1, "a wrong state loses nothing");

        let requests = control("GET", "requests", "").1;
        assert_eq!((&requests["total"], &requests["dropped"]), (&json!(3), &json!(0)));
        let first = &requests["requests"][0];
        assert_eq!((&first["operation"], &first["status"]), (&json!("ehpc.list_tasks"), &json!(406)));
        handle.advance(Duration::from_secs(5));
        assert_eq!(control("POST", "reset", ""), (200, json!({"clock": "2026-11-21T20:21:00Z"})));

        assert_eq!(control("POST", "faults", fault).0, 200);
        assert_eq!(control("GET", "faults", "").1["faults"][0]["operation"], "ehpc.list_tasks");
        assert_eq!(control("DELETE", "faults", ""), (200, json!({"faults": []})));
        let task = r#"{"ehpc_task":{"cluster_id":"mine","task_type":"StopCluster","ends":"never"}}"#;
        let (status, body) = control("POST", "tasks", task);
        let id = body["id"].as_str().expect("an id").to_owned();
        assert_eq!(status, 200);
        assert_eq!(handle.state().ehpc.tasks.last().map(|task| task.task_id.clone()), Some(id));
        assert_eq!(
            control("POST", "tasks", r#"{"dws_task":{"cluster_id":"x","type":"Grow","logical_cluster_name":"l"}}"#).0,
            400
        );
        assert_eq!(control("POST", "tasks", r#"{"ehpc_task":{"cluster_id":"mine"}}"#).0, 400);
        assert_eq!(control("GET", "nothing", "").0, 404);
        assert_eq!(control("DELETE", "state", "").0, 405);
        assert_eq!(control("POST", "clock", "{").0, 400);
        assert_eq!(control("POST", "clock", r#"{"advance":"soon"}"#).0, 400);
        assert_eq!(control("POST", "faults", r#"{"operation":"x","fault":"reset"}"#).0, 400);
        assert_eq!(control("PUT", "state", "\u{0}").0, 400);
    });
}

#[test]
fn a_hostile_client_gets_a_refusal_and_the_server_goes_on() {
    let long = "a".repeat(2_000_000);
    let many_headers: String = (0..2000).map(|number| format!("h{number}: v\r\n")).collect();
    with_server(|address, _| {
        let host = "host: x\r\nconnection: close\r\n";
        for (name, request) in [
            ("no HTTP at all", "\0\u{1}\u{2}\r\n\r\n".to_owned()),
            ("broken percent-encoding", format!("GET /?Action=ListTasks&ClusterId=%zz HTTP/1.1\r\n{host}\r\n")),
            ("broken percent-encoding in a path", format!("GET /tasks/%f HTTP/1.1\r\n{host}\r\n")),
            ("a gigantic query", format!("GET /?{long} HTTP/1.1\r\n{host}\r\n")),
            ("header soup", format!("GET / HTTP/1.1\r\n{host}{many_headers}\r\n")),
            ("an unknown method", format!("BREW /tasks/T-1 HTTP/1.1\r\n{host}\r\n")),
            ("a gigantic body", format!("POST / HTTP/1.1\r\n{host}content-length: 2000000\r\n\r\n{long}")),
            ("a body that is no number of bytes", format!("POST / HTTP/1.1\r\n{host}content-length: x\r\n\r\n")),
            ("no host", "GET /tasks/T-1 HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned()),
        ] {
            let answer = exchange(address, request.as_bytes());
            // A connection that is closed without an answer is a refusal too.
            let status = answer.split(' ').nth(1).unwrap_or("closed").to_owned();
            assert!(status == "closed" || status.starts_with('4') || status == "500", "{name}: {answer}");
        }
        let not_utf8 = b"GET /tasks/T-1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-strange: \xff\xfe\r\n\r\n";
        exchange(address, not_utf8);
        assert_eq!(fetch(address, "/tasks/T-5faa48fb31b6b8078d00****").0, 200);
    });
    let server = MockServer::start();
    let declared = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 99999999999\r\n\r\n";
    assert!(exchange(server.address(), declared.as_bytes()).starts_with("HTTP/1.1 413"));
    let chunk = format!("{:x}\r\n{}\r\n", 600_000, "a".repeat(600_000));
    let chunked = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n"
    );
    assert!(exchange(server.address(), chunked.as_bytes()).starts_with("HTTP/1.1 413"));
}

#[test]
fn a_stub_that_panics_takes_no_other_server_down() {
    let server = MockServer::start();
    server.stub(|when, then| {
        when.is_true(|_| panic!("on purpose"));
        then.status(200);
    });
    exchange(server.address(), b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    drop(server);
    for _ in 0..30 {
        assert_eq!(fetch(MockServer::start().address(), "/tasks/T-1").0, 400);
    }
}

#[test]
fn a_server_that_is_dropped_closes_its_port() {
    for _ in 0..50 {
        let server = MockServer::start();
        let address = server.address();
        assert_eq!(fetch(address, "/tasks/T-1").0, 400);
        drop(server);
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}

#[test]
fn a_test_that_is_busy_with_one_server_does_not_hold_up_another() {
    let (busy, other) = (MockServer::start(), MockServer::start());
    let address = busy.address();
    let waiting = busy.with(|_| {
        let waiting = std::thread::spawn(move || fetch(address, "/tasks/T-1").0);
        assert_eq!(fetch(other.address(), "/tasks/T-1").0, 400);
        waiting
    });
    assert_eq!(waiting.join().expect("an answer"), 400);
}

#[test]
fn a_state_may_be_larger_than_a_request_of_a_client() {
    let server = MockServer::start();
    let mut state = State { clock: "2024-03-03T00:00:00Z".parse().expect("a clock"), ..State::default() };
    state.ehpc.clusters = (0..120_000).map(|number| format!("cluster-{number}")).collect();
    let json = state.to_json();
    assert!(json.len() > 2 * taskmock::MAX_BODY);
    assert_eq!(send(server.address(), "PUT", "/__taskmock__/state", &json).0, 200);
    // Not assert_eq!: nobody reads two states of that size.
    assert!(server.state() == state);
}

#[test]
fn a_users_own_stubs_share_the_port_and_go_first() {
    let server = MockServer::start();
    let token = server.stub(|when, then| {
        when.path("/token");
        then.status(201).body("secret");
    });
    let shadow = server.stub(|when, then| {
        when.path("/tasks/T-shadow");
        then.status(418);
    });
    assert_eq!(fetch(server.address(), "/token"), (201, "secret".to_owned()));
    assert_eq!(fetch(server.address(), "/tasks/T-shadow").0, 418);
    assert_eq!(fetch(server.address(), "/tasks/T-5faa48fb31b6b8078d00****").0, 200);
    token.assert();
    shadow.assert();
    assert_eq!(server.requests().len(), 1, "what a stub takes does not reach the backend");
}

#[test]
fn servers_work_in_async_tests() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let servers = [MockServer::start(), MockServer::start_local()];
        for server in &servers {
            let (address, handle) = (server.address(), (**server).clone());
            handle.advance(Duration::from_secs(1));
            // Asked from another thread: a blocking client would block this one.
            let answer = std::thread::spawn(move || fetch(address, "/tasks/T-5faa48fb31b6b8078d00****"));
            while !answer.is_finished() {
                tokio::task::yield_now().await;
            }
            assert_eq!(answer.join().expect("an answer").0, 200);
            assert_eq!(handle.count("ack.describe_task_info"), 1);
        }
    });
}

#[test]
fn a_panic_in_a_tests_closure_does_not_take_the_server_down() {
    with_server(|address, handle| {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            handle.edit(|state| {
                state.ehpc.tasks.clear();
                panic!("on purpose");
            });
        }));
        assert!(result.is_err());
        assert_eq!(
            json_of(&fetch(address, &format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}")).1)["TotalCount"],
            0
        );
    });
}

#[test]
fn two_hundred_servers_are_held_at_once() {
    let servers: Vec<MockServer> = (0..200).map(|_| MockServer::start()).collect();
    for server in &servers {
        assert_eq!(fetch(server.address(), "/tasks/T-5faa48fb31b6b8078d00****").0, 200);
    }
    assert!(servers.iter().all(|server| server.requests().len() == 1));
}

#[test]
fn many_threads_share_one_server() {
    with_server(|address, handle| {
        let request_ids = std::sync::Mutex::new(std::collections::HashSet::new());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let (status, body) =
                            fetch(address, &format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}"));
                        assert_eq!(status, 200);
                        let id = json_of(&body)["RequestId"].as_str().expect("an id").to_owned();
                        request_ids.lock().expect("no panic").insert(id);
                    }
                });
            }
        });
        assert_eq!(handle.count("ehpc.list_tasks"), 160);
        assert_eq!(request_ids.into_inner().expect("no panic").len(), 160);
    });
}
