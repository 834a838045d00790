//! Control interface: state, clock, faults, tasks and the request log, as requests under
//! `/__taskmock__/`; a function from request to answer.

mod access;
mod routes;

#[cfg_attr(not(feature = "connection"), allow(unused_imports))]
pub(crate) use access::{Access, CallOrigin};

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use std::time::Duration;

use crate::backend::{Backend, plain};
use crate::clock::Timestamp;
use crate::format::to_json;
use crate::http::{Incoming, Outgoing, Pairs, Request, Response, decode, read_pairs};
use crate::services::StateError;

/// Where the control interface is.
pub(crate) const PREFIX: &str = "/__taskmock__/";

/// The header of a request to the cloud that says when it comes.
#[cfg_attr(not(feature = "connection"), allow(dead_code))]
const AT: &str = "x-taskmock-at";

/// A route of the control interface: all that is known of it, here and in what it tells.
#[derive(Serialize)]
pub(crate) struct Route {
    method: &'static str,
    /// Below [`PREFIX`], with `{name}` for each piece that varies.
    path: &'static str,
    about: &'static str,
    /// A body that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<&'static str>,
    /// The most bytes of a body.
    #[serde(skip)]
    most: usize,
    #[serde(skip)]
    answer: fn(&mut Backend, &Call<'_>) -> Result<Outgoing, String>,
}

/// A request to a route.
pub(crate) struct Call<'a> {
    request: &'a Incoming<'a>,
    route: &'static Route,
    /// The pieces of the path that vary, decoded.
    pieces: Vec<Cow<'a, str>>,
}

impl Call<'_> {
    fn text(&self) -> Result<&str, String> {
        std::str::from_utf8(self.request.body).map_err(|error| format!("the body is not UTF-8: {error}"))
    }

    /// The parameters of the query, decoded.
    fn query(&self) -> Result<Pairs<'_>, String> {
        let mut pairs = Vec::new();
        read_pairs(self.request.query, &mut pairs).map_err(|_| "the query is no percent-encoded text".to_owned())?;
        Ok(pairs)
    }

    /// Reads the body, or says where it is wrong and what would be right.
    fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        self.read_like(self.route.example.unwrap_or("{}"))
    }

    fn read_like<T: DeserializeOwned>(&self, example: &str) -> Result<T, String> {
        StateError::read(self.text()?).map_err(|error| format!("{error}; the body should be like {example}"))
    }
}

/// The path of a request to the control interface, without what all of them have.
fn below(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX).or((path == "/__taskmock__").then_some(""))
}

/// Whether a path is one of the control interface.
#[cfg_attr(not(feature = "server"), allow(dead_code))]
pub(crate) fn is_for(path: &str) -> bool {
    below(path).is_some()
}

/// Answers a request to the control interface; none if it is not for it.
pub(crate) fn answer(backend: &mut Backend, request: &Incoming<'_>, origin: CallOrigin<'_>) -> Option<Outgoing> {
    let path = below(request.path)?;
    Some(handle(backend, request, path, origin).unwrap_or_else(|refusal| *refusal))
}

fn handle(
    backend: &mut Backend,
    request: &Incoming<'_>,
    path: &str,
    origin: CallOrigin<'_>,
) -> Result<Outgoing, Box<Outgoing>> {
    origin.check(request).map_err(refusal)?;
    let method = if request.method == "HEAD" { "GET" } else { request.method };
    let (route, pieces) = find(method, path).ok_or_else(|| Box::new(refuse(method, path)))?;
    if request.body.len() > route.most {
        let sentence = format!(
            "the body has {} bytes; {method} {PREFIX}{} takes at most {}",
            request.body.len(),
            route.path,
            route.most
        );
        return Err(Box::new(plain(413, &sentence)));
    }
    origin.check_type(request).map_err(refusal)?;
    let call = Call { request, route, pieces };
    (route.answer)(backend, &call).map_err(|sentence| Box::new(plain(400, &sentence)))
}

/// How long a request wants to wait, because what it asks for may still come; none: not at all. Whoever
/// serves it asks again meanwhile, until the answer says `"reached":true`.
#[cfg_attr(not(feature = "server"), allow(dead_code))]
pub(crate) fn wait_of(request: &Incoming<'_>) -> Option<Duration> {
    let wait = match request.path.strip_prefix(PREFIX)? {
        "clock" => "until",
        "requests" => "at_least",
        _ => return None,
    };
    let mut pairs = Vec::new();
    read_pairs(request.query, &mut pairs).ok()?;
    let is_waiting = request.method == "GET" && pairs.iter().any(|(name, _)| name == wait);
    let (_, timeout) = pairs.iter().find(|(name, _)| is_waiting && name == "timeout")?;
    routes::timeout(timeout).ok()
}

