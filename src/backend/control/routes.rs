//! Routes: the table of the control interface, and what each route does.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Call, Route, ok};
use crate::backend::request_log::ReceivedRequest;
use crate::backend::{Backend, plain};
use crate::clock::{Span, Timestamp};
use crate::error_code::ErrorCode;
use crate::fault::{Fault, FaultId, fault_kinds};
use crate::http::Outgoing;
use crate::services::{Change, NewCluster, State, Submission, TaskKey, operations};

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
    "GET" "clock" SMALL "Shows the virtual time; with until=TIME it waits for it, for timeout=SPAN at most." => show_clock;
    "POST" "clock" SMALL "Moves the virtual time on, and lists what ended meanwhile." (r#"{"advance": "90s"} or {"set": "2026-11-21T20:21:00Z"}"#) => move_clock;
    "POST" "faults" LARGE "Lets something go wrong; answers with the fault's id." (r#"{"operation": "ehpc.list_tasks", "when": {"PageNumber": "2"}, "times": 2, "fault": {"throttle": {"retry_after": "5s"}}}"#) => inject;
    "GET" "faults" SMALL "Lists the faults, and how often each hit." => |backend, _| ok(&FaultList { faults: backend.faults() });
    "DELETE" "faults" SMALL "Withdraws all faults." => |backend, _| { backend.withdraw_all(); ok(&FaultList { faults: &[] }) };
    "DELETE" "faults/{id}" SMALL "Withdraws a fault." => withdraw;
    "GET" "fault_kinds" SMALL "Lists what can go wrong, and the real-world problem behind each." => |_, _| ok(&FaultKinds { fault_kinds: fault_kinds() });
    "GET" "errors" SMALL "Lists the error tables of all operations." => |_, _| ok(&ErrorTables::default());
    "POST" "tasks" LARGE "Submits a task or a command; answers with what identifies it." (r#"{"ehpc_task": {"cluster_id": "ehpc-1", "task_type": "AddComputes", "takes": "5m", "ends": "fail"}}"#) => submit;
    "POST" "tasks/end" SMALL "Lets a task end now; `ends` says how, if not as its script does." (r#"{"id": "T-1", "ends": "fail"} or {"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "logical_cluster_name": "lc", "type": "Create"}"#) => |backend, call| change(backend, call, Change::End);
    "POST" "tasks/hold" SMALL "Holds a task open: it does not end until it is released." (r#"{"id": "T-1"}"#) => |backend, call| change(backend, call, |_| Change::Hold);
    "POST" "tasks/release" SMALL "Lets a held task go on to its end." (r#"{"id": "T-1", "ends": "success"}"#) => |backend, call| change(backend, call, Change::Release);
    "POST" "tasks/remove" SMALL "Removes a task." (r#"{"id": "T-1"}"#) => |backend, call| change(backend, call, |_| Change::Remove);
    "POST" "clusters" SMALL "Adds a cluster." (r#"{"ehpc_cluster": "ehpc-1"} or {"dws_cluster": {"project_id": "9b06d044ea4f49f1a58b2bed2b0084bd", "cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b"}}"#) => add_cluster;
    "GET" "requests" SMALL "Shows the requests that came in; filters: operation=ID, since=NUMBER, and any parameter of an operation. With at_least=NUMBER it waits for so many, for timeout=SPAN at most." => requests;
    "DELETE" "requests" SMALL "Forgets the requests that came in." => |backend, _| { backend.clear_log(); requests_of(backend, &[], None) };
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
    /// Which clock signatures are held to; absent if none is verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_clock: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Vec<TaskKey>>,
    /// Whether what was waited for has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<bool>,
}

impl Clock {
    fn of(backend: &Backend) -> Self {
        Clock { clock: backend.now(), signature_clock: backend.signature_clock(), ended: None, reached: None }
    }
}

fn clock(backend: &Backend) -> Result<Outgoing, String> {
    ok(&Clock::of(backend))
}

fn show_clock(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let mut until = None;
    for (name, value) in call.query()? {
        match &*name {
            "until" => {
                let instant: Timestamp = value.parse().map_err(|error| format!("until: {error}"))?;
                until = Some(instant);
            }
            "timeout" => _ = timeout(&value)?,
            name => return Err(format!("`{name}` is unknown here; there are until and timeout")),
        }
    }
    ok(&Clock { reached: until.map(|until| backend.now() >= until), ..Clock::of(backend) })
}

/// The longest that a call may wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Reads how long a call may wait.
pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().map(|seconds: u64| Duration::from_secs(seconds));
    let span = seconds.or_else(|| text.parse().ok().map(Span::duration));
    span.filter(|span| *span <= LONGEST_WAIT)
        .ok_or_else(|| format!("timeout: `{text}` is no span of at most 60 seconds, such as 10s, PT10S or 10"))
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
    ok(&Clock { ended: Some(backend.state().ended(before, backend.now())), ..Clock::of(backend) })
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

fn submit(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let submission: Submission = call.read_like(Submission::example(call.text()?))?;
    submission.check(backend.state())?;
    ok(&backend.add(|state| submission.submit(state)))
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

fn add_cluster(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let new: NewCluster = call.read()?;
    ok(&new.add(backend.state_mut())?)
}

#[derive(Serialize)]
struct Requests<'a> {
    total: u64,
    dropped: u64,
    /// Whether what was waited for has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<bool>,
    requests: &'a [ReceivedRequest],
}

fn requests_of(backend: &Backend, requests: &[ReceivedRequest], at_least: Option<u64>) -> Result<Outgoing, String> {
    let reached = at_least.map(|least| requests.len() as u64 >= least);
    ok(&Requests { total: backend.received(), dropped: backend.dropped(), reached, requests })
}

fn requests(backend: &mut Backend, call: &Call<'_>) -> Result<Outgoing, String> {
    let mut requests = backend.requests();
    let mut at_least = None;
    for (name, value) in &call.query()? {
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
            "at_least" => {
                let least: u64 = value.parse().map_err(|_| format!("at_least: `{value}` is no number"))?;
                at_least = Some(least);
            }
            "timeout" => _ = timeout(value)?,
            name => {
                let mut parameters = operations().flat_map(|operation| operation.parameters);
                if !parameters.any(|parameter| parameter.name == name) {
                    return Err(format!(
                        "`{name}` is no filter; there are operation, since, at_least, timeout, and the parameters of the operations"
                    ));
                }
                requests.retain(|request| request.parameter(name) == Some(value));
            }
        }
    }
    requests_of(backend, &requests, at_least)
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
