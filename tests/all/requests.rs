//! Requests as clients send them: the captured ones of official SDKs, and the ways in between.

use std::fs;
use std::path::Path;

use serde_json::Value;
use taskmock::{Backend, Request, State};

use crate::support::{CLUSTER, ask, get, header, text};

/// Reads a captured request: the request line, headers, an empty line, the body.
fn captured(path: &Path) -> Request {
    let raw = fs::read_to_string(path).expect("a captured request").replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n").unwrap_or((raw.as_str(), ""));
    let mut lines = head.lines();
    let mut line = lines.next().expect("a request line").split(' ');
    let (method, target) = (line.next().expect("a method"), line.next().expect("a target"));
    let mut request = http::Request::builder().method(method).uri(target);
    for header in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = header.split_once(':').expect("a header");
        request = request.header(name, value.trim());
    }
    request.body(body.trim_end_matches('\n').to_owned().into()).expect("a request")
}

pub(crate) fn captures(folder: &str) -> Vec<(String, Request)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/captured").join(folder);
    let mut found: Vec<(String, Request)> = fs::read_dir(folder)
        .expect("the captures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), captured(&path)))
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    assert!(!found.is_empty());
    found
}

/// What each captured request gets in the documents' world: the status, and the code of a refusal.
pub(crate) fn expected(name: &str) -> (u16, &'static str) {
    match name {
        "tea-v3-InvokeShellCommand" | "tea-v3-StartNodes" => (404, "InvalidAction.NotFound"),
        "tea-bearer-ListTasks" => (404, "ClusterNotFound"),
        // These name the cluster only.
        "tea-v1-ListInvocationStatus-min" | "tea-v3-ListInvocationStatus-min" => (400, "MissingCommandId"),
        _ if name.ends_with("-noparams") || name.ends_with("-empty") => (400, "MissingClusterId"),
        _ if name.ends_with("ListTasks-strange") => (404, "ClusterNotFound"),
        _ if name.ends_with("DescribeTaskInfo-strange") => (400, "400"),
        _ if name.ends_with("-page_out") => (400, "InvalidParams"),
        "py_badcluster" | "py_nullcluster" | "py_offset_neg" | "py_offset_big" | "py_offset_str" | "py_bool"
        | "py_order_lower" => (400, "DWS.0001"),
        "py_noproject" => (404, "DWS.0047"),
        _ => (200, ""),
    }
}

#[test]
fn every_captured_request_of_an_official_sdk_is_understood() {
    for (name, request) in captures("alibaba").into_iter().chain(captures("huawei")) {
        let response = Backend::documents().respond(&request);
        let body = text(&response);
        let code = match serde_json::from_str::<Value>(body) {
            Ok(json) => {
                ["Code", "code", "error_code"].iter().find_map(|key| json[key].as_str()).unwrap_or("").to_owned()
            }
            Err(_) => String::new(),
        };
        let (status, expected_code) = expected(&name);
        assert_eq!((response.status().as_u16(), code.as_str()), (status, expected_code), "{name}: {body}");
        let wants_xml = name.contains("doaction");
        assert_eq!(body.starts_with("<?xml"), wants_xml, "{name}: {body}");
    }
}

#[test]
fn action_and_version_may_stand_in_the_query_the_form_or_only_in_headers() {
    let query = format!("Action=ListTasks&Version=2018-04-12&Format=JSON&ClusterId={CLUSTER}");
    let form = |target: &str, body: &str| {
        http::Request::post(target)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(body.to_owned().into())
            .expect("a request")
    };
    let mut headers_only = get(&format!("/?ClusterId={CLUSTER}"));
    headers_only.headers_mut().insert("x-acs-action", "ListTasks".parse().expect("a value"));
    headers_only.headers_mut().insert("x-acs-version", "2018-04-12".parse().expect("a value"));
    headers_only.headers_mut().insert("accept", "application/json".parse().expect("a value"));
    for (place, request) in [
        ("query", get(&format!("/?{query}"))),
        ("form", form("/", &query)),
        ("both", form("/?Action=ListTasks&Version=2018-04-12&Format=JSON", &format!("ClusterId={CLUSTER}"))),
        ("headers", headers_only),
        ("no content type", http::Request::post("/").body(query.clone().into()).expect("a request")),
    ] {
        let response = Backend::documents().respond(&request);
        let body: Value =
            serde_json::from_slice(response.body()).unwrap_or_else(|_| panic!("{place}: {}", text(&response)));
        assert_eq!(body["TotalCount"], 10, "{place}");
    }
    let json_body = http::Request::post("/?Action=ListTasks&Format=JSON")
        .header("content-type", "application/json")
        .body(format!("ClusterId={CLUSTER}").into())
        .expect("a request");
    assert_eq!(Backend::documents().respond(&json_body).status(), 400, "a body that is no form is not read as one");
}

