//! The documents' samples: each decodes under the dialect that it shows, and the documents' world
//! answers the documents' requests with them.

use serde_json::{Value, json};
use taskmock::ack::describe_task_info;
use taskmock::dialect::Dialect;
use taskmock::dws::list_logical_cluster_tasks;
use taskmock::ehpc::{list_invocation_status, list_tasks};
use taskmock::{Backend, Format, Request, State};

use crate::support::{get, leaves, text};

macro_rules! documented {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/documented/", $file))
    };
}

fn dialect(document: &str) -> Dialect {
    Dialect::of_document(document).expect("a document")
}

fn world(document: &str) -> Backend {
    Backend::new(State { dialect: dialect(document), ..State::documents() })
}

#[test]
fn the_samples_of_000_and_001_decode_to_the_values_that_they_show() {
    let expected = list_tasks::Output {
        request_id: "89A1AC0F-4A6C-4F3D-98F9-BEF9A823****".into(),
        page_number: 1,
        page_size: 10,
        total_count: 10,
        tasks: vec![list_tasks::TaskInfo {
            cluster_id: "ehpc-hz-FYUr32****".into(),
            current_step: 16,
            errors: "[]".into(),
            request: r#"{"requestId":"0A6CA33E-BFBF-4F92-BDAE-4E8860DA****","uid":"160998252992****","bid":"268**","clusterId":"ehpc-hz-ysQtcZ****"}"#.into(),
            result: r#"{"Instances":[{"InstanceId":"i-bp1inb1j2xz8pnoi****","Ip":"192.168.*.*","Hostname":"login0","role":"login"}]}"#.into(),
            status: list_tasks::Status::Processing,
            task_id: "B745C159-3155-4B94-95D0-4B73D4D2****".into(),
            task_type: list_tasks::TaskType::StopCluster,
            total_steps: 35,
        }],
    };
    for (document, format, sample) in [
        ("000", Format::Xml, documented!("000-response.xml")),
        ("000", Format::Json, documented!("000-response.json")),
        ("001", Format::Json, documented!("001-response-1.json")),
        ("001", Format::Json, documented!("001-response-2.json")),
    ] {
        let decoded = list_tasks::Output::decode(sample.as_bytes(), format, &dialect(document));
        assert_eq!(decoded.as_ref(), Ok(&expected), "{document} {format}");
    }
}

#[test]
fn the_samples_of_002_decode_to_the_values_that_they_show() {
    for (format, sample) in
        [(Format::Xml, documented!("002-response.xml")), (Format::Json, documented!("002-response.json"))]
    {
        let output =
            describe_task_info::Output::decode(sample.as_bytes(), format, &dialect("002")).expect("it decodes");
        let expected = json!({
            "cluster_id": "c78592bfe92244365b3c3ad47f1de****", "task_id": "T-5faa48fb31b6b8078d000006",
            "created": "2020-11-10T16:02:04+08:00", "updated": "2020-11-10T16:03:06+08:00",
            "state": "running", "task_type": "cluster_scaleout",
            "task_result": [{"data": "i-xxx", "status": "success"}],
        });
        assert_eq!(serde_json::to_value(output).expect("JSON"), expected, "{format}");
    }
}

#[test]
fn the_samples_of_003_decode_to_the_values_that_they_show() {
    for (format, sample) in
        [(Format::Xml, documented!("003-response.xml")), (Format::Json, documented!("003-response.json"))]
    {
        let output =
            list_invocation_status::Output::decode(sample.as_bytes(), format, &dialect("003")).expect("it decodes");
        let node = |id: &str| list_invocation_status::InvokeInstance {
            instance_id: id.into(),
            instance_invoke_status: list_invocation_status::InvokeStatus::Finished,
        };
        let expected = list_invocation_status::Output {
            request_id: "04F0F334-1335-436C-A1D7-6C044FE73368".into(),
            command_id: "c-hz01v8x80o3****".into(),
            invoke_status: list_invocation_status::InvokeStatus::Finished,
            invoke_instances: vec![node("i-uf6abz34m2714bp4****"), node("i-uf68t1zu3jkhs8wy****")],
        };
        assert_eq!(output, expected, "{format}");
    }
}

#[test]
fn the_sample_of_004_decodes_to_the_values_that_it_shows() {
    let output =
        list_logical_cluster_tasks::Output::decode(documented!("004-response.json").as_bytes()).expect("it decodes");
    assert_eq!(output.count, 2);
    let [grow, create] = &output.logical_cluster_tasks[..] else { panic!("two tasks") };
    assert_eq!(grow.end_time.as_deref(), Some("2023-06-05 02:11:50"));
    assert_eq!(create.result.as_deref(), Some("failed"));
    assert_eq!(
        create.log.as_deref(),
        Some(r"list index out of range\nChecking whether the reentry command is consistent with the previous command.")
    );
}

