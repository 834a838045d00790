//! Control interface: a backend's state, clock and errors over HTTP, under `/__taskmock__/`.

use serde::{Deserialize, Serialize};

use crate::backend::{Backend, plain};
use crate::clock::{Span, Timestamp};
use crate::format::to_json;
use crate::http::{Incoming, Outgoing};
use crate::services::{Armed, State, Submission};

/// Where the control interface is.
pub(crate) const PREFIX: &str = "/__taskmock__/";

/// Every route with what it is for.
const ROUTES: &[(&str, &str)] = &[
    ("GET", "health"),
    ("GET", "state"),
    ("PUT", "state"),
    ("GET", "clock"),
    ("POST", "clock"),
    ("GET", "errors"),
    ("POST", "errors"),
    ("DELETE", "errors"),
    ("POST", "tasks"),
    ("GET", "requests"),
    ("POST", "reset"),
];

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Clock {
    clock: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum MoveClock {
    Advance(Span),
    Set(Timestamp),
}

#[derive(Serialize)]
struct ArmedList<'a> {
    armed: &'a [Armed],
}

/// The id that the call which starts it answers with; none for a DWS task.
#[derive(Serialize)]
struct Submitted {
    id: Option<String>,
}

/// Answers a request to the control interface; none if it is not for it.
pub(crate) fn answer(backend: &mut Backend, request: &Incoming<'_>) -> Option<Outgoing> {
    let route = request.path.strip_prefix(PREFIX).or((request.path == "/__taskmock__").then_some(""))?;
    Some(match (request.method, route) {
        ("GET" | "HEAD", "health") => ok(&Health { status: "ok", version: env!("CARGO_PKG_VERSION") }),
        ("GET", "state") => Outgoing::new(200, "application/json", backend.state().to_json()),
        ("PUT", "state") => match read_text(request).and_then(|text| Ok(State::from_json(text)?)) {
            Ok(state) => {
                backend.load(state);
                clock(backend)
            }
            Err(error) => bad_request(&*error),
        },
        ("GET", "clock") => clock(backend),
        ("POST", "clock") => match read(request, r#"{"advance": "90s"} or {"set": "2026-11-21T20:21:00Z"}"#) {
            Ok(MoveClock::Advance(span)) => {
                backend.advance(span.duration());
                clock(backend)
            }
            Ok(MoveClock::Set(to)) => match backend.set_clock(to) {
                Ok(()) => clock(backend),
                Err(error) => bad_request(&error),
            },
            Err(sentence) => plain(400, &sentence),
        },
        ("POST", "errors") => {
            match read::<Armed>(request, r#"{"operation": "ehpc.list_tasks", "code": "DbError", "times": 1}"#) {
                Ok(armed) => match backend.arm_with(armed) {
                    Ok(()) => ok(&ArmedList { armed: &backend.state().armed }),
                    Err(error) => bad_request(&error),
                },
                Err(sentence) => plain(400, &sentence),
            }
        }
        ("GET", "errors") => ok(&ArmedList { armed: &backend.state().armed }),
        ("DELETE", "errors") => {
            backend.disarm();
            ok(&ArmedList { armed: &[] })
        }
        ("POST", "tasks") => {
            let example =
                r#"{"ehpc_task": {"cluster_id": "ehpc-1", "task_type": "AddComputes", "takes": "5m", "ends": "Fail"}}"#;
            match read::<Submission>(request, example) {
                Ok(submission) => match backend.add(|state| submission.submit(state)) {
                    Ok(id) => ok(&Submitted { id }),
                    Err(sentence) => plain(400, &sentence),
                },
                Err(sentence) => plain(400, &sentence),
            }
        }
        ("GET", "requests") => ok(&backend.requests()),
        ("POST", "reset") => {
            backend.reset();
            clock(backend)
        }
        (method, route) => refuse(method, route),
    })
}

fn ok(body: &impl Serialize) -> Outgoing {
    Outgoing::new(200, "application/json", to_json(body))
}

fn clock(backend: &Backend) -> Outgoing {
    ok(&Clock { clock: backend.now() })
}

fn bad_request(error: &dyn std::error::Error) -> Outgoing {
    plain(400, &error.to_string())
}

fn read_text<'a>(request: &Incoming<'a>) -> Result<&'a str, Box<dyn std::error::Error>> {
    Ok(std::str::from_utf8(request.body)?)
}

fn read<T: for<'de> Deserialize<'de>>(request: &Incoming<'_>, example: &str) -> Result<T, String> {
    serde_json::from_slice(request.body).map_err(|error| format!("{error}; the body should be like {example}"))
}

fn refuse(method: &str, route: &str) -> Outgoing {
    let methods: Vec<&str> = ROUTES.iter().filter(|(_, known)| *known == route).map(|(method, _)| *method).collect();
    if methods.is_empty() {
        let routes: Vec<String> = ROUTES.iter().map(|(method, route)| format!("{method} {PREFIX}{route}")).collect();
        return plain(404, &format!("{PREFIX}{route} is no route; there are {}", routes.join(", ")));
    }
    let methods = methods.join(", ");
    plain(405, &format!("{method} does not work on {PREFIX}{route}; it takes {methods}")).with_header("allow", methods)
}