/// Whether an answer to such a request says that it has not come yet.
#[cfg_attr(not(feature = "server"), allow(dead_code))]
pub(crate) fn is_not_yet(answer: &Outgoing) -> bool {
    let found = b"\"reached\":false";
    // It stands before whatever is long.
    let start = &answer.body[..answer.body.len().min(256)];
    answer.status == 200 && start.windows(found.len()).any(|window| window == found)
}

/// The most bytes that a body of a request may have; none if it is not for the control interface.
#[allow(dead_code)] // The server reads no more than this once it is built anew.
pub(crate) fn most_bytes(method: &str, path: &str) -> Option<usize> {
    let path = path.strip_prefix(PREFIX)?;
    Some(find(method, path).map_or(0, |(route, _)| route.most))
}

fn find<'a>(method: &str, path: &'a str) -> Option<(&'static Route, Vec<Cow<'a, str>>)> {
    routes::ROUTES
        .iter()
        .filter(|route| route.method == method)
        .find_map(|route| Some((route, fits(route.path, path)?)))
}

/// The pieces of a path that vary; none if it does not fit the pattern.
fn fits<'a>(pattern: &str, path: &'a str) -> Option<Vec<Cow<'a, str>>> {
    if pattern.split('/').count() != path.split('/').count() {
        return None;
    }
    let mut pieces = Vec::new();
    for (expected, found) in pattern.split('/').zip(path.split('/')) {
        match expected.starts_with('{') {
            true if !found.is_empty() => pieces.push(decode(found).ok()?),
            false if expected == found => {}
            _ => return None,
        }
    }
    Some(pieces)
}

fn refusal((status, sentence): access::Refusal) -> Box<Outgoing> {
    Box::new(plain(status, sentence))
}

fn refuse(method: &str, path: &str) -> Outgoing {
    let fitting = routes::ROUTES.iter().filter(|route| fits(route.path, path).is_some());
    let methods: Vec<&str> = fitting.map(|route| route.method).collect();
    if methods.is_empty() {
        let routes: Vec<String> =
            routes::ROUTES.iter().map(|route| format!("{} {PREFIX}{}", route.method, route.path)).collect();
        return plain(404, &format!("{PREFIX}{path} is no route; there are {}", routes.join(", ")));
    }
    let methods = methods.join(", ");
    plain(405, &format!("{method} does not work on {PREFIX}{path}; it takes {methods}")).with_header("allow", methods)
}

fn ok(body: &impl Serialize) -> Result<Outgoing, String> {
    Ok(Outgoing::new(200, "application/json", to_json(body)))
}

impl Backend {
    /// Answers a request: of the control interface, or of the cloud, at the instant that it brings along.
    /// A call of the cloud moves the clock by `step`.
    #[cfg_attr(not(feature = "connection"), allow(dead_code))]
    pub(crate) fn serve(&mut self, request: &Incoming<'_>, origin: CallOrigin<'_>, step: Duration) -> Outgoing {
        if let Some(answer) = answer(self, request, origin) {
            return answer;
        }
        match instant(request, origin) {
            Ok(Some(at)) => self.advance(at.since(self.now())),
            Ok(None) => {}
            Err(refusal) => return *refusal,
        }
        self.advance(step);
        self.answer(request)
    }

    /// Answers a request to the control interface, as `taskmock serve` does under `/__taskmock__/`; none if
    /// the request is not for it. Nothing is checked of where it comes from.
    ///
    /// ```
    /// let mut backend = taskmock::Backend::documents();
    /// let request = http::Request::post("/__taskmock__/clock").body(r#"{"advance": "90s"}"#.into())?;
    /// let response = backend.control(&request).unwrap();
    /// assert_eq!(response.body(), r#"{"clock":"2024-03-03T00:01:30Z","ended":[]}"#);
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn control(&mut self, request: &Request) -> Option<Response> {
        answer(self, &Incoming::from(request), CallOrigin::InProcess).map(Response::from)
    }
}

