//! DescribeTaskInfo: stages, events, results and the three time formats of one script.

use std::time::Duration;

use serde_json::json;
use taskmock::Ending;
use taskmock::ack::{Event, ResultStatus, Stage, Task, TaskResult};
use taskmock::{Backend, Span, State};

use crate::support::{ask, get, header, leaves, text};

/// A scale-out of two stages, 60 and 30 seconds, created a minute before midnight in China.
fn scale_out(ends: Ending) -> (Backend, String) {
    let mut backend =
        Backend::new(State { clock: "2022-12-31T15:59:30Z".parse().expect("a time"), ..State::default() });
    let mut task = Task::new("c78592bf", "cluster_scaleout")
        .stage(Stage { message: "success to create".into(), ..Stage::new("CreateNodes", Span::seconds(60)) })
        .stage(Stage::new("JoinNodes", Span::seconds(30)))
        .event(Event::new(Span::seconds(0), "ScaleOutStart", "start to scale out"))
        .event(Event::new(Span::seconds(60), "JoinStart", "start to join"))
        .result(TaskResult::new("i-1", Span::seconds(60), ResultStatus::Success))
        .result(TaskResult::new("i-2", Span::seconds(90), ResultStatus::Failed))
        .reason("failed to join")
        .ends(ends);
    task.target = Some(taskmock::ack::describe_task_info::Target { id: "c78592bf".into(), r#type: "cluster".into() });
    task.parameters = json!({"count": 2, "zone <a>": null}).as_object().expect("an object").clone();
    task.stages[0].outputs = json!({"nodes": ["i-1"]}).as_object().expect("an object").clone();
    task.outputs = json!({"ok": true}).as_object().expect("an object").clone();
    let id = backend.submit(task);
    (backend, id)
}

#[test]
fn a_task_is_watched_stage_by_stage() {
    let (mut backend, id) = scale_out(Ending::Fail);
    let path = format!("/tasks/{id}");
    let always = json!({
        "cluster_id": "c78592bf", "task_id": id, "task_type": "cluster_scaleout",
        "created": "2022-12-31T23:59:30+08:00",
        "target": {"id": "c78592bf", "type": "cluster"},
        "parameters": {"count": 2, "zone <a>": null},
    });
    let first_event = json!({
        "action": "start", "level": "Normal", "message": "start to scale out", "reason": "ScaleOutStart",
        "source": "ACK", "timestamp": "1672502370000",
    });
    let with = |more: serde_json::Value| {
        let mut all = always.as_object().expect("an object").clone();
        all.extend(more.as_object().expect("an object").clone());
        serde_json::Value::Object(all)
    };

    assert_eq!(
        ask(&mut backend, &path),
        (
            200,
            with(json!({
                "updated": "2022-12-31T23:59:30+08:00", "state": "running", "current_stage": "CreateNodes",
                "stages": [{"state": "running", "start_time": "2022-12-31 23:59:30", "message": "success to create"}],
                "events": [first_event],
                "task_result": [{"data": "i-1", "status": "initial"}, {"data": "i-2", "status": "initial"}],
            }))
        )
    );

    backend.advance(Duration::from_secs(61));
    let second_event = json!({
        "action": "start", "level": "Normal", "message": "start to join", "reason": "JoinStart",
        "source": "ACK", "timestamp": "1672502430000",
    });
    assert_eq!(
        ask(&mut backend, &path),
        (
            200,
            with(json!({
                "updated": "2023-01-01T00:00:30+08:00", "state": "running", "current_stage": "JoinNodes",
                "stages": [
                    {"state": "success", "start_time": "2022-12-31 23:59:30", "end_time": "2023-01-01 00:00:30",
                     "message": "success to create", "outputs": {"nodes": ["i-1"]}},
                    {"state": "running", "start_time": "2023-01-01 00:00:30", "message": ""},
                ],
                "events": [first_event, second_event],
                "task_result": [{"data": "i-1", "status": "success"}, {"data": "i-2", "status": "initial"}],
            }))
        )
    );

    backend.advance(Duration::from_secs(29));
    let ended = with(json!({
        "updated": "2023-01-01T00:01:00+08:00", "state": "fail", "current_stage": "JoinNodes",
        "stages": [
            {"state": "success", "start_time": "2022-12-31 23:59:30", "end_time": "2023-01-01 00:00:30",
             "message": "success to create", "outputs": {"nodes": ["i-1"]}},
            {"state": "fail", "start_time": "2023-01-01 00:00:30", "end_time": "2023-01-01 00:01:00", "message": ""},
        ],
        "events": [first_event, second_event],
        "task_result": [{"data": "i-1", "status": "success"}, {"data": "i-2", "status": "failed"}],
        "error": {"code": "400", "message": "failed to join"},
        "outputs": {"ok": true},
    }));
    assert_eq!(ask(&mut backend, &path), (200, ended.clone()));
    backend.advance(Duration::from_secs(100_000));
    assert_eq!(ask(&mut backend, &path), (200, ended));
}

#[test]
fn every_ending_word_is_served_as_it_is() {
    for (ends, expected) in [("success", "success"), ("fail", "fail"), ("canceled", "canceled"), ("never", "running")] {
        let (mut backend, id) = scale_out(Ending::from(ends));
        backend.advance(Duration::from_secs(90));
        assert_eq!(ask(&mut backend, &format!("/tasks/{id}")).1["state"], expected);
    }
}

#[test]
fn xml_says_the_same_with_json_text_for_maps() {
    let (mut backend, id) = scale_out(Ending::Success);
    backend.advance(Duration::from_secs(61));
    let mut request = get(&format!("/tasks/{id}"));
    request.headers_mut().insert("accept", "application/xml".parse().expect("a value"));
    let response = backend.respond(&request);
    assert_eq!(header(&response, "content-type"), "application/xml");
    let expected = [
        "cluster_id=c78592bf".to_owned(),
        format!("task_id={id}"),
        "created=2022-12-31T23:59:30+08:00".into(),
        "updated=2023-01-01T00:00:30+08:00".into(),
        "state=running".into(),
        "task_type=cluster_scaleout".into(),
        "current_stage=JoinNodes".into(),
        "target/id=c78592bf".into(),
        "target/type=cluster".into(),
        r#"parameters={"count":2,"zone <a>":null}"#.into(),
        "stages/state=success".into(),
        "stages/start_time=2022-12-31 23:59:30".into(),
        "stages/end_time=2023-01-01 00:00:30".into(),
        "stages/message=success to create".into(),
        r#"stages/outputs={"nodes":["i-1"]}"#.into(),
        "stages/state=running".into(),
        "stages/start_time=2023-01-01 00:00:30".into(),
        "stages/message=".into(),
        "events/action=start".into(),
        "events/level=Normal".into(),
        "events/message=start to scale out".into(),
        "events/reason=ScaleOutStart".into(),
        "events/source=ACK".into(),
        "events/timestamp=1672502370000".into(),
        "events/action=start".into(),
        "events/level=Normal".into(),
        "events/message=start to join".into(),
        "events/reason=JoinStart".into(),
        "events/source=ACK".into(),
        "events/timestamp=1672502430000".into(),
        "task_result/data=i-1".into(),
        "task_result/status=success".into(),
        "task_result/data=i-2".into(),
        "task_result/status=initial".into(),
    ];
    let expected: Vec<String> = expected.iter().map(|leaf| format!("DescribeTaskInfoResponse/{leaf}")).collect();
    assert_eq!(leaves(text(&response)), expected);
}

#[test]
fn accept_chooses_the_encoding() {
    let mut backend = Backend::documents();
    for (accept, expected) in [
        ("application/json", "application/json"),
        ("application/xml", "application/xml"),
        ("text/xml", "application/xml"),
        ("*/*", "application/json"),
        ("application/octet-stream", "application/json"),
        ("application/xml, application/json", "application/json"),
    ] {
        let mut request = get("/tasks/T-5faa48fb31b6b8078d00****");
        request.headers_mut().insert("accept", accept.parse().expect("a value"));
        assert_eq!(header(&backend.respond(&request), "content-type"), expected, "{accept}");
    }
}

#[test]
fn an_id_is_one_decoded_piece_of_the_path() {
    let mut backend = Backend::new(State::default());
    backend.submit(Task::new("c", "cluster_scaleout").id("a b/c~d*e?f+g%h"));
    assert_eq!(ask(&mut backend, "/tasks/a%20b%2Fc~d%2Ae%3Ff%2Bg%25h").0, 200);
    assert_eq!(ask(&mut backend, "/tasks/a%20b%2Fc~d*e%3Ff+g%25h").0, 200);
    let (status, body) = ask(&mut backend, "/tasks/%E4%B8%AD");
    assert_eq!((status, body["message"].as_str()), (400, Some("the task 中 not found")));
    for nowhere in ["/tasks", "/tasks/", "/tasks/a/b", "/Tasks/a"] {
        assert_eq!(ask(&mut backend, nowhere).0, 404, "{nowhere}");
    }
}
