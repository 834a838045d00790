//! Every error of every table in every encoding: status, code, message and envelope, by hand.

use serde_json::json;
use taskmock::{Backend, Fault, Format, Operation, RawResponse, Request, operation, operations};

use crate::support::{DWS_PATH, get, header, leaves, text};

/// Status, code, message as the documents print them.
const LIST_TASKS: &[(u16, &str, &str)] = &[
    (400, "InvalidParams", "Invalid param: PageNumber"),
    (400, "NotEnabled", "You have not enabled this service"),
    (404, "ClusterNotFound", "The specified cluster does not exist."),
    (406, "DbError", "A database service error occurred."),
    (406, "RedisError", "A Redis service error occurred."),
    (407, "NotAuthorized", "You are not authorized by RAM for this request."),
    (500, "UnknownError", "An unknown error occurred."),
    (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server"),
];

const LIST_INVOCATION_STATUS: &[(u16, &str, &str)] = &[
    (400, "InvalidParams", "The specified parameter CommandId is invalid."),
    (400, "NotEnabled", "You have not enabled this service"),
    (400, "InDebt", "Your account has overdue payments."),
    (403, "InvalidClusterStatus", "The operation failed due to invalid cluster status."),
    (403, "ConflictOpt", "A conflicting operation is running."),
    (404, "ClusterNotFound", "The specified cluster does not exist."),
    (404, "ObjectNotFound", "The specified object is not found."),
    (407, "NotAuthorized", "You are not authorized by RAM for this request."),
    (406, "EcsError", "An error occurred while calling the ECS API operation."),
    (406, "AgentError", "The agent service request failed."),
    (406, "AliyunError", "An Alibaba Cloud product error occurred."),
    (409, "PartFailure", "Part of the batch operation failed."),
    (500, "UnknownError", "An unknown error occurred."),
    (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server"),
];

const ADD_NODES: &[(u16, &str, &str)] = &[
    (400, "InvalidParams", "The specified parameter Count is invalid."),
    (403, "InvalidClusterStatus", "The operation failed due to invalid cluster status."),
    (403, "ConflictOpt", "A conflicting operation is running."),
    (404, "ClusterNotFound", "The specified cluster does not exist."),
    (406, "EcsError", "An error occurred while calling the ECS API operation."),
    (406, "DbError", "A database service error occurred."),
    (406, "AliyunError", "An Alibaba Cloud product error occurred."),
    (407, "NotAuthorized", "You are not authorized by RAM for this request."),
    (500, "UnknownError", "An unknown error occurred."),
];

const DESCRIBE_TASK_INFO: &[(u16, &str, &str)] = &[(400, "400", "the task T-xxx not found")];

const DWS: &[(u16, &str, &str)] = &[
    (400, "DWS.0001", "Incorrect parameter."),
    (403, "DWS.0015", "Resource not found or permission denied."),
    (404, "DWS.0047", "The cluster does not exist."),
    (500, "DWS.0005", "Server failure."),
];

const ALIBABA_GATEWAY: &[(u16, &str, &str)] = &[
    (404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."),
    (404, "InvalidVersion", "Specified parameter Version is not valid."),
    (400, "InvalidParameter.Format", "Specified parameter format is not valid."),
    (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."),
    (400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."),
    (
        400,
        "SignatureDoesNotMatch",
        "Specified signature is not matched with our calculation. server string to sign is:GET&%2F&",
    ),
    (400, "SignatureNonceUsed", "Specified signature nonce was used already."),
    (400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted."),
    (400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
    (400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey."),
    (400, "Throttling.User", "Request was denied due to user flow control."),
];

const HUAWEI_GATEWAY: &[(u16, &str, &str)] = &[
    (404, "APIGW.0101", "The API does not exist or has not been published in the environment."),
    (401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found"),
    (403, "APIGW.0302", "The IAM user is not allowed to access the API."),
    (429, "APIGW.0308", "The throttling threshold has been reached: policy ip over ratelimit,limit:10,time:1 minute"),
    (503, "APIGW.0613", "Service unavailable."),
];

/// The sample request of an operation, which succeeds in the documents' world, for an encoding.
pub(crate) fn good_request(operation: &Operation, format: Format) -> Request {
    let name = format.to_string();
    let common = if operation.path == "/" { format!("&Format={name}") } else { String::new() };
    http::Request::get(format!("{}{common}", operation.sample))
        .header("accept", format!("application/{name}"))
        .body(bytes::Bytes::new())
        .expect("a sample request")
}

fn of(id: &str) -> &'static Operation {
    operation(id).expect("it is registered")
}

fn expected_rows(operation: &str) -> Vec<(u16, &'static str, &'static str)> {
    match operation {
        "ehpc.list_tasks" => {
            [LIST_TASKS, ALIBABA_GATEWAY, &[(400, "MissingClusterId", "ClusterId is mandatory for this action.")]]
                .concat()
        }
        "ehpc.list_invocation_status" => [
            LIST_INVOCATION_STATUS,
            ALIBABA_GATEWAY,
            &[(400, "MissingCommandId", "CommandId is mandatory for this action.")],
        ]
        .concat(),
        "ehpc.add_nodes" => {
            [ADD_NODES, ALIBABA_GATEWAY, &[(400, "MissingCount", "Count is mandatory for this action.")]].concat()
        }
        "ack.describe_task_info" => [DESCRIBE_TASK_INFO, ALIBABA_GATEWAY].concat(),
        "dws.list_logical_cluster_tasks" => [DWS, HUAWEI_GATEWAY].concat(),
        other => panic!("no table for {other}"),
    }
}

#[test]
fn every_error_can_be_injected_in_every_encoding() {
    for operation in operations() {
        for (status, code, message) in expected_rows(operation.id) {
            for format in operation.formats {
                let mut backend = Backend::documents();
                backend.inject(Fault::error(code).on(operation.id).times(2)).unwrap_or_else(|error| panic!("{error}"));
                let request = good_request(operation, *format);
                for _ in 0..2 {
                    let response = backend.respond(&request);
                    let place = format!("{} {code} {format}", operation.id);
                    assert_eq!(response.status().as_u16(), status, "{place}");
                    assert_envelope(operation.id, code, message, *format, &response);
                }
                assert_eq!(backend.respond(&request).status(), 200, "{} {code} is used up", operation.id);
            }
        }
    }
}

fn assert_envelope(operation: &str, code: &str, message: &str, format: Format, response: &taskmock::Response) {
    let body = text(response);
    let id = header(response, if operation.starts_with("dws") { "x-request-id" } else { "x-acs-request-id" });
    assert!(!id.is_empty(), "{operation} {code}");
    let is_service = !ALIBABA_GATEWAY.iter().chain(HUAWEI_GATEWAY).any(|row| row.1 == code);
    let status = response.status().as_u16();
    let host =
        if operation.starts_with("ehpc") { "ehpc.cn-hangzhou.aliyuncs.com" } else { "cs.cn-hangzhou.aliyuncs.com" };
    let keys: Vec<(&str, String)> = if operation.starts_with("dws") {
        let mut keys = vec![("error_code", code.to_owned()), ("error_msg", message.to_owned())];
        if !is_service {
            keys.push(("request_id", id.to_owned()));
        }
        keys
    } else if operation.starts_with("ack") && is_service {
        vec![
            ("code", code.into()),
            ("message", message.into()),
            ("requestId", id.into()),
            ("status", status.to_string()),
        ]
    } else {
        vec![("RequestId", id.into()), ("HostId", host.into()), ("Code", code.into()), ("Message", message.into())]
    };
    match format {
        Format::Json => {
            assert!(header(response, "content-type").starts_with("application/json"), "{operation} {code}");
            let mut expected = serde_json::Map::new();
            for (key, value) in keys {
                let value = if key == "status" { json!(status) } else { json!(value) };
                expected.insert(key.to_owned(), value);
            }
            assert_eq!(serde_json::from_str::<serde_json::Value>(body).expect("JSON"), json!(expected));
        }
        Format::Xml => {
            assert_eq!(header(response, "content-type"), "text/xml;charset=utf-8", "{operation} {code}");
            let expected: Vec<String> = keys.iter().map(|(key, value)| format!("Error/{key}={value}")).collect();
            assert_eq!(leaves(body), expected);
        }
    }
}

#[test]
fn the_tables_have_these_rows_and_no_others() {
    for (id, table) in [
        ("ehpc.list_tasks", LIST_TASKS),
        ("ehpc.list_invocation_status", LIST_INVOCATION_STATUS),
        ("ack.describe_task_info", DESCRIBE_TASK_INFO),
        ("dws.list_logical_cluster_tasks", DWS),
    ] {
        let operation = operation(id).expect("it is registered");
        let codes: Vec<(u16, &str)> = operation.errors.iter().map(|row| (row.status, row.code)).collect();
        let expected: Vec<(u16, &str)> = table.iter().map(|(status, code, _)| (*status, *code)).collect();
        assert_eq!(codes, expected, "{id}");
    }
    assert_eq!((LIST_TASKS.len(), LIST_INVOCATION_STATUS.len()), (8, 14));
    let mut dws: Vec<u16> = DWS.iter().chain(HUAWEI_GATEWAY).map(|row| row.0).collect();
    dws.sort_unstable();
    dws.dedup();
    assert_eq!(dws, [400, 401, 403, 404, 429, 500, 503]);
}

#[test]
fn an_argument_can_be_given_and_faults_come_in_their_order() {
    let mut backend = Backend::documents();
    let list_tasks = "ehpc.list_tasks";
    backend.inject(Fault::error_with("InvalidParams", "Archived").on(list_tasks)).expect("a row");
    backend.inject(Fault::error("MissingTaskId").on(list_tasks)).expect("a row");
    backend.inject(Fault::error("Missing%s").on(list_tasks)).expect("a row");
    backend.inject(Fault::error("400").on("ack.describe_task_info")).expect("a row");
    let request = good_request(of(list_tasks), Format::Json);
    for expected in
        ["Invalid param: Archived", "TaskId is mandatory for this action.", "ClusterId is mandatory for this action."]
    {
        let body: serde_json::Value = serde_json::from_slice(backend.respond(&request).body()).expect("JSON");
        assert_eq!(body["Message"], expected);
    }
    let without_cluster = get("/?Action=ListTasks&Format=JSON");
    backend.inject(Fault::error("DbError").on(list_tasks)).expect("a row");
    assert_eq!(backend.respond(&without_cluster).status(), 406, "it comes before what the request gets wrong");
    assert_eq!(backend.respond(&request).status(), 200, "another operation's error stays");
    assert_eq!(backend.respond(&good_request(of("ack.describe_task_info"), Format::Json)).status(), 400);
}

#[test]
fn any_answer_can_be_replaced_by_any_bytes() {
    let mut backend = Backend::documents();
    for body in [&b"not JSON"[..], b"", b"\xff\xfe\0", "{\"Tasks\":".as_bytes()] {
        let response = RawResponse::new(207, "image/png", body);
        backend.inject(Fault::response(response).on("ehpc.list_tasks")).expect("HTTP can carry it");
        let response = backend.respond(&good_request(of("ehpc.list_tasks"), Format::Json));
        assert_eq!((response.status().as_u16(), &response.body()[..]), (207, body));
        assert_eq!(header(&response, "content-type"), "image/png");
    }
}

#[test]
fn an_error_that_does_not_exist_is_refused_with_those_that_do() {
    let mut backend = Backend::documents();
    let said = backend.inject(Fault::error("DbError").on("ehpc.list_clusters")).expect_err("unknown").to_string();
    assert!(
        said.starts_with("operation: `ehpc.list_clusters` is no operation; there are ehpc.list_tasks, ehpc.list_"),
        "{said}"
    );
    let said =
        backend.inject(Fault::error("DbError").on("dws.list_logical_cluster_tasks")).expect_err("unknown").to_string();
    assert_eq!(
        said,
        "fault.error.code: `DbError` is no error of dws.list_logical_cluster_tasks; there are DWS.0001, DWS.0015, \
         DWS.0047, DWS.0005, APIGW.0101, APIGW.0301, APIGW.0302, APIGW.0308, APIGW.0613"
    );
    assert!(backend.inject(Fault::error("MissingNothing").on("ehpc.list_tasks")).is_err());
    for (status, name, value) in
        [(99, "a", "b"), (600, "a", "b"), (200, "a b", "c"), (200, "a", "b\n"), (200, "content-length", "1")]
    {
        let response = RawResponse::new(status, "text/plain", "").header(name, value);
        assert!(backend.inject(Fault::response(response)).is_err(), "{status} {name} {value}");
    }
    assert!(backend.state().faults.is_empty());
}

#[test]
fn dws_errors_have_four_keys_in_the_dialect_that_says_so() {
    let mut backend = Backend::documents();
    backend.state_mut().dialect.set("error_body=four_keys").expect("a switch");
    let response = backend.respond(&get(&format!("{DWS_PATH}?limit=0")));
    let expected = json!({
        "error_code": "DWS.0001", "error_msg": "Incorrect parameter.",
        "errCode": "DWS.0001", "externalMessage": "Incorrect parameter.",
    });
    assert_eq!(serde_json::from_slice::<serde_json::Value>(response.body()).expect("JSON"), expected);
}

#[test]
fn the_407_does_not_speak_of_proxies() {
    let mut backend = Backend::documents();
    backend.inject(Fault::error("NotAuthorized").on("ehpc.list_tasks")).expect("a row");
    let response = backend.respond(&good_request(of("ehpc.list_tasks"), Format::Json));
    assert_eq!(response.status(), 407);
    assert!(!response.headers().contains_key("proxy-authenticate"));
}
