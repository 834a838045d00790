//! The control interface without a socket: each route, and each refusal.

use serde_json::{Value, json};
use taskmock::{Backend, State};

use crate::support::{CLUSTER, get};

/// Asks the control interface: the status and the answer.
fn ask(backend: &mut Backend, method: &str, route: &str, body: &str) -> (u16, Value) {
    let request = http::Request::builder().method(method).uri(format!("/__taskmock__/{route}"));
    let response = backend.control(&request.body(body.to_owned().into()).expect("a request")).expect("a route");
    (response.status().as_u16(), serde_json::from_slice(response.body()).expect("JSON"))
}

/// Asks for what has to work.
fn done(backend: &mut Backend, method: &str, route: &str, body: &str) -> Value {
    let (status, answer) = ask(backend, method, route, body);
    assert_eq!(status, 200, "{method} {route}: {answer}");
    answer
}

/// Asks for what has to be refused: the status and the sentence.
fn refused(backend: &mut Backend, method: &str, route: &str, body: &str) -> (u16, String) {
    let (status, answer) = ask(backend, method, route, body);
    (
        status,
        answer["taskmock"].as_str().unwrap_or_else(|| panic!("{method} {route} answers {status} {answer}")).to_owned(),
    )
}

#[test]
fn it_lists_its_routes() {
    let routes = done(&mut Backend::documents(), "GET", "", "")["routes"].take();
    let shown: Vec<String> = routes
        .as_array()
        .expect("a list")
        .iter()
        .map(|route| format!("{} {}", route["method"].as_str().expect("text"), route["path"].as_str().expect("text")))
        .collect();
    assert_eq!(
        shown,
        [
            "GET ",
            "GET health",
            "GET state",
            "PUT state",
            "GET clock",
            "POST clock",
            "POST faults",
            "GET faults",
            "DELETE faults",
            "DELETE faults/{id}",
            "GET fault_kinds",
            "GET errors",
            "POST tasks",
            "POST tasks/end",
            "POST tasks/hold",
            "POST tasks/release",
            "POST tasks/remove",
            "POST clusters",
            "GET requests",
            "DELETE requests",
            "POST reset",
        ]
    );
    assert!(
        routes
            .as_array()
            .expect("a list")
            .iter()
            .all(|route| route["about"].as_str().is_some_and(|about| about.ends_with('.')))
    );
}

#[test]
fn what_is_no_route_is_told_which_are() {
    let mut backend = Backend::documents();
    let (status, said) = refused(&mut backend, "GET", "nothing", "");
    assert_eq!(status, 404);
    assert!(
        said.starts_with("/__taskmock__/nothing is no route; there are GET /__taskmock__/, GET /__taskmock__/health"),
        "{said}"
    );
    assert_eq!(
        refused(&mut backend, "DELETE", "state", ""),
        (405, "DELETE does not work on /__taskmock__/state; it takes GET, PUT".to_owned())
    );
    let long = "x".repeat(70_000);
    let (status, said) = refused(&mut backend, "POST", "clock", &long);
    assert_eq!(
        (status, said.as_str()),
        (413, "the body has 70000 bytes; POST /__taskmock__/clock takes at most 65536")
    );
    assert!(backend.control(&get("/?Action=ListTasks")).is_none(), "that is the cloud's");
}

