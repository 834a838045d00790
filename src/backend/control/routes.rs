//! Routes: the table of the control interface, and what each route does.

use serde::{Deserialize, Serialize};

use super::{Call, Route, ok};
use crate::backend::request_log::ReceivedRequest;
use crate::backend::{Backend, plain};
use crate::clock::{Span, Timestamp};
use crate::error_code::ErrorCode;
use crate::fault::{Fault, FaultId, fault_kinds};
use crate::http::{Outgoing, read_pairs};
use crate::services::{Change, State, TaskKey, ack, dws, ehpc, operations};

/// What a small body takes.
const SMALL: usize = 64 << 10;
/// What a body with a task or a response to the letter takes.
const LARGE: usize = 1 << 20;
/// What a whole state takes.
pub(crate) const LARGEST: usize = 64 << 20;

/// Writes the table: `method, path, bytes of a body, what for[, a body] => function`.
macro_rules! routes {
    ($($method:literal $path:literal $most:ident $about:literal $(($example:literal))? => $answer:expr;)*) => {
        &[$(Route {
            method: $method,
            path: $path,
            about: $about,
            example: routes!(@example $($example)?),
            most: $most,
            answer: $answer,
        }),*]
    };
    (@example) => { None };
    (@example $example:literal) => { Some($example) };
}

