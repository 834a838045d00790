//! Requests and responses: the `http` crate's types over bytes, and the reading of queries, forms
//! and paths.

use std::borrow::Cow;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A request as a backend takes it: the `http` crate's request over bytes.
///
/// ```
/// let request: taskmock::Request = http::Request::get("/tasks/T-1").body(bytes::Bytes::new())?;
/// # Ok::<(), http::Error>(())
/// ```
pub type Request = http::Request<Bytes>;

/// A response as a backend gives it: the `http` crate's response over bytes.
///
/// ```
/// let mut backend = taskmock::Backend::documents();
/// let request = http::Request::get("/nowhere").body(bytes::Bytes::new())?;
/// let response: taskmock::Response = backend.respond(&request);
/// assert_eq!(response.status(), 404);
/// # Ok::<(), http::Error>(())
/// ```
pub type Response = http::Response<Bytes>;

/// The largest request body that is read, in bytes (1 MiB). A larger one is answered with 413.
///
/// No document states a limit of these operations. The control interface of a
/// [`MockServer`](crate::MockServer) takes larger ones.
///
/// ```
/// assert_eq!(taskmock::MAX_BODY, 1_048_576);
/// ```
pub const MAX_BODY: usize = 1 << 20;

/// Everything but RFC 3986's unreserved characters is encoded.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request as it is looked at, whoever holds its parts.
///
/// The two servers hold a request differently; looking at it through references spares the copy
/// into an `http::Request`, which in the dev profile costs more than answering.
#[derive(Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub(crate) method: &'a str,
    /// The path as on the wire, still percent-encoded.
    pub(crate) path: &'a str,
    /// What follows the first `?`, still percent-encoded.
    pub(crate) query: &'a str,
    headers: Headers<'a>,
    pub(crate) body: &'a Bytes,
}

#[derive(Clone, Copy)]
enum Headers<'a> {
    Map(&'a http::HeaderMap),
    #[cfg_attr(not(feature = "httpmock"), allow(dead_code))]
    List(&'a [(String, String)]),
}

impl<'a> Incoming<'a> {
    /// Looks at a request whose header names are in lower case and whose target may be absolute.
    #[cfg_attr(not(feature = "httpmock"), allow(dead_code))]
    pub(crate) fn from_parts(
        method: &'a str,
        target: &'a str,
        headers: &'a [(String, String)],
        body: &'a Bytes,
    ) -> Self {
        let origin = match target.find("://") {
            Some(scheme) if !target.starts_with('/') => {
                let rest = &target[scheme + 3..];
                rest.find(['/', '?']).map_or("/", |start| &rest[start..])
            }
            _ => target,
        };
        let (path, query) = origin.split_once('?').unwrap_or((origin, ""));
        Incoming { method, path, query, headers: Headers::List(headers), body }
    }

    /// The value of a header, by its lower-case name; none if it is absent or not visible ASCII.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        match self.headers {
            Headers::Map(map) => map.get(name)?.to_str().ok(),
            Headers::List(list) => list.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()),
        }
    }

    /// Shows every header, in the order of arrival. A value that is not UTF-8 is shown lossily.
    pub(crate) fn each_header(&self, mut show: impl FnMut(&str, &str)) {
        match self.headers {
            Headers::Map(map) => {
                map.iter().for_each(|(name, value)| show(name.as_str(), &String::from_utf8_lossy(value.as_bytes())))
            }
            Headers::List(list) => list.iter().for_each(|(name, value)| show(name, value)),
        }
    }
}

impl<'a> From<&'a Request> for Incoming<'a> {
    fn from(request: &'a Request) -> Self {
        Incoming {
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.uri().query().unwrap_or(""),
            headers: Headers::Map(request.headers()),
            body: request.body(),
        }
    }
}

/// What a backend answers, before an adapter turns it into its own response type.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    pub(crate) body: Bytes,
    /// The code of the error that it is, if it is one of the cloud's.
    pub(crate) code: Option<Cow<'static, str>>,
    /// The fault that hit the call.
    pub(crate) fault: Option<u64>,
    /// Where it stands in the request log, for the server's notes.
    #[cfg_attr(not(feature = "server"), allow(dead_code))]
    pub(crate) entry: Option<EntryId>,
    /// Why a signature does not match, for whoever runs the server.
    pub(crate) signature_diagnosis: Option<String>,
    /// What the connection does beside sending it, if a fault says so.
    pub(crate) delivery: Option<Box<Delivery>>,
}

/// An entry of a request log; those of a log that was cleared are told apart from later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryId {
    pub(crate) log: u64,
    pub(crate) number: u64,
}