#[test]
fn the_clock_moves_and_says_what_ended() {
    let mut backend = Backend::new(State::default());
    let tasks = r#"{"ehpc_task": {"task_id": "A", "cluster_id": "c", "task_type": "AddComputes", "takes": "PT5M"}}"#;
    assert_eq!(done(&mut backend, "POST", "tasks", tasks), json!({"id": "A"}));
    let command =
        r#"{"ehpc_command": {"command_id": "C", "cluster_id": "c", "nodes": [{"instance_id": "i", "takes": 30}]}}"#;
    assert_eq!(done(&mut backend, "POST", "tasks", command), json!({"id": "C"}));
    let moved = done(&mut backend, "POST", "clock", r#"{"advance": 30}"#);
    assert_eq!(moved, json!({"clock": "2024-03-03T00:00:30Z", "ended": [{"id": "C"}]}));
    let moved = done(&mut backend, "POST", "clock", r#"{"advance": "PT4M29S"}"#);
    assert_eq!(moved, json!({"clock": "2024-03-03T00:04:59Z", "ended": []}));
    let moved = done(&mut backend, "POST", "clock", r#"{"set": "2024-03-03T00:05:00Z"}"#);
    assert_eq!(moved, json!({"clock": "2024-03-03T00:05:00Z", "ended": [{"id": "A"}]}));
    assert_eq!(done(&mut backend, "GET", "clock", ""), json!({"clock": "2024-03-03T00:05:00Z"}));
    let (status, said) = refused(&mut backend, "POST", "clock", "{\n\"advance\": \"soon\"}");
    assert_eq!(status, 400);
    assert_eq!(
        said,
        "line 2, advance: `soon` is not a span of time such as 90s, 20m, 1h 30m or PT5M; the body should be like \
         {\"advance\": \"90s\"} or {\"set\": \"2026-11-21T20:21:00Z\"}"
    );
    assert!(
        refused(&mut backend, "POST", "clock", r#"{"set": "2020-01-01T00:00:00Z"}"#).1.contains("only moves forward")
    );
}

#[test]
fn faults_are_injected_listed_and_withdrawn() {
    let mut backend = Backend::documents();
    let fault = r#"{"operation": "ehpc.list_tasks", "times": 2, "fault": 503}"#;
    assert_eq!(done(&mut backend, "POST", "faults", fault), json!({"id": 1}));
    assert_eq!(done(&mut backend, "POST", "faults", r#"{"fault": "reset"}"#), json!({"id": 2}));
    assert_eq!(backend.respond(&get(&format!("/?Action=ListTasks&ClusterId={CLUSTER}"))).status(), 503);
    let listed = done(&mut backend, "GET", "faults", "");
    let first = json!({
        "id": 1, "operation": "ehpc.list_tasks", "times": 2, "fault": {"http_error": {"status": 503}}, "matched": 1, "hits": 1,
    });
    assert_eq!(listed["faults"][0], first);
    assert_eq!(done(&mut backend, "DELETE", "faults/2", ""), json!({"faults": [first]}));
    assert_eq!(
        refused(&mut backend, "DELETE", "faults/2", ""),
        (404, "there is no such fault; there are 1".to_owned())
    );
    assert_eq!(done(&mut backend, "DELETE", "faults", ""), json!({"faults": []}));
    let (status, said) = refused(&mut backend, "POST", "faults", r#"{"fault": {"cut": {"after": -1}}}"#);
    assert_eq!(status, 400);
    assert!(said.starts_with("line 1, fault.cut.after: invalid value: integer `-1`, expected usize"), "{said}");
    let (_, said) = refused(
        &mut backend,
        "POST",
        "faults",
        r#"{"fault": {"error": {"code": "Nope"}}, "operation": "ehpc.list_tasks"}"#,
    );
    assert!(said.starts_with("fault.error.code: `Nope` is no error of ehpc.list_tasks"), "{said}");
    assert!(said.contains("; the body should be like {\"operation\""), "{said}");
}

#[test]
fn error_tables_and_faults_are_data() {
    let mut backend = Backend::documents();
    let errors = done(&mut backend, "GET", "errors", "");
    assert_eq!(errors["operations"][0]["operation"], "ehpc.list_tasks");
    let first = &errors["operations"][0]["errors"][0];
    assert_eq!(
        (&first["status"], &first["code"], &first["origin"]),
        (&json!(400), &json!("InvalidParams"), &json!("service"))
    );
    let kinds = done(&mut backend, "GET", "fault_kinds", "");
    assert_eq!(kinds["fault_kinds"][2]["name"], "reset");
}

#[test]
fn a_submission_is_answered_with_what_identifies_it() {
    let mut backend = Backend::documents();
    let dws = r#"{"dws_task": {"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "type": "Create", "logical_cluster_name": "lc"}}"#;
    let key =
        json!({"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "logical_cluster_name": "lc", "type": "Create"});
    assert_eq!(done(&mut backend, "POST", "tasks", dws), key);
    let ack =
        done(&mut backend, "POST", "tasks", r#"{"ack_task": {"cluster_id": "c", "task_type": "cluster_scaleout"}}"#);
    assert!(ack["id"].as_str().is_some_and(|id| id.starts_with("T-")), "{ack}");
    for (body, expected) in [
        (r#"{"ack_task": {"cluster": "c"}}"#, "line 1, ack_task.cluster: unknown field `cluster`"),
        (
            r#"{"dws_task": {"cluster_id": "x", "type": "Grow", "logical_cluster_name": "l"}}"#,
            "dws_task.cluster_id: `x` is no cluster",
        ),
        (
            r#"{"ehpc_task": {"cluster_id": "c", "task_type": "AddComputes", "ends": "Fail"}}"#,
            "ehpc_task.ends: `Fail` is called `fail` now",
        ),
        (
            r#"{"ack_task": {"cluster_id": "c", "task_type": "cluster_scaleout", "created": "2026-11-21T20:21:00Z"}}"#,
            "line 1, ack_task.created: `created` is called `started` now",
        ),
        ("{}", "a body has one of ehpc_task, ehpc_command, ack_task and dws_task"),
        (
            r#"{"ehpc_task": {"cluster_id": "c", "task_type": "Mine"}}"#,
            "ehpc_task.task_type: no document lists `Mine`; an E-HPC task is one of CreateCluster",
        ),
    ] {
        let (status, said) = refused(&mut backend, "POST", "tasks", body);
        assert_eq!(status, 400);
        assert!(said.starts_with(expected), "{said}");
    }
    assert!(refused(&mut backend, "POST", "tasks", r#"{"ack_task": {}}"#).1.ends_with(
        r#"the body should be like {"ack_task": {"cluster_id": "c-1", "task_type": "cluster_scaleout", "takes": "5m", "ends": "fail"}}"#
    ));
    done(
        &mut backend,
        "POST",
        "tasks",
        r#"{"ehpc_task": {"cluster_id": "c", "task_type": "Mine", "undocumented": true}}"#,
    );
}

#[test]
fn small_calls_change_one_task() {
    let mut backend = Backend::documents();
    let status = |backend: &mut Backend, id: &str| {
        let response =
            backend.respond(&get(&format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}&TaskId={id}")));
        let body: Value = serde_json::from_slice(response.body()).expect("JSON");
        body["Tasks"][0]["Status"].as_str().map(str::to_owned)
    };
    let some = |word: &str| Some(word.to_owned());
    for id in ["A", "B"] {
        let task = format!(
            r#"{{"ehpc_task": {{"task_id": "{id}", "cluster_id": "ehpc-hz-FYUr32****", "task_type": "AddComputes", "takes": "5m"}}}}"#
        );
        done(&mut backend, "POST", "tasks", &task);
    }
    done(&mut backend, "POST", "clock", r#"{"advance": "1m"}"#);
    done(&mut backend, "POST", "tasks/end", r#"{"id": "A", "ends": "fail"}"#);
    assert_eq!((status(&mut backend, "A"), status(&mut backend, "B")), (some("Fail"), some("Processing")));
    done(&mut backend, "POST", "tasks/hold", r#"{"id": "B"}"#);
    done(&mut backend, "POST", "clock", r#"{"advance": "1h"}"#);
    assert_eq!(status(&mut backend, "B"), some("Processing"));
    done(&mut backend, "POST", "tasks/release", r#"{"id": "B"}"#);
    assert_eq!(status(&mut backend, "B"), some("Success"));
    done(&mut backend, "POST", "tasks/remove", r#"{"id": "B"}"#);
    assert_eq!(status(&mut backend, "B"), None);

    let dws =
        r#"{"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "type": "Create", "logical_cluster_name": "lc"}"#;
    done(&mut backend, "POST", "tasks", &format!(r#"{{"dws_task": {dws}}}"#));
    done(&mut backend, "POST", "tasks/end", &dws.replace('}', r#", "ends": "fail"}"#));
    assert_eq!(backend.state().dws.tasks.last().map(|task| task.ends.clone()), Some(taskmock::Ending::Fail));
    done(
        &mut backend,
        "POST",
        "tasks",
        r#"{"ack_task": {"task_id": "T-1", "cluster_id": "c", "task_type": "cluster_scaleout"}}"#,
    );
    done(&mut backend, "POST", "tasks/end", r#"{"id": "T-1", "ends": "fail"}"#);
    let response = backend.respond(&get("/tasks/T-1"));
    assert!(String::from_utf8_lossy(response.body()).contains(r#""state":"fail""#));

    for (route, body, expected) in [
        ("tasks/end", r#"{"id": "Z"}"#, "no task is {\"id\":\"Z\"}"),
        (
            "tasks/end",
            r#"{"id": "A", "ends": "Maybe"}"#,
            "ends: no document lists `Maybe`; an E-HPC task ends success, fail, partial_fail, never",
        ),
        ("tasks/end", "{}", "a body names a task"),
        ("tasks/hold", r#"{"id": "A", "ends": "fail"}"#, "ends: a task that is held or removed does not end"),
    ] {
        let (status, said) = refused(&mut backend, "POST", route, body);
        assert!(status == 400 && said.starts_with(expected), "{said}");
    }
}

#[test]
fn a_cluster_is_added() {
    let mut backend = Backend::documents();
    let added = done(&mut backend, "POST", "clusters", r#"{"ehpc_cluster": "mine"}"#);
    assert!(added["ehpc_clusters"].as_array().is_some_and(|ids| ids.contains(&json!("mine"))));
    assert_eq!(backend.respond(&get("/?Action=ListTasks&ClusterId=mine")).status(), 200);
    let cluster = r#"{"dws_cluster": {"project_id": "p", "cluster_id": "00000000-0000-4000-8000-000000000000"}}"#;
    done(&mut backend, "POST", "clusters", cluster);
    assert!(refused(&mut backend, "POST", "clusters", cluster).1.ends_with("is there already"));
    let (_, said) =
        refused(&mut backend, "POST", "clusters", r#"{"dws_cluster": {"project_id": "p", "cluster_id": "c"}}"#);
    assert!(said.contains("`c` is no UUID"), "{said}");
}

#[test]
fn requests_are_filtered_and_forgotten() {
    let mut backend = Backend::documents();
    for page in [1, 2, 2] {
        backend.respond(&get(&format!("/?Action=ListTasks&ClusterId={CLUSTER}&PageNumber={page}")));
    }
    backend.respond(&get("/tasks/T-1"));
    let mut numbers = |query: &str| {
        let answer = done(&mut backend, "GET", &format!("requests{query}"), "");
        assert_eq!((&answer["total"], &answer["dropped"]), (&json!(4), &json!(0)));
        answer["requests"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|request| request["number"].as_u64().expect("a number"))
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(""), [1, 2, 3, 4]);
    assert_eq!(numbers("?operation=ehpc.list_tasks"), [1, 2, 3]);
    assert_eq!(numbers("?PageNumber=2"), [2, 3]);
    assert_eq!(numbers("?PageNumber=2&since=2"), [3]);
    assert_eq!(numbers("?task_id=T-1"), [4]);
    for query in ["?operation=x", "?since=now", "?Page=2", "?a=%"] {
        assert_eq!(refused(&mut backend, "GET", &format!("requests{query}"), "").0, 400, "{query}");
    }
    assert_eq!(done(&mut backend, "DELETE", "requests", ""), json!({"total": 0, "dropped": 0, "requests": []}));
}

#[test]
fn reset_goes_to_what_was_loaded_or_to_the_start() {
    let mut backend = Backend::documents();
    done(&mut backend, "PUT", "state", r#"{"clock": "2026-11-21T20:21:00Z"}"#);
    done(&mut backend, "POST", "clock", r#"{"advance": "1m"}"#);
    assert_eq!(done(&mut backend, "POST", "reset", ""), json!({"clock": "2026-11-21T20:21:00Z"}));
    done(&mut backend, "PUT", "state", r#"{"clock": "2025-11-21T20:21:00Z"}"#);
    assert_eq!(done(&mut backend, "POST", "reset", r#"{"to": "start"}"#), json!({"clock": "2024-03-03T00:00:00Z"}));
    assert_eq!(backend.state(), &State::documents());
    backend.state_mut().ehpc.tasks.clear();
    assert_eq!(done(&mut backend, "POST", "reset", ""), json!({"clock": "2024-03-03T00:00:00Z"}));
    assert_eq!(backend.state(), &State::documents(), "the start was loaded last");
    assert_eq!(refused(&mut backend, "POST", "reset", r#"{"to": "end"}"#).0, 400);
}