/// The documents' RPC sample requests, joined to one line, asterisks and all.
fn rpc_request(sample: &str, common: &str) -> Request {
    let (_, query) = sample.split_once('?').expect("a query");
    let query = query.replace('\n', "");
    let query = query[..query.find("&<").expect("a placeholder")].to_owned();
    get(&format!("/?{query}{common}"))
}

#[test]
fn the_documents_requests_get_the_documents_answers_in_their_shape() {
    let json_of = |backend: &mut Backend, request: &Request| -> Value {
        serde_json::from_slice(backend.respond(request).body()).expect("JSON")
    };
    let sample = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");

    let request = rpc_request(documented!("000-request.txt"), "&Format=JSON");
    assert_eq!(json_of(&mut world("000"), &request), sample(documented!("000-response.json")));
    assert_eq!(json_of(&mut world("001"), &request), sample(documented!("001-response-1.json")));

    let request = rpc_request(documented!("000-request.txt"), "&Format=XML");
    assert_same_leaves(text(&world("000").respond(&request)), documented!("000-response.xml"));

    let request = rpc_request(documented!("003-request.txt"), "&Format=JSON");
    assert_eq!(json_of(&mut world("003"), &request), sample(documented!("003-response.json")));
    let request = rpc_request(documented!("003-request.txt"), "");
    assert_same_leaves(text(&world("003").respond(&request)), documented!("003-response.xml"));

    let line = documented!("002-request.txt").lines().next().expect("a request line");
    let target = line.split(' ').nth(1).expect("a target");
    let mut request = get(target);
    request.headers_mut().insert("content-type", "application/json".parse().expect("a value"));
    assert_eq!(json_of(&mut world("002"), &request), sample(documented!("002-response.json")));
    request.headers_mut().insert("accept", "application/xml".parse().expect("a value"));
    let fragment = documented!("002-response.xml").replace('\n', "");
    assert_eq!(text(&world("002").respond(&request)), fragment);
    let other_id = get("/tasks/T-5faa48fb31b6b8078d000006");
    assert_eq!(json_of(&mut world("002"), &other_id), sample(documented!("002-response.json")));

    let target = |sample: &str| sample.replace("GET https://{Endpoint}", "");
    let request = get(&target(documented!("004-request-1.txt")));
    assert_eq!(json_of(&mut world("004"), &request), sample(documented!("004-response.json")));
    // The second filters a type that neither task has.
    let request = get(&target(documented!("004-request-2.txt")));
    assert_eq!(json_of(&mut world("004"), &request), json!({"logical_cluster_tasks": [], "count": 0}));
}

/// The order of elements is not held: the mock has its own.
fn assert_same_leaves(found: &str, sample: &str) {
    let sorted = |xml: &str| {
        let mut leaves = leaves(xml);
        leaves.sort();
        leaves
    };
    assert_eq!(sorted(found), sorted(sample));
}

#[test]
fn the_default_dialect_is_what_the_sdks_decode() {
    let mut backend = Backend::documents();
    let request = rpc_request(documented!("000-request.txt"), "&Format=JSON");
    let body: Value = serde_json::from_slice(backend.respond(&request).body()).expect("JSON");
    let tasks = body["Tasks"].as_array().expect("a flat array");
    assert_eq!((tasks.len(), &body["TotalCount"]), (10, &json!(10)));
    assert_eq!(tasks[0]["TaskId"], "B745C159-3155-4B94-95D0-4B73D4D2****");
    let result: Value = serde_json::from_str(tasks[0]["Result"].as_str().expect("a text")).expect("JSON");
    assert_eq!(result["Instances"][0]["Hostname"], "login0");
    let request = rpc_request(documented!("003-request.txt"), "&Format=JSON");
    let body: Value = serde_json::from_slice(backend.respond(&request).body()).expect("JSON");
    assert_eq!(body["InvokeInstances"]["InvokeInstance"][1]["InstanceId"], "i-uf68t1zu3jkhs8wy****");
}