/// How an answer reaches the client, where that is not simply "at once and whole".
///
/// A backend decides it, a server performs it: times are virtual, and no field needs a socket to be
/// tested.
///
/// ```
/// use taskmock::{Backend, End, Fault, Format, ehpc::list_tasks::Input};
/// let mut backend = Backend::documents();
/// backend.inject(Fault::reset_idle())?;
/// let exchange = backend.exchange(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
/// assert_eq!(exchange.delivery.end, End::ResetNext);
/// # Ok::<(), taskmock::FaultError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// How long nothing is sent, from the whole request on.
    pub delay: std::time::Duration,
    /// How the length of the body is announced.
    pub framing: Framing,
    /// The trailers after a chunked body, by their names; other bodies have none.
    pub trailers: Vec<(String, String)>,
    /// At most this many bytes of the body are sent each second; none: as fast as it goes.
    pub bytes_per_second: Option<u32>,
    /// How the exchange ends.
    pub end: End,
    /// What follows the response on the connection, uninvited.
    pub after: Bytes,
}

/// How the length of a body is announced.
///
/// ```
/// assert_eq!(taskmock::Framing::default(), taskmock::Framing::Length);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Framing {
    /// By `content-length`, truly.
    #[default]
    Length,
    /// By `transfer-encoding: chunked`.
    Chunked,
    /// By a `content-length` that is this one, whatever the body has.
    WrongLength(u64),
}

/// How an exchange ends on its connection.
///
/// ```
/// assert_eq!(taskmock::End::default(), taskmock::End::Whole);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// As HTTP says: the connection is kept if both sides like.
    #[default]
    Whole,
    /// The response is sent whole; the next request on this connection is answered by a reset.
    ResetNext,
    /// The response is sent whole, then the connection is closed, without saying so beforehand.
    CloseAfter,
    /// The connection ends (or is reset) before a byte of the response is sent.
    BeforeHead {
        /// By a reset rather than an orderly end.
        reset: bool,
    },
    /// The connection ends (or is reset) when so many bytes of the body are sent.
    InBody {
        /// How many bytes of the body are sent.
        sent: usize,
        /// By a reset rather than an orderly end.
        reset: bool,
    },
    /// Nothing more is sent, and the connection stays open until the client goes away.
    Stall {
        /// How many bytes of the body are sent before; none: not even the head.
        sent: Option<usize>,
    },
}

/// A response and how it reaches the client.
///
/// ```
/// use taskmock::{Backend, End, Fault, Format, ehpc::list_tasks::Input};
/// let mut backend = Backend::documents();
/// backend.inject(Fault::reset())?;
/// let exchange = backend.exchange(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
/// assert!(exchange.response.is_none());
/// assert_eq!(exchange.delivery.end, End::BeforeHead { reset: true });
/// # Ok::<(), taskmock::FaultError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// The response as the cloud gives it; none if not even its head is sent.
    pub response: Option<Response>,
    /// What becomes of it on the connection.
    pub delivery: Delivery,
}

impl From<Outgoing> for Exchange {
    fn from(mut answer: Outgoing) -> Self {
        let delivery = answer.delivery.take().map(|delivery| *delivery).unwrap_or_default();
        let response = delivery.end.sends_head().then(|| answer.into());
        Exchange { response, delivery }
    }
}

impl End {
    /// Whether at least the head of the response is sent.
    pub(crate) fn sends_head(self) -> bool {
        !matches!(self, End::BeforeHead { .. } | End::Stall { sent: None })
    }
}

impl Outgoing {
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = vec![(Cow::Borrowed("content-type"), Cow::Borrowed(content_type))];
        Outgoing {
            status,
            headers,
            body: body.into(),
            code: None,
            fault: None,
            entry: None,
            signature_diagnosis: None,
            delivery: None,
        }
    }

    pub(crate) fn with_header(self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.with_any_header(Cow::Borrowed(name), value.into())
    }

    /// Adds a header; one that HTTP cannot carry, which only an edited state can hold, is left out.
    pub(crate) fn with_any_header(mut self, name: Cow<'static, str>, value: Cow<'static, str>) -> Self {
        if check_header(&name, &value).is_ok() {
            self.headers.push((name, value));
        }
        self
    }
}

/// Whether both servers can carry a header: a token, and visible ASCII.
pub(crate) fn check_header(name: &str, value: &str) -> Result<(), String> {
    if http::HeaderName::try_from(name).is_err() {
        return Err(format!("`{name}` is no header name"));
    }
    if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(format!("the value of the header `{name}` is not visible ASCII"));
    }
    Ok(())
}