#[test]
fn format_may_be_in_any_case_absent_or_none() {
    let target = |format: &str| format!("/?Action=ListTasks&Version=2018-04-12&ClusterId={CLUSTER}{format}");
    let encoding = |backend: &mut Backend, request: &Request| {
        let response = backend.respond(request);
        assert_eq!(response.status(), 200, "{}", text(&response));
        header(&response, "content-type").to_owned()
    };
    let (json, xml) = ("application/json;charset=utf-8", "text/xml;charset=utf-8");
    let mut backend = Backend::documents();
    for (format, expected) in [
        ("&Format=JSON", json),
        ("&Format=json", json),
        ("&Format=Json", json),
        ("&Format=XML", xml),
        ("&Format=xml", xml),
        ("&Format=None", xml),
        ("&Format=none", xml),
        ("&Format=", xml),
        ("", xml),
    ] {
        assert_eq!(encoding(&mut backend, &get(&target(format))), expected, "{format}");
    }
    for (name, value) in [
        ("accept", "application/json"),
        ("x-acs-content-sha256", "e3b0"),
        ("authorization", "ACS3-HMAC-SHA256 Credential=testid"),
    ] {
        let mut request = get(&target(""));
        request.headers_mut().insert(name, value.parse().expect("a value"));
        assert_eq!(encoding(&mut backend, &request), json, "{name}: {value}");
    }
    backend.state_mut().dialect.set("default_format=json").expect("a switch");
    assert_eq!(encoding(&mut backend, &get(&target(""))), json);
    let (status, body) = ask(&mut backend, &target("&Format=YAML"));
    assert_eq!((status, body["Code"].as_str()), (400, Some("InvalidParameter.Format")));
}

#[test]
fn unknown_parameters_are_ignored_empty_ones_absent_and_of_two_the_first_counts() {
    let mut backend = Backend::documents();
    let mut size = |parameters: &str| {
        let target = format!("/?Action=ListTasks&Version=2018-04-12&Format=JSON&ClusterId={CLUSTER}&{parameters}");
        let (status, body) = ask(&mut backend, &target);
        assert_eq!(status, 200, "{parameters}: {body}");
        body["PageSize"].as_u64()
    };
    assert_eq!(size("PageSize=2&RegionId=cn-hangzhou&SignatureType=&Whatever=1"), Some(2));
    assert_eq!(size("PageSize="), Some(10));
    assert_eq!(size("PageSize=2&PageSize=3"), Some(2));
    assert_eq!(size("PageSize=&PageSize=3"), Some(10));
    assert_eq!(size("pagesize=2"), Some(10));
    let both = http::Request::post(format!("/?Action=ListTasks&Format=JSON&PageSize=2&ClusterId={CLUSTER}"))
        .body("PageSize=3".to_owned().into())
        .expect("a request");
    let body: Value = serde_json::from_slice(backend.respond(&both).body()).expect("JSON");
    assert_eq!(body["PageSize"], 2, "the query comes before the form");
}

#[test]
fn plus_and_percent_twenty_name_the_same_cluster() {
    let mut state = State::default();
    state.ehpc.clusters.push("a b*~/中".to_owned());
    let mut backend = Backend::new(state);
    for id in ["a+b*~/%E4%B8%AD", "a%20b%2A~%2F%E4%B8%AD", "a%20b%2a%7e%2f%e4%b8%ad"] {
        assert_eq!(ask(&mut backend, &format!("/?Action=ListTasks&Format=JSON&ClusterId={id}")).0, 200, "{id}");
    }
}

