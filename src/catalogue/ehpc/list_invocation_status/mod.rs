//! The catalogue of ListInvocationStatus: what its Input can say, and raw requests, with answers
//! written by hand.

mod random;

use crate::case::{Case, Class, Facts, Field, FieldKind, Refusal, Source, field, raw_request};
use crate::catalogue::gateway;
use crate::clock::{Span, Timestamp};
use crate::draw::ADVERSARIAL;
use crate::format::Format;
use crate::operation::OperationInput;
use crate::script::Ending;
use crate::services::State;
use crate::services::ehpc::list_invocation_status::{Input, InvokeInstance, InvokeStatus, Output};
use crate::services::ehpc::{Command, Node};

impl Source for Input {
    type Sketch = random::Plan;

    const FIELDS: &'static [Field] = &[
        field("/RequestId", FieldKind::Text),
        field("/CommandId", FieldKind::Text),
        field("/InvokeStatus", FieldKind::Word),
        field("/InvokeInstances/InvokeInstance/0/InstanceId", FieldKind::Text),
        field("/InvokeInstances/InvokeInstance/0/InstanceInvokeStatus", FieldKind::Word),
    ];

    fn cases(format: Format) -> Vec<Case<Self>> {
        let mut cases = lists(format);
        cases.extend(overall(format));
        cases.extend(refusals(format));
        cases.extend(texts(format));
        cases.extend(dialects(format));
        cases.extend(long(format));
        cases
    }

    fn raw_requests(format: Format) -> Vec<Case<Self>> {
        raw_requests(format)
    }

    fn is_empty(output: &Output) -> bool {
        output.invoke_instances.is_empty()
    }
}

/// 2026-11-21T20:00:00Z.
pub(super) const CLOCK: i64 = 1_795_291_200_000;

/// The command `k` of the cluster `c`, which started a minute ago.
pub(super) fn given(nodes: impl IntoIterator<Item = Node>) -> State {
    let mut state = State::at(Timestamp::from_unix_millis(CLOCK));
    let command = Command::new("c", nodes).id("k");
    state.ehpc.commands.push(Command { started: Some(Timestamp::from_unix_millis(CLOCK - 60_000)), ..command });
    state
}

/// A node on which the command has come to a status.
pub(super) fn node(id: &str, status: &InvokeStatus) -> Node {
    let ended = Node::new(id).takes(Span::seconds(30));
    match status {
        InvokeStatus::Failed => ended.ends(Ending::Fail),
        InvokeStatus::Stopped => ended.ends(Ending::Stopped),
        InvokeStatus::Running => ended.takes(Span::seconds(61)),
        InvokeStatus::Finished | InvokeStatus::Other(_) => ended,
    }
}

pub(super) fn output(invoke_status: InvokeStatus, nodes: &[(&str, InvokeStatus)]) -> Output {
    let invoke_instances = nodes
        .iter()
        .map(|(id, status)| InvokeInstance { instance_id: (*id).to_owned(), instance_invoke_status: status.clone() });
    Output {
        request_id: String::new(),
        command_id: "k".to_owned(),
        invoke_status,
        invoke_instances: invoke_instances.collect(),
    }
}

fn input() -> Input {
    Input::new("c", "k")
}

fn finished(id: &str) -> Node {
    node(id, &InvokeStatus::Finished)
}

