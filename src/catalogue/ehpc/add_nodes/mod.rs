//! The catalogue of AddNodes: what its Input can say, and raw requests, with answers and the states
//! that they leave written by hand.

mod random;

use crate::case::{Case, Class, Facts, Field, FieldKind, Refusal, Source, field, raw_request};
use crate::catalogue::gateway;
use crate::clock::Timestamp;
use crate::format::{Format, JsonText};
use crate::operation::{Fresh, OperationInput};
use crate::services::State;
use crate::services::ehpc::add_nodes::{Input, Output};
use crate::services::ehpc::{Task, TaskType};

impl Source for Input {
    type Sketch = random::Plan;

    const FIELDS: &'static [Field] = &[
        field("/RequestId", FieldKind::Text),
        field("/TaskId", FieldKind::Text),
        field("/InstanceIds/InstanceId/0", FieldKind::Text),
    ];

    fn cases(format: Format) -> Vec<Case<Self>> {
        let mut cases = counts(format);
        cases.extend(clusters(format));
        cases.extend(refusals(format));
        cases
    }

    fn raw_requests(format: Format) -> Vec<Case<Self>> {
        raw_requests(format)
    }

    fn submits(output: &mut Output, after: Option<&mut State>, fresh: Fresh) {
        output.task_id = fresh.uuid();
        for (node, id) in (1..).zip(&mut output.instance_ids) {
            *id = format!("i-{}", fresh.digits(node, 20));
        }
        if let Some(task) = after.and_then(|state| state.ehpc.tasks.last_mut()) {
            task.task_id.clone_from(&output.task_id);
            task.result = Some(result(&output.instance_ids));
        }
    }
}

/// 2026-11-21T20:00:00Z.
pub(super) const CLOCK: i64 = 1_795_291_200_000;

/// The cluster `c` with some tasks that run.
pub(super) fn given(tasks: u32) -> State {
    let mut state = State::at(Timestamp::from_unix_millis(CLOCK));
    state.ehpc.clusters.push("c".to_owned());
    state.ehpc.tasks = (1..=tasks).map(|number| started(&format!("T{number}"))).collect();
    state
}

fn started(task_id: &str) -> Task {
    Task { started: Some(Timestamp::from_unix_millis(CLOCK)), ..Task::new("c", TaskType::StopCluster).id(task_id) }
}