#[test]
fn each_other_reading_is_a_switch() {
    use taskmock::Ending;
    use taskmock::ehpc::{Task, TaskType};

    let task = |switch: &str, task_type: TaskType| {
        let mut backend = Backend::new(State::default());
        backend.state_mut().dialect.set(switch).expect("a switch");
        let task = Task::new("c", task_type).ends(Ending::Fail).takes(taskmock::Span::seconds(0));
        backend.submit(task.result(&json!({"a": "b"})));
        let response = backend.respond(&get("/?Action=ListTasks&Format=JSON&Archived=true&ClusterId=c"));
        serde_json::from_slice::<Value>(response.body()).expect("JSON")["Tasks"].take()
    };
    assert_eq!(task("failed_status=Failed", TaskType::StopCluster)[0]["Status"], "Failed");
    assert_eq!(task("failed_status=Fail", TaskType::StopCluster)[0]["Status"], "Fail");
    assert_eq!(task("reset_type=ResetCompute", TaskType::ResetComputes)[0]["TaskType"], "ResetCompute");
    assert_eq!(task("reset_type=ResetCompute", TaskType::StopCluster)[0]["TaskType"], "StopCluster");
    assert_eq!(task("tasks=object", TaskType::StopCluster)["Result"], r#"{"a":"b"}"#);
    assert_eq!(task("escape_depth=0", TaskType::StopCluster)[0]["Result"], json!({"a": "b"}));
    assert_eq!(task("escape_depth=1", TaskType::StopCluster)[0]["Result"], r#"{"a":"b"}"#);
    assert_eq!(task("escape_depth=2", TaskType::StopCluster)[0]["Result"], r#"{\"a\":\"b\"}"#);
    assert_eq!(task("escape_depth=truncated", TaskType::StopCluster)[0]["Result"], r#"{"a""#);

    let mut backend = Backend::documents();
    backend.state_mut().dialect.set("failed_state=failed").expect("a switch");
    let id = backend.submit(
        taskmock::ack::Task::new("c", "cluster_scaleout")
            .stage(taskmock::ack::Stage::new("DrainNodes", taskmock::Span::seconds(0)))
            .ends(taskmock::Ending::Fail),
    );
    let body: Value = serde_json::from_slice(backend.respond(&get(&format!("/tasks/{id}"))).body()).expect("JSON");
    assert_eq!((&body["state"], &body["stages"][0]["state"]), (&json!("failed"), &json!("failed")));
}

/// Samples that no dialect can make well-formed, and why; a request can be read once a person has put
/// something for what is in the way.
const NOT_WELL_FORMED: &[(&str, &str)] = &[
    ("000-request.txt", "`http(s)` is no scheme, and `<Common request parameters>` stands for parameters"),
    ("003-request.txt", "`<公共请求参数>` stands for parameters, on lines of their own"),
    ("004-request-1.txt", "`{Endpoint}` stands for a host"),
    ("004-request-2.txt", "`{Endpoint}` stands for a host"),
];

/// Whether a sample can be read as it is: an answer in its document's dialect, a request as HTTP.
fn is_well_formed(name: &str, sample: &str) -> bool {
    let (document, format) = (&name[..3], if name.ends_with(".xml") { Format::Xml } else { Format::Json });
    if !name.contains("request") {
        let (body, dialect) = (sample.as_bytes(), dialect(document));
        return match document {
            "000" | "001" => list_tasks::Output::decode(body, format, &dialect).is_ok(),
            "002" => describe_task_info::Output::decode(body, format, &dialect).is_ok(),
            "003" => list_invocation_status::Output::decode(body, format, &dialect).is_ok(),
            _ => list_logical_cluster_tasks::Output::decode(body).is_ok(),
        };
    }
    let line = sample.strip_prefix("GET ").unwrap_or(sample);
    let target = line.strip_suffix(" HTTP/1.1").unwrap_or_else(|| line.split(" HTTP/1.1\n").next().unwrap_or(line));
    target.parse::<http::Uri>().is_ok()
}

#[test]
fn every_sample_is_well_formed_or_listed_with_the_reason() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/documented");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the samples") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        count += 1;
        let listed = NOT_WELL_FORMED.iter().any(|(listed, _)| *listed == name);
        let sample = std::fs::read_to_string(&path).expect("UTF-8");
        assert_eq!(!is_well_formed(&name, &sample), listed, "{name}: the list is stale, or the sample is broken");
    }
    assert!(count >= 14 && NOT_WELL_FORMED.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn the_documents_world_can_be_moved_to_another_day() {
    let mut state = State::documents();
    state.move_running("2026-11-21T20:00:00Z".parse().expect("a time"));
    let mut backend = Backend::new(state);
    let body = body_of(&mut backend, "/?Action=ListTasks&ClusterId=ehpc-hz-FYUr32****&Format=JSON");
    assert_eq!(body["TotalCount"], 10);
    // The sample's task is still the newest, and at the sample's step.
    let task = &body["Tasks"][0];
    assert_eq!((&task["TaskId"], &task["CurrentStep"]), (&json!("B745C159-3155-4B94-95D0-4B73D4D2****"), &json!(16)));
    backend.advance(std::time::Duration::from_secs(20 * 60));
    let body = body_of(&mut backend, "/?Action=ListTasks&ClusterId=ehpc-hz-FYUr32****&Format=JSON");
    assert_ne!(body["Tasks"][0]["TaskId"], "B745C159-3155-4B94-95D0-4B73D4D2****");
    // What has ended stays where it is.
    assert_eq!(backend.state().dws, State::documents().dws);
}

fn body_of(backend: &mut Backend, uri: &str) -> serde_json::Value {
    let response = backend.respond(&get(uri));
    serde_json::from_slice(response.body()).expect("JSON")
}