fn lists(format: Format) -> Vec<Case<Input>> {
    use InvokeStatus::{Finished, Running};
    let encoding: &'static str = if format == Format::Json { "encoding.json" } else { "encoding.xml" };
    let borders = [("just_before_the_end", 60_001, Running), ("at_the_end", 60_000, Finished)];
    let mut cases = vec![
        Case::named("empty", format, given([]), input())
            .class(Class::Edge)
            .shows(&["invoke_instances.nested", "invoke_status.overall", "output.invoke_instances", encoding])
            .answers(output(Finished, &[])),
        Case::named("one", format, given([finished("i-1")]), input())
            .shows(&[
                "purpose",
                encoding,
                "input.cluster_id",
                "input.command_id",
                "output.command_id",
                "output.invoke_instances",
                "output.instance_id",
                "output.instance_invoke_status",
                "output.invoke_status",
                "output.request_id",
                "invoke_instances.nested",
                "invoke_status.finished",
                "json.root",
            ])
            .answers(output(Finished, &[("i-1", Finished)]))
            .makes_bodies(),
        Case::named("full", format, given([finished("i-2"), node("i-1", &Running)]), input())
            .shows(&["output.invoke_instances", "invoke_status.running", "invoke_status.overall"])
            .answers(output(Running, &[("i-2", Finished), ("i-1", Running)]))
            .makes_bodies(),
    ];
    for (name, millis, status) in borders {
        let node = Node::new("i-1").takes(std::time::Duration::from_millis(millis));
        cases.push(
            Case::named(format!("node.{name}"), format, given([node]), input())
                .class(Class::Edge)
                .shows(&["output.instance_invoke_status", "invoke_status.overall"])
                .answers(output(status.clone(), &[("i-1", status)])),
        );
    }
    let never = Node::new("i-1").takes(Span::seconds(1)).never_ends();
    cases.push(
        Case::named("node.never_ends", format, given([never]), input())
            .class(Class::Edge)
            .shows(&["invoke_status.running"])
            .answers(output(Running, &[("i-1", Running)])),
    );
    cases
}

/// Every status alone, and the overall one of every pair.
fn overall(format: Format) -> Vec<Case<Input>> {
    use InvokeStatus::{Failed, Finished, Running, Stopped};
    let rows: [(InvokeStatus, InvokeStatus, InvokeStatus); 16] = [
        (Finished, Finished, Finished),
        (Finished, Running, Running),
        (Finished, Failed, Failed),
        (Finished, Stopped, Stopped),
        (Running, Finished, Running),
        (Running, Running, Running),
        (Running, Failed, Running),
        (Running, Stopped, Running),
        (Failed, Finished, Failed),
        (Failed, Running, Running),
        (Failed, Failed, Failed),
        (Failed, Stopped, Failed),
        (Stopped, Finished, Stopped),
        (Stopped, Running, Running),
        (Stopped, Failed, Failed),
        (Stopped, Stopped, Stopped),
    ];
    let mut cases: Vec<Case<Input>> = [
        ("finished", Finished, "invoke_status.finished"),
        ("running", Running, "invoke_status.running"),
        ("failed", Failed, "invoke_status.failed"),
        ("stopped", Stopped, "invoke_status.stopped"),
    ]
    .into_iter()
    .map(|(name, status, fact)| {
        Case::named(format!("status.{name}"), format, given([node("i-1", &status)]), input())
            .shows(&[fact])
            .answers(output(status.clone(), &[("i-1", status)]))
    })
    .collect();
    cases.extend(rows.into_iter().map(|(first, second, overall)| {
        let name = format!("overall.{first}_{second}").to_lowercase();
        Case::named(name, format, given([node("i-1", &first), node("i-2", &second)]), input())
            .shows(&["invoke_status.overall"])
            .answers(output(overall, &[("i-1", first), ("i-2", second)]))
    }));
    cases
}