/// The state that adding nodes leaves: one more task, whose id and nodes follow from the seed.
pub(super) fn left(mut state: State, count: u32) -> State {
    let mut task = started("");
    task.task_type = TaskType::AddComputes;
    task.request = Some(JsonText::from(format!(r#"{{"clusterId":"c","Count":{count}}}"#).as_str()));
    state.ehpc.tasks.push(task);
    state
}

/// An answer with so many nodes, whose ids follow from the seed.
pub(super) fn output(count: u32) -> Output {
    let instance_ids = (0..count).map(|_| String::new()).collect();
    Output { request_id: String::new(), task_id: String::new(), instance_ids }
}

fn result(instance_ids: &[String]) -> JsonText {
    let nodes: Vec<String> = instance_ids.iter().map(|id| format!(r#"{{"InstanceId":"{id}"}}"#)).collect();
    JsonText::from(format!(r#"{{"Instances":[{}]}}"#, nodes.join(",")).as_str())
}

fn adds(name: &str, format: Format, given: State, count: u32, facts: Facts) -> Case<Input> {
    let after = left(given.clone(), count);
    Case::named(name, format, given, Input::new("c", count)).shows(facts).leaves(after).answers(output(count))
}

/// Both sides of both bounds of Count.
fn counts(format: Format) -> Vec<Case<Input>> {
    let encoding = match format {
        Format::Json => "ehpc.add_nodes.encoding.json",
        Format::Xml => "ehpc.add_nodes.encoding.xml",
    };
    let mut cases = vec![
        adds(
            "one",
            format,
            given(0),
            1,
            &[
                "purpose",
                "input.cluster_id",
                "input.count",
                "output.request_id",
                "output.task_id",
                "output.instance_ids",
                "output.instance_id",
                "task",
                "task.script",
                "alibaba.rpc.parameter.unknown",
            ],
        )
        .makes_bodies(),
        adds("two", format, given(0), 2, &["output.instance_ids", "repeated"]).makes_bodies(),
        adds("count.max_minus_1", format, given(0), 98, &["input.count"]),
        adds("count.max", format, given(0), 99, &["input.count"]),
    ];
    cases.iter_mut().for_each(|case| case.facts.push(encoding));
    let refused = [("min_minus_1", 0), ("max_plus_1", 100), ("overflow", u32::MAX)];
    cases.extend(refused.into_iter().map(|(name, count)| {
        Case::named(format!("count.{name}"), format, given(1), Input::new("c", count))
            .shows(&["input.count", "error.invalid_params", "refusal"])
            .refuses(400, "InvalidParams", "The specified parameter Count is invalid.")
    }));
    cases
}

/// Beside other tasks, and in other clusters.
fn clusters(format: Format) -> Vec<Case<Input>> {
    vec![
        adds("beside.one", format, given(1), 1, &["task", "repeated"]),
        adds("beside.two", format, given(2), 3, &["task", "repeated"]),
        Case::named("cluster_id.unknown", format, given(1), Input::new("x", 1))
            .shows(&["error.cluster_not_found", "refusal"])
            .refuses(404, "ClusterNotFound", "The specified cluster does not exist."),
        Case::named("cluster_id.empty", format, given(1), Input::new("", 1))
            .shows(&["input.cluster_id", "alibaba.gateway.missing", "refusal"])
            .refuses(400, "MissingClusterId", "ClusterId is mandatory for this action."),
        Case::named("count.absent", format, given(1), Input { count: None, ..Input::new("c", 1) })
            .shows(&["input.count", "alibaba.gateway.missing", "refusal"])
            .refuses(400, "MissingCount", "Count is mandatory for this action."),
        Case::named("count.before_cluster_id", format, given(1), Input::new("x", 0))
            .shows(&["alibaba.refusal.order", "refusal"])
            .refuses(400, "InvalidParams", "The specified parameter Count is invalid."),
    ]
}

/// Every row of the table and of the gateway's, by a fault.
fn refusals(format: Format) -> Vec<Case<Input>> {
    let rows: [(&str, Refusal, Facts); 9] = [
        (
            "invalid_params",
            (400, "InvalidParams", "The specified parameter Count is invalid."),
            &["error.invalid_params"],
        ),
        (
            "invalid_cluster_status",
            (403, "InvalidClusterStatus", "The operation failed due to invalid cluster status."),
            &["error.invalid_cluster_status"],
        ),
        ("conflict_opt", (403, "ConflictOpt", "A conflicting operation is running."), &["error.conflict_opt"]),
        (
            "cluster_not_found",
            (404, "ClusterNotFound", "The specified cluster does not exist."),
            &["error.cluster_not_found"],
        ),
        (
            "ecs_error",
            (406, "EcsError", "An error occurred while calling the ECS API operation."),
            &["error.ecs_error"],
        ),
        ("db_error", (406, "DbError", "A database service error occurred."), &["error.db_error"]),
        ("aliyun_error", (406, "AliyunError", "An Alibaba Cloud product error occurred."), &["error.aliyun_error"]),
        (
            "not_authorized",
            (407, "NotAuthorized", "You are not authorized by RAM for this request."),
            &["error.not_authorized"],
        ),
        ("unknown_error", (500, "UnknownError", "An unknown error occurred."), &["error.unknown_error"]),
    ];
    let mut cases: Vec<Case<Input>> = rows
        .into_iter()
        .map(|(name, (status, code, message), facts)| {
            Case::named(format!("error.{name}"), format, given(1).refusing(Input::ID, code), Input::new("c", 1))
                .shows(facts)
                .refuses(status, code, message)
        })
        .collect();
    cases.extend(gateway::cases(format, &given(1), &Input::new("c", 1)));
    cases
}

/// What an Input cannot say.
fn raw_requests(format: Format) -> Vec<Case<Input>> {
    let query = |rest: &str| {
        let format = format.to_string().to_ascii_uppercase();
        format!("/?Action=AddNodes&Version=2018-04-12&Format={format}{rest}")
    };
    let mut cases: Vec<Case<Input>> =
        [("not_a_number", "two"), ("signed", "%2B2"), ("fraction", "1.5"), ("space", "+2")]
            .into_iter()
            .map(|(name, count)| {
                let request = raw_request("GET", &query(&format!("&ClusterId=c&Count={count}")), &[], "");
                Case::raw(&format!("count.{name}"), format, given(1), request).shows(&["number.syntax"]).refuses(
                    400,
                    "InvalidParams",
                    "The specified parameter Count is invalid.",
                )
            })
            .collect();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    cases.push(
        Case::raw("post", format, given(0), raw_request("POST", &query(""), &form, "ClusterId=c&Count=2"))
            .shows(&["alibaba.rpc.method"])
            .leaves(left(given(0), 2))
            .answers(output(2)),
    );
    let ignored = query("&ClusterId=c&Count=1&MinCount=1&ClientToken=t&Sync=False");
    cases.push(
        Case::raw("other_parameters", format, given(0), raw_request("GET", &ignored, &[], ""))
            .class(Class::Valid)
            .shows(&["input.other"])
            .leaves(left(given(0), 1))
            .answers(output(1)),
    );
    cases
}