#[cfg(feature = "connection")]
impl From<Response> for Outgoing {
    /// The engine frames the answer anew. A header that is not text is left out.
    fn from(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let is_framing = |name: &str| matches!(name, "connection" | "transfer-encoding" | "content-length");
        let texts = parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let headers = texts
            .filter(|(name, _)| !is_framing(name))
            .map(|(name, value)| (Cow::Owned(name.to_owned()), Cow::Owned(value.to_owned())));
        Outgoing { headers: headers.collect(), ..Outgoing::new(parts.status.as_u16(), "", body) }
    }
}

impl From<Outgoing> for Response {
    fn from(answer: Outgoing) -> Self {
        let mut response = Response::new(answer.body);
        // Statuses and headers are checked where an answer is made; what slips through is a
        // server error rather than a panic.
        *response.status_mut() =
            http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in answer.headers {
            let name = match name {
                Cow::Borrowed(name) => Ok(http::HeaderName::from_static(name)),
                Cow::Owned(name) => http::HeaderName::try_from(name),
            };
            let value = match value {
                Cow::Borrowed(value) => http::HeaderValue::from_str(value),
                Cow::Owned(value) => http::HeaderValue::try_from(value),
            };
            if let (Ok(name), Ok(value)) = (name, value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// A text that is not what its percent-encoding promises: a `%` without two hexadecimal digits, or
/// bytes that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Parameters in the order of arrival, decoded.
pub(crate) type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The body if it is a form: it says so, or says nothing.
pub(crate) fn form<'a>(request: &Incoming<'a>) -> Option<Result<&'a str, Malformed>> {
    let is_form = request.header("content-type").is_none_or(is_form);
    (is_form && !request.body.is_empty()).then(|| std::str::from_utf8(request.body).map_err(|_| Malformed))
}

fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Reads a query or a form into `pairs`. `+` and `%20` are both a space. What is malformed is left
/// out, and said at the end.
///
/// An SDK writes a space either way (Tea `+`, the classic ones `%20`).
pub(crate) fn read_pairs<'a>(text: &'a str, pairs: &mut Pairs<'a>) -> Result<(), Malformed> {
    let mut read = Ok(());
    for piece in text.split('&').filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        match (decode_form(name), decode_form(value)) {
            (Ok(name), Ok(value)) => pairs.push((name, value)),
            _ => read = Err(Malformed),
        }
    }
    read
}

fn decode_form(text: &str) -> Result<Cow<'_, str>, Malformed> {
    if !text.contains('+') {
        return decode(text);
    }
    let spaced = text.replace('+', " ");
    Ok(Cow::Owned(decode(&spaced)?.into_owned()))
}

/// Decodes percent-encoding, strictly.
pub(crate) fn decode(text: &str) -> Result<Cow<'_, str>, Malformed> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Ok(Cow::Borrowed(text));
    }
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%') {
        match bytes.get(at + 1..at + 3) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => {}
            _ => return Err(Malformed),
        }
    }
    percent_decode_str(text).decode_utf8().map_err(|_| Malformed)
}

/// Encodes everything but RFC 3986's unreserved characters.
pub(crate) fn encode(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, RESERVED)
}

/// Writes pairs as a query.
pub(crate) fn write_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pieces: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pieces.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, Malformed> {
        let mut pairs = Vec::new();
        read_pairs(text, &mut pairs)?;
        Ok(pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    #[test]
    fn plus_and_percent_twenty_are_a_space_and_an_asterisk_may_be_literal() {
        let expected = vec![("a b".to_owned(), "c d*".to_owned()), ("e".to_owned(), String::new())];
        assert_eq!(read("a+b=c%20d%2A&e="), Ok(expected.clone()));
        assert_eq!(read("a%20b=c+d*&&e"), Ok(expected));
    }

    #[test]
    fn broken_percent_encoding_and_bytes_that_are_not_utf_8_are_malformed() {
        for broken in ["a=%", "a=%4", "a=%zz", "%g0=a", "a=%ff", "a=+%c3"] {
            assert_eq!(read(broken), Err(Malformed), "{broken}");
        }
    }

    #[test]
    fn a_target_may_be_absolute() {
        let body = Bytes::new();
        for target in ["http://h:1/p/q?a=1", "/p/q?a=1"] {
            let incoming = Incoming::from_parts("GET", target, &[], &body);
            assert_eq!((incoming.path, incoming.query), ("/p/q", "a=1"), "{target}");
        }
        let bare = Incoming::from_parts("GET", "http://h:1?a=1", &[], &body);
        assert_eq!((bare.path, bare.query), ("", "a=1"));
        let tricky = Incoming::from_parts("GET", "/p?u=http://x/", &[], &body);
        assert_eq!((tricky.path, tricky.query), ("/p", "u=http://x/"));
    }
}