/// The instant that a request to the cloud brings along.
#[cfg_attr(not(feature = "connection"), allow(dead_code))]
fn instant(request: &Incoming<'_>, origin: CallOrigin<'_>) -> Result<Option<Timestamp>, Box<Outgoing>> {
    let Some(text) = request.header(AT) else { return Ok(None) };
    origin.check(request).map_err(refusal)?;
    let at = text.parse().map_err(|error| Box::new(plain(400, &format!("the header `{AT}`: {error}"))))?;
    Ok(Some(at))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// Asks over a connection: the status.
    fn ask(
        backend: &mut Backend,
        access: &Access,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> u16 {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = body.to_owned().into();
        backend
            .serve(&Incoming::from_parts(method, path, &headers, &body), CallOrigin::Connection(access), Duration::ZERO)
            .status
    }

    #[test]
    fn no_web_page_is_obeyed() {
        let (mut backend, access) = (Backend::documents(), Access::default());
        let json = ("content-type", "application/json");
        let host = ("host", "localhost:8080");
        let advance = r#"{"advance": 1}"#;
        for (headers, status) in [
            (&[host, json][..], 200),
            (&[host, ("content-type", "Application/JSON; charset=utf-8")], 200),
            (&[host, json, ("sec-fetch-site", "none")], 200),
            (&[host, json, ("sec-fetch-site", "same-origin")], 200),
            (&[json], 403),
            (&[("host", "evil.example"), json], 403),
            (&[host, ("host", "evil.example"), json], 403),
            (&[host, json, ("origin", "http://localhost:8080")], 403),
            (&[host, json, ("origin", "null")], 403),
            (&[host, json, ("sec-fetch-site", "cross-site")], 403),
            (&[host, json, ("sec-fetch-site", "same-site")], 403),
            (&[host], 415),
            (&[host, ("content-type", "text/plain")], 415),
            (&[host, ("content-type", "application/x-www-form-urlencoded")], 415),
        ] {
            assert_eq!(
                ask(&mut backend, &access, "POST", "/__taskmock__/clock", headers, advance),
                status,
                "{headers:?}"
            );
        }
        assert_eq!(backend.now().to_string(), "2024-03-03T00:00:04Z", "what is refused moves nothing");
        assert_eq!(ask(&mut backend, &access, "GET", "/__taskmock__/state", &[("host", "evil.example")], ""), 403);
        assert_eq!(ask(&mut backend, &access, "GET", "/__taskmock__/state", &[host], ""), 200);
    }

    #[test]
    fn a_token_is_asked_for_and_the_interface_can_be_switched_off() {
        let mut backend = Backend::documents();
        let host = ("host", "127.0.0.1");
        let guarded = Access { token: Some("secret".to_owned()), ..Access::default() };
        assert!(!format!("{guarded:?}").contains("secret"));
        for (headers, status) in [
            (&[host][..], 401),
            (&[host, ("x-taskmock-token", "wrong")], 401),
            (&[host, ("x-taskmock-token", "secret")], 200),
        ] {
            assert_eq!(ask(&mut backend, &guarded, "GET", "/__taskmock__/clock", headers, ""), status);
        }
        let off = Access { is_off: true, ..Access::default() };
        assert_eq!(ask(&mut backend, &off, "GET", "/__taskmock__/health", &[host], ""), 404);
        assert_eq!(ask(&mut backend, &off, "GET", "/tasks/T-1", &[host], ""), 400, "the cloud goes on");
    }

    #[test]
    fn a_request_to_the_cloud_can_bring_its_instant_along() {
        let (mut backend, access) = (Backend::documents(), Access::default());
        let local = ("host", "localhost");
        let path = "/tasks/T-5faa48fb31b6b8078d00****";
        assert_eq!(ask(&mut backend, &access, "GET", path, &[local, (AT, "2024-03-03T00:01:00Z")], ""), 200);
        assert_eq!(backend.now().to_string(), "2024-03-03T00:01:00Z");
        assert_eq!(ask(&mut backend, &access, "GET", path, &[local, (AT, "2020-01-01T00:00:00Z")], ""), 200);
        assert_eq!(backend.now().to_string(), "2024-03-03T00:01:00Z", "an earlier instant counts as now");
        assert_eq!(ask(&mut backend, &access, "GET", path, &[local, (AT, "soon")], ""), 400);
        assert_eq!(
            ask(&mut backend, &access, "GET", path, &[("host", "cs.aliyuncs.com"), (AT, "2025-01-01T00:00:00Z")], ""),
            403
        );
        assert_eq!(ask(&mut backend, &access, "GET", path, &[("host", "cs.aliyuncs.com")], ""), 200);
        assert_eq!(backend.now().to_string(), "2024-03-03T00:01:00Z");
    }

    #[test]
    fn a_body_has_the_bound_of_its_route() {
        assert_eq!(most_bytes("POST", "/__taskmock__/clock"), Some(64 << 10));
        assert_eq!(most_bytes("PUT", "/__taskmock__/state"), Some(64 << 20));
        assert_eq!(most_bytes("PUT", "/__taskmock__/nothing"), Some(0));
        assert_eq!(most_bytes("GET", "/tasks/T-1"), None);
    }

    #[test]
    fn a_note_of_a_server_reaches_its_request_and_no_later_one() {
        let mut backend = Backend::documents();
        let body = Bytes::new();
        let request = Incoming::from_parts("GET", "/tasks/T-1", &[], &body);
        let first = backend.serve(&request, CallOrigin::InProcess, Duration::ZERO).entry.expect("an entry");
        backend.note(first, |note| note.client_went_away = true);
        let noted = |backend: &Backend| backend.requests()[0].connection.is_some_and(|note| note.client_went_away);
        assert!(noted(&backend));
        backend.reset();
        backend.serve(&request, CallOrigin::InProcess, Duration::ZERO);
        backend.note(first, |note| note.client_went_away = true);
        assert!(!noted(&backend), "the log was begun anew");
    }
}