pub(super) const ROUTES: &[Route] = routes! {
    "GET" "" SMALL "Lists these routes." => |_, _| ok(&RouteList { routes: ROUTES });
    "GET" "health" SMALL "Says that the mock is there, and its version." => |_, _| ok(&Health { status: "ok", version: env!("CARGO_PKG_VERSION") });
    "GET" "state" SMALL "Shows the whole state." => |backend, _| Ok(Outgoing::new(200, "application/json", backend.state().to_json()));
    "PUT" "state" LARGEST "Replaces the whole state." (r#"{"clock": "2026-11-21T20:21:00Z"}"#) => put_state;
    "GET" "clock" SMALL "Shows the virtual time." => |backend, _| clock(backend);
    "POST" "clock" SMALL "Moves the virtual time on, and lists what ended meanwhile." (r#"{"advance": "90s"} or {"set": "2026-11-21T20:21:00Z"}"#) => move_clock;
    "POST" "faults" LARGE "Lets something go wrong; answers with the fault's id." (r#"{"operation": "ehpc.list_tasks", "when": {"PageNumber": "2"}, "times": 2, "fault": {"throttle": {"retry_after": "5s"}}}"#) => inject;
    "GET" "faults" SMALL "Lists the faults, and how often each hit." => |backend, _| ok(&FaultList { faults: backend.faults() });
    "DELETE" "faults" SMALL "Withdraws all faults." => |backend, _| { backend.withdraw_all(); ok(&FaultList { faults: &[] }) };
    "DELETE" "faults/{id}" SMALL "Withdraws a fault." => withdraw;
    "GET" "fault_kinds" SMALL "Lists what can go wrong, and the real-world problem behind each." => |_, _| ok(&FaultKinds { fault_kinds: fault_kinds() });
    "GET" "errors" SMALL "Lists the error tables of all operations." => |_, _| ok(&ErrorTables::default());
    "POST" "tasks" LARGE "Submits a task or a command; answers with what identifies it." (r#"{"ehpc_task": {"cluster_id": "ehpc-1", "task_type": "AddComputes", "takes": "5m", "ends": "Fail"}}"#) => submit;
    "POST" "tasks/end" SMALL "Lets a task end now; `ends` says how, if not as its script does." (r#"{"id": "T-1", "ends": "fail"} or {"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "logical_cluster_name": "lc", "type": "Create"}"#) => |backend, call| change(backend, call, Change::End);
    "POST" "tasks/hold" SMALL "Holds a task open: it does not end until it is released." (r#"{"id": "T-1"}"#) => |backend, call| change(backend, call, |_| Change::Hold);
    "POST" "tasks/release" SMALL "Lets a held task go on to its end." (r#"{"id": "T-1", "ends": "success"}"#) => |backend, call| change(backend, call, Change::Release);
    "POST" "tasks/remove" SMALL "Removes a task." (r#"{"id": "T-1"}"#) => |backend, call| change(backend, call, |_| Change::Remove);
    "POST" "clusters" SMALL "Adds a cluster." (r#"{"ehpc_cluster": "ehpc-1"} or {"dws_cluster": {"project_id": "9b06d044ea4f49f1a58b2bed2b0084bd", "cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b"}}"#) => add_cluster;
    "GET" "requests" SMALL "Shows the requests that came in; filters: operation=ID, since=NUMBER, and any parameter of an operation." => requests;
    "DELETE" "requests" SMALL "Forgets the requests that came in." => |backend, _| { backend.clear_log(); requests_of(backend, &[]) };
    "POST" "reset" SMALL "Goes back to the state that was loaded last, or with {\"to\": \"start\"} to the first." (r#"{"to": "start"}"#) => reset;
};

#[derive(Serialize)]
struct RouteList {
    routes: &'static [Route],
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Clock {
    clock: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Vec<TaskKey>>,
}

fn clock(backend: &Backend) -> Result<Outgoing, String> {
    ok(&Clock { clock: backend.now(), ended: None })
}

fn put_state(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let state = State::from_json(call.text()?).map_err(|error| error.to_string())?;
    backend.load(state);
    clock(backend)
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum MoveClock {
    Advance(Span),
    Set(Timestamp),
}

fn move_clock(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let before = backend.now();
    match call.read()? {
        MoveClock::Advance(span) => backend.advance(span.duration()),
        MoveClock::Set(to) => backend.set_clock(to).map_err(|error| error.to_string())?,
    }
    ok(&Clock { clock: backend.now(), ended: Some(backend.state().ended(before, backend.now())) })
}

#[derive(Serialize)]
struct FaultList<'a> {
    faults: &'a [Fault],
}

#[derive(Serialize)]
struct FaultKinds {
    fault_kinds: &'static [crate::fault::FaultDescription],
}

#[derive(Serialize)]
struct Injected {
    id: FaultId,
}

fn inject(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let example = call.route.example.unwrap_or_default();
    let id = backend.inject(call.read()?).map_err(|error| format!("{error}; the body should be like {example}"))?;
    ok(&Injected { id })
}

fn withdraw(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let id = call.pieces.first().and_then(|id| id.parse().ok()).map(FaultId);
    match id.filter(|id| backend.withdraw(*id)) {
        Some(_) => ok(&FaultList { faults: backend.faults() }),
        None => {
            let ids: Vec<String> = backend.faults().iter().filter_map(Fault::id).map(|id| id.to_string()).collect();
            Ok(plain(
                404,
                &format!(
                    "there is no such fault; there are {}",
                    if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
                ),
            ))
        }
    }
}

/// The error tables of all operations.
#[derive(Serialize)]
struct ErrorTables {
    operations: Vec<ErrorTable>,
}

#[derive(Serialize)]
struct ErrorTable {
    operation: &'static str,
    errors: Vec<&'static ErrorCode>,
}

impl Default for ErrorTables {
    fn default() -> Self {
        let table = |operation: &crate::operation::Operation| ErrorTable {
            operation: operation.id,
            errors: operation.fault_errors().collect(),
        };
        ErrorTables { operations: operations().map(table).collect() }
    }
}

/// What a client could have started: one of the four.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Submission {
    ehpc_task: Option<ehpc::Task>,
    ehpc_command: Option<ehpc::Command>,
    ack_task: Option<Box<ack::Task>>,
    dws_task: Option<dws::Task>,
    /// Says that a word which no document has is meant.
    #[serde(default)]
    undocumented: bool,
}

/// What a wrong submission should look like: the kind that it names, else the first.
const SUBMISSIONS: [(&str, &str); 4] = [
    (
        "ehpc_task",
        r#"{"ehpc_task": {"cluster_id": "ehpc-1", "task_type": "AddComputes", "takes": "5m", "ends": "Fail"}}"#,
    ),
    (
        "ehpc_command",
        r#"{"ehpc_command": {"cluster_id": "ehpc-1", "nodes": [{"instance_id": "i-1", "takes": "30s"}]}}"#,
    ),
    (
        "ack_task",
        r#"{"ack_task": {"cluster_id": "c-1", "task_type": "cluster_scaleout", "takes": "5m", "ends": "fail"}}"#,
    ),
    (
        "dws_task",
        r#"{"dws_task": {"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "type": "Create", "logical_cluster_name": "lc", "takes": "5m"}}"#,
    ),
];

fn submit(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let text = call.text()?;
    let named = SUBMISSIONS.iter().find(|(name, _)| text.contains(&format!("\"{name}\"")));
    let example = named.unwrap_or(&SUBMISSIONS[0]).1;
    let read: Submission = call.read_like(example)?;
    let Submission { ehpc_task, ehpc_command, ack_task, dws_task, undocumented } = read;
    let key = match (ehpc_task, ehpc_command, ack_task, dws_task) {
        (Some(task), None, None, None) => {
            if let ehpc::TaskType::Other(word) = &task.task_type
                && !undocumented
            {
                let known: Vec<&str> = ehpc::TaskType::KNOWN.iter().map(ehpc::TaskType::as_str).collect();
                return Err(format!(
                    "ehpc_task.task_type: `{word}` is documented nowhere; there are {}; if you mean it, add \"undocumented\": true",
                    known.join(", ")
                ));
            }
            TaskKey::id(backend.submit(task))
        }
        (None, Some(command), None, None) => TaskKey::id(backend.submit(command)),
        (None, None, Some(task), None) => TaskKey::id(backend.submit(*task)),
        (None, None, None, Some(task)) => {
            if !backend.state().dws.has_cluster(&task.cluster_id) {
                return Err(format!(
                    "dws_task.cluster_id: `{}` is no cluster of the state's dws.clusters; POST clusters adds one",
                    task.cluster_id
                ));
            }
            let key = TaskKey::of_dws(&task);
            backend.submit(task);
            key
        }
        _ => {
            return Err(format!(
                "a body has one of ehpc_task, ehpc_command, ack_task and dws_task; it should be like {example}"
            ));
        }
    };
    ok(&key)
}

/// A task, and how it is to end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskChange {
    id: Option<String>,
    cluster_id: Option<String>,
    logical_cluster_name: Option<String>,
    r#type: Option<String>,
    ends: Option<String>,
}

fn change(backend: &mut Backend, call: &Call<'_>, change: fn(Option<String>) -> Change) -> Result<Outgoing, String> {
    let TaskChange { id, cluster_id, logical_cluster_name, r#type, ends } = call.read()?;
    let key = TaskKey { id, cluster_id, logical_cluster_name, r#type };
    if key == TaskKey::default() {
        return Err(format!("a body names a task; it should be like {}", call.route.example.unwrap_or_default()));
    }
    let change = change(ends.clone());
    if ends.is_some() && matches!(change, Change::Hold | Change::Remove) {
        return Err(format!(
            "ends: a task that is held or removed does not end; the body should be like {}",
            call.route.example.unwrap_or_default()
        ));
    }
    backend.state_mut().change(&key, &change)?;
    ok(&key)
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum NewCluster {
    EhpcCluster(String),
    DwsCluster(dws::Cluster),
}

fn add_cluster(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let new: NewCluster = call.read()?;
    // Checked as a state of its own, so that a wrong one changes nothing.
    let mut alone = State::default();
    match new {
        NewCluster::EhpcCluster(id) => alone.ehpc.clusters.push(id),
        NewCluster::DwsCluster(cluster) if backend.state().dws.has_cluster(&cluster.cluster_id) => {
            return Err(format!("dws_cluster.cluster_id: `{}` is there already", cluster.cluster_id));
        }
        NewCluster::DwsCluster(cluster) => alone.dws.clusters.push(cluster),
    }
    alone.check().map_err(|(field, sentence)| format!("{field}: {sentence}"))?;
    let state = backend.state_mut();
    state.dws.clusters.append(&mut alone.dws.clusters);
    alone.ehpc.clusters.retain(|id| !state.ehpc.clusters.contains(id));
    state.ehpc.clusters.append(&mut alone.ehpc.clusters);
    ok(&Clusters { ehpc_clusters: &state.ehpc.clusters, dws_clusters: &state.dws.clusters })
}

#[derive(Serialize)]
struct Clusters<'a> {
    ehpc_clusters: &'a [String],
    dws_clusters: &'a [dws::Cluster],
}

#[derive(Serialize)]
struct Requests<'a> {
    total: u64,
    dropped: u64,
    requests: &'a [ReceivedRequest],
}

fn requests_of(backend: &Backend, requests: &[ReceivedRequest]) -> Result<Outgoing, String> {
    ok(&Requests { total: backend.received(), dropped: backend.dropped(), requests })
}

fn requests(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let mut filters = Vec::new();
    read_pairs(call.request.query, &mut filters).map_err(|_| "the query is no percent-encoded text".to_owned())?;
    let mut requests = backend.requests();
    for (name, value) in &filters {
        match &**name {
            "operation" => {
                let ids: Vec<&str> = operations().map(|operation| operation.id).collect();
                if !ids.contains(&&**value) {
                    return Err(format!("operation: `{value}` is no operation; there are {}", ids.join(", ")));
                }
                requests.retain(|request| request.operation == Some(value));
            }
            "since" => {
                let since: u64 = value.parse().map_err(|_| format!("since: `{value}` is no number of a request"))?;
                requests.retain(|request| request.number > since);
            }
            name => {
                let mut parameters = operations().flat_map(|operation| operation.parameters);
                if !parameters.any(|parameter| parameter.name == name) {
                    return Err(format!(
                        "`{name}` is no filter; there are operation, since, and the parameters of the operations"
                    ));
                }
                requests.retain(|request| request.parameter(name) == Some(value));
            }
        }
    }
    requests_of(backend, &requests)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    #[serde(default)]
    to: ResetTo,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ResetTo {
    #[default]
    Loaded,
    Start,
}

fn reset(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let reset = if call.request.body.is_empty() { Reset::default() } else { call.read()? };
    match reset.to {
        ResetTo::Loaded => backend.reset(),
        ResetTo::Start => backend.reset_to_start(),
    }
    clock(backend)
}
