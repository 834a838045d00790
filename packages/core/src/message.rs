//! Messages: what a host writes, read; and what it reads, written.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::value::RawValue;
use taskmock::{Action, ClockSource, Request, Response, Span};

/// What a mock is opened with.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Options<'a> {
    #[serde(borrow)]
    pub(crate) state: Option<&'a RawValue>,
    pub(crate) clock: Option<Source>,
    pub(crate) credentials: Vec<String>,
    /// Whether the host answers what is for no operation.
    pub(crate) handler: bool,
}

/// What moves the clock, as far as a host can say.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    Stands,
    Given,
    Scaled(f64),
    Stepped(Span),
}

impl From<Source> for ClockSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Stands => ClockSource::Stands,
            Source::Given => ClockSource::Given,
            Source::Scaled(speed) => ClockSource::Scaled(speed),
            Source::Stepped(span) => ClockSource::Stepped(span.duration()),
        }
    }
}

impl<'a> Options<'a> {
    pub(crate) fn read(message: &'a [u8]) -> Result<Self, String> {
        let example = r#"{"state": {}, "clock": {"stepped": "5s"}, "credentials": ["AK:SECRET"], "handler": true}"#;
        serde_json::from_slice(message).map_err(|error| format!("{error}; the options should be like {example}"))
    }
}

/// Writes actions: each a byte that says which, and what belongs to it.
pub(crate) fn actions(actions: &[Action]) -> Vec<u8> {
    let mut reply = Vec::new();
    let with_length = |reply: &mut Vec<u8>, kind: u8, bytes: &[u8]| {
        reply.push(kind);
        reply.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        reply.extend_from_slice(bytes);
    };
    for action in actions {
        match action {
            Action::Write(bytes) => with_length(&mut reply, 1, bytes),
            Action::WakeAt(instant) => {
                reply.push(2);
                reply.extend_from_slice(&nanoseconds(*instant).to_le_bytes());
            }
            Action::Reset => reply.push(3),
            Action::Close => reply.push(4),
            Action::Ask(request) => with_length(&mut reply, 5, request),
            // A newer engine may do more than version 1 of the interface can say.
            _ => {}
        }
    }
    reply
}

fn nanoseconds(instant: Duration) -> u64 {
    u64::try_from(instant.as_nanos()).unwrap_or(u64::MAX)
}

/// Writes a status and a body.
pub(crate) fn answer(status: u16, body: &[u8]) -> Vec<u8> {
    [&status.to_le_bytes()[..], body].concat()
}

/// Splits a message at the first line end.
fn line(message: &[u8]) -> (&[u8], &[u8]) {
    match message.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&message[..end], &message[end + 1..]),
        None => (message, &[]),
    }
}

/// Reads a call of the control interface: `METHOD PATH`, a line end, the body.
pub(crate) fn request(message: &[u8]) -> Result<Request, String> {
    let (head, body) = line(message);
    let wrong =
        || "a control message is `METHOD PATH`, a line end and a body, such as `GET /__taskmock__/clock`".to_owned();
    let (method, path) = std::str::from_utf8(head).ok().and_then(|head| head.split_once(' ')).ok_or_else(wrong)?;
    http::Request::builder().method(method).uri(path).body(Bytes::copy_from_slice(body)).map_err(|_| wrong())
}

/// Reads a response: a line with the status, lines `name: value`, an empty line, the body. What cannot
/// be read becomes a 500 that says so, because a client waits for an answer.
pub(crate) fn response(message: &[u8]) -> Response {
    read_response(message).unwrap_or_else(|| {
        let mut wrong = Response::new(Bytes::from_static(
            b"the handler's answer cannot be read: it is a status, headers, an empty line, a body",
        ));
        *wrong.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        wrong
    })
}

fn read_response(message: &[u8]) -> Option<Response> {
    let (status, mut rest) = line(message);
    let mut response = Response::default();
    // An answer has a final status: the engine writes 100 by itself.
    let status = std::str::from_utf8(status).ok()?.trim().parse().ok().filter(|status| (200..600).contains(status))?;
    *response.status_mut() = http::StatusCode::from_u16(status).ok()?;
    loop {
        let (head, after) = line(rest);
        rest = after;
        let head = head.strip_suffix(b"\r").unwrap_or(head);
        if head.is_empty() {
            break;
        }
        let colon = head.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&head[..colon]).ok()?;
        let value = HeaderValue::from_bytes(head[colon + 1..].trim_ascii()).ok()?;
        response.headers_mut().try_append(name, value).ok()?;
    }
    *response.body_mut() = Bytes::copy_from_slice(rest);
    Some(response)
}