/// Every row of the table and of the gateway's, caused where an Input can cause it, else by a fault.
fn refusals(format: Format) -> Vec<Case<Input>> {
    let one = || given([finished("i-1")]);
    let elsewhere = || {
        let mut state = one();
        state.ehpc.clusters.push("d".to_owned());
        state
    };
    let mut future = one();
    future.ehpc.commands[0].started = Some(Timestamp::from_unix_millis(CLOCK + 1));
    let not_found = (404, "ObjectNotFound", "The specified object is not found.");
    let no_cluster = (404, "ClusterNotFound", "The specified cluster does not exist.");
    let missing_cluster = (400, "MissingClusterId", "ClusterId is mandatory for this action.");
    let missing_command = (400, "MissingCommandId", "CommandId is mandatory for this action.");
    let rows: [(&str, State, Input, Refusal, Facts); 8] = [
        (
            "command_id.unknown",
            one(),
            Input::new("c", "x"),
            not_found,
            &["command_id.unknown", "error.object_not_found"],
        ),
        ("command_id.elsewhere", elsewhere(), Input::new("d", "k"), not_found, &["command_id.unknown"]),
        ("command_id.future", future, input(), not_found, &["command_id.unknown"]),
        (
            "command_id.empty",
            one(),
            Input::new("c", ""),
            missing_command,
            &["input.command_id", "alibaba.gateway.missing"],
        ),
        ("cluster_id.unknown", one(), Input::new("x", "k"), no_cluster, &["error.cluster_not_found"]),
        (
            "cluster_id.empty",
            one(),
            Input::new("", "k"),
            missing_cluster,
            &["input.cluster_id", "alibaba.gateway.missing"],
        ),
        ("both.unknown", one(), Input::new("x", "x"), no_cluster, &["error.cluster_not_found"]),
        ("both.empty", one(), Input::new("", ""), missing_cluster, &["alibaba.gateway.missing"]),
    ];
    let mut cases: Vec<Case<Input>> = rows
        .into_iter()
        .map(|(name, given, when, (status, code, message), facts)| {
            Case::named(name, format, given, when).shows(facts).refuses(status, code, message)
        })
        .collect();
    let fault: [(&str, u16, &str, &str, &'static str); 14] = [
        (
            "invalid_params",
            400,
            "InvalidParams",
            "The specified parameter CommandId is invalid.",
            "error.invalid_params",
        ),
        ("not_enabled", 400, "NotEnabled", "You have not enabled this service", "error.not_enabled"),
        ("in_debt", 400, "InDebt", "Your account has overdue payments.", "error.in_debt"),
        (
            "invalid_cluster_status",
            403,
            "InvalidClusterStatus",
            "The operation failed due to invalid cluster status.",
            "error.invalid_cluster_status",
        ),
        ("conflict_opt", 403, "ConflictOpt", "A conflicting operation is running.", "error.conflict_opt"),
        (
            "cluster_not_found",
            404,
            "ClusterNotFound",
            "The specified cluster does not exist.",
            "error.cluster_not_found",
        ),
        ("object_not_found", 404, "ObjectNotFound", "The specified object is not found.", "error.object_not_found"),
        (
            "not_authorized",
            407,
            "NotAuthorized",
            "You are not authorized by RAM for this request.",
            "error.not_authorized",
        ),
        ("ecs_error", 406, "EcsError", "An error occurred while calling the ECS API operation.", "error.ecs_error"),
        ("agent_error", 406, "AgentError", "The agent service request failed.", "error.agent_error"),
        ("aliyun_error", 406, "AliyunError", "An Alibaba Cloud product error occurred.", "error.aliyun_error"),
        ("part_failure", 409, "PartFailure", "Part of the batch operation failed.", "error.part_failure"),
        ("unknown_error", 500, "UnknownError", "An unknown error occurred.", "error.unknown_error"),
        (
            "service_unavailable",
            503,
            "ServiceUnavailable",
            "The request has failed due to a temporary failure of the server",
            "error.service_unavailable",
        ),
    ];
    for (name, status, code, message, fact) in fault {
        cases.push(
            Case::named(format!("error.{name}"), format, one().refusing(Input::ID, code), input())
                .shows(&[fact, "alibaba.error.envelope"])
                .refuses(status, code, message),
        );
    }
    cases.extend(gateway::cases(format, &one(), &input()));
    cases
}

fn texts(format: Format) -> Vec<Case<Input>> {
    let mut cases: Vec<Case<Input>> = ADVERSARIAL
        .iter()
        .map(|(name, text, in_xml)| {
            let arrives = if format == Format::Xml { in_xml.unwrap_or(text) } else { text };
            Case::named(format!("text.{name}"), format, given([finished(text)]), input())
                .class(Class::Edge)
                .shows(&["output.instance_id"])
                .answers(output(InvokeStatus::Finished, &[(arrives, InvokeStatus::Finished)]))
        })
        .collect();
    let id = "a b&c=d+e%41*~é😀'\"<>";
    let mut state = given([finished("i-1")]);
    state.ehpc.commands[0].command_id = id.to_owned();
    let mut then = output(InvokeStatus::Finished, &[("i-1", InvokeStatus::Finished)]);
    then.command_id = id.to_owned();
    cases.push(
        Case::named("text.command_id", format, state, Input::new("c", id))
            .class(Class::Edge)
            .shows(&["input.command_id", "output.command_id"])
            .answers(then),
    );
    cases
}

fn dialects(format: Format) -> Vec<Case<Input>> {
    use InvokeStatus::Finished;
    let mut wrapped = given([finished("i-1")]);
    wrapped.dialect.set("invocation_status=wrapped").expect("a switch that exists");
    let mut documents = State::documents();
    documents.dialect.set("document=003").expect("a document");
    let sample: &'static str = if format == Format::Json { "sample.json" } else { "sample.xml" };
    let mut then = output(Finished, &[("i-uf6abz34m2714bp4****", Finished), ("i-uf68t1zu3jkhs8wy****", Finished)]);
    then.command_id = "c-hz01v8x80o3****".to_owned();
    vec![
        Case::named("dialect.invocation_status.wrapped", format, wrapped, input())
            .class(Class::Dialect)
            .shows(&["json.root"])
            .answers(output(Finished, &[("i-1", Finished)])),
        Case::named("sample.003", format, documents, Input::new("ehpc-hz-FYUr32****", "c-hz01v8x80o3****"))
            .class(Class::Dialect)
            .shows(&["sample.request", sample, "json.root"])
            .answers(then),
    ]
}

/// More nodes than any page.
fn long(format: Format) -> Vec<Case<Input>> {
    let ids: Vec<String> = (1..=100).map(|number| format!("i-{number}")).collect();
    let shown: Vec<(&str, InvokeStatus)> = ids.iter().map(|id| (id.as_str(), InvokeStatus::Stopped)).collect();
    let nodes = ids.iter().map(|id| node(id, &InvokeStatus::Stopped));
    vec![
        Case::named("hundred", format, given(nodes), input())
            .class(Class::Edge)
            .shows(&["output.invoke_instances", "invoke_status.stopped"])
            .answers(output(InvokeStatus::Stopped, &shown)),
    ]
}

fn raw_requests(format: Format) -> Vec<Case<Input>> {
    const COMMON: &str = "Action=ListInvocationStatus&Version=2018-04-12";
    let upper = format.to_string().to_ascii_uppercase();
    let get = |more: &str| raw_request("GET", &format!("/?{COMMON}&Format={upper}{more}"), &[], "");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answered = [
        ("get", get("&ClusterId=c&CommandId=k"), "alibaba.rpc.method"),
        (
            "post_form",
            raw_request("POST", "/", &form, &format!("{COMMON}&Format={upper}&ClusterId=c&CommandId=k")),
            "alibaba.rpc.method",
        ),
        ("given_twice", get("&ClusterId=c&CommandId=k&CommandId=x"), "alibaba.rpc.parameter.duplicate"),
        ("other_parameters", get("&ClusterId=c&CommandId=k&PageSize=ten"), "alibaba.rpc.parameter.unknown"),
    ];
    let refused = [
        (
            "command_id.absent",
            get("&ClusterId=c"),
            (400, "MissingCommandId", "CommandId is mandatory for this action."),
            "input.command_id",
        ),
        (
            "command_id.first_is_unknown",
            get("&ClusterId=c&CommandId=x&CommandId=k"),
            (404, "ObjectNotFound", "The specified object is not found."),
            "alibaba.rpc.parameter.duplicate",
        ),
        (
            "missing_before_existence",
            get("&ClusterId=x"),
            (400, "MissingCommandId", "CommandId is mandatory for this action."),
            "alibaba.refusal.order",
        ),
        (
            "percent.broken",
            get("&ClusterId=c&CommandId=%k"),
            (400, "InvalidParameter.Format", "Specified parameter format is not valid."),
            "alibaba.rpc.parameter.malformed",
        ),
    ];
    let case = |name: &str, request| Case::raw(name, format, given([finished("i-1")]), request);
    let then = || output(InvokeStatus::Finished, &[("i-1", InvokeStatus::Finished)]);
    let mut cases: Vec<Case<Input>> =
        answered.into_iter().map(|(name, request, fact)| case(name, request).shows(&[fact]).answers(then())).collect();
    cases.extend(refused.into_iter().map(|(name, request, (status, code, message), fact)| {
        case(name, request).class(Class::Malformed).shows(&[fact]).refuses(status, code, message)
    }));
    cases
}