#[test]
fn the_gateway_refuses_what_it_does_not_know() {
    let mut backend = Backend::documents();
    for (target, status, code) in [
        ("/?Action=ListClusters&Version=2018-04-12&Format=JSON", 404, "InvalidAction.NotFound"),
        ("/?Action=listtasks&Version=2018-04-12&Format=JSON", 404, "InvalidAction.NotFound"),
        ("/?Action=DescribeTaskInfo&Version=2015-12-15&Format=JSON", 404, "InvalidAction.NotFound"),
        ("/?Action=ListTasks&Version=2019-01-01&Format=JSON", 404, "InvalidVersion"),
        ("/?Version=2018-04-12&Format=JSON", 400, "MissingAction"),
        ("/?Action=&Format=JSON", 400, "MissingAction"),
        ("/?Action=ListTasks&ClusterId=%zz&Format=JSON", 400, "InvalidParameter.Format"),
        ("/?Action=ListTasks&Format=JSON&ClusterId=c&x=%ff", 400, "InvalidParameter.Format"),
    ] {
        let (found, body) = ask(&mut backend, target);
        assert_eq!((found, body["Code"].as_str()), (status, Some(code)), "{target}");
    }
    for method in ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"] {
        for (target, envelope, code) in [
            ("/?Action=ListTasks&Format=JSON", "Code", "InvalidAction.NotFound"),
            ("/tasks/T-1", "Code", "InvalidAction.NotFound"),
            (crate::support::DWS_PATH, "error_code", "APIGW.0101"),
        ] {
            let request =
                http::Request::builder().method(method).uri(target).body(bytes::Bytes::new()).expect("a request");
            let response = backend.respond(&request);
            let body: Value = serde_json::from_slice(response.body()).expect("JSON");
            assert_eq!((response.status().as_u16(), body[envelope].as_str()), (404, Some(code)), "{method} {target}");
        }
    }
    let mut request = get("/tasks/T-5faa48fb31b6b8078d00****");
    request.headers_mut().insert("x-acs-version", "2016-01-01".parse().expect("a value"));
    assert_eq!(backend.respond(&request).status(), 404);
    backend.state_mut().dialect.set("absent_version=refuse").expect("a switch");
    for target in ["/?Action=ListTasks&Format=JSON", "/tasks/T-5faa48fb31b6b8078d00****"] {
        let (status, body) = ask(&mut backend, target);
        assert_eq!((status, body["Code"].as_str()), (400, Some("MissingVersion")), "{target}");
    }
}

#[test]
fn an_unknown_request_is_told_which_routes_exist() {
    let mut backend = Backend::documents();
    for target in ["/", "/favicon.ico", "/tasks", "//", "/v3/x"] {
        let (status, body) = ask(&mut backend, target);
        let sentence = body["taskmock"].as_str().expect("a sentence");
        assert_eq!(status, 404);
        for route in
            ["/?Action=ListTasks", "/?Action=ListInvocationStatus", "/tasks/{task_id}", "/logical-clusters/tasks"]
        {
            assert!(sentence.contains(route), "{target}: {sentence}");
        }
    }
    let mut elsewhere = get("/clusters");
    elsewhere.headers_mut().insert("x-acs-version", "2015-12-15".parse().expect("a value"));
    let response = backend.respond(&elsewhere);
    let body: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!((response.status().as_u16(), body["Code"].as_str()), (404, Some("InvalidAction.NotFound")));
    assert!(header(&response, "x-taskmock-routes").contains("GET /tasks/{task_id}"));
    let response = backend.respond(&get("/v2/unknown"));
    assert!(header(&response, "x-taskmock-routes").contains("GET /tasks/{task_id}"));
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let mut backend = Backend::documents();
    let request = |size: usize| {
        http::Request::post("/?Action=ListTasks&Format=JSON").body(vec![b'a'; size].into()).expect("a request")
    };
    assert_eq!(backend.respond(&request(taskmock::MAX_BODY + 1)).status(), 413);
    assert_eq!(backend.respond(&request(taskmock::MAX_BODY)).status(), 400);
}

#[test]
fn what_came_in_is_listed_bounded_and_counted() {
    let mut backend = Backend::documents();
    let count = taskmock::MAX_RECEIVED + 5;
    for number in 0..count {
        backend.respond(&get(&format!("/tasks/T-{number}")));
    }
    backend.respond(&get("/nowhere"));
    let requests = backend.requests();
    assert_eq!(requests.len(), taskmock::MAX_RECEIVED);
    assert_eq!((requests[0].target.as_str(), requests[0].status), ("/tasks/T-6", 400));
    assert_eq!(requests.last().map(|last| (last.operation, last.status)), Some((None, 404)));
    assert_eq!(backend.count("ack.describe_task_info"), count as u64);
    backend.reset();
    assert_eq!((backend.requests().len(), backend.count("ack.describe_task_info")), (0, 0));
}

#[test]
fn large_bodies_do_not_pile_up() {
    let mut backend = Backend::documents();
    for _ in 0..50 {
        let request = http::Request::post("/nowhere").body(vec![b'a'; 1 << 20].into()).expect("a request");
        backend.respond(&request);
    }
    assert!(backend.requests().len() <= 8, "{}", backend.requests().len());
}
