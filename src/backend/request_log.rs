//! RequestLog: the requests that came in, bounded, and how many of each operation.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::backend::Backend;
use crate::backend::expected::{Expected, Unmet};
use crate::backend::route::{Route, route};
use crate::clock::Timestamp;
use crate::dialect::Dialect;
use crate::fault::FaultId;
use crate::http::{EntryId, Incoming, Outgoing};

/// The most requests that a log keeps unless it is told otherwise; older ones are dropped, but still
/// counted.
///
/// ```
/// assert_eq!(taskmock::MAX_RECEIVED, 1000);
/// ```
pub const MAX_RECEIVED: usize = 1000;

/// How much a request log keeps. What is older is dropped, but still counted.
///
/// ```
/// use taskmock::{Backend, Format, LogLimits, ehpc::list_tasks::Input};
/// let mut backend = Backend::documents();
/// backend.limit_log(LogLimits { requests: 1, ..LogLimits::default() });
/// for _ in 0..3 {
///     backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
/// }
/// assert_eq!((backend.requests().len(), backend.received(), backend.dropped()), (1, 3, 2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLimits {
    /// The most requests. Default [`MAX_RECEIVED`].
    pub requests: usize,
    /// The most bytes of their heads and bodies. Default 8 MiB.
    pub bytes: usize,
}

impl Default for LogLimits {
    fn default() -> Self {
        LogLimits { requests: MAX_RECEIVED, bytes: 8 << 20 }
    }
}

/// A request that came in, and how it was answered.
///
/// ```
/// use taskmock::{Backend, Format, ehpc::list_tasks::Input};
/// let mut backend = Backend::documents();
/// backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
/// let entry = &backend.requests()[0];
/// assert_eq!((entry.number, entry.operation, entry.status), (1, Some("ehpc.list_tasks"), 200));
/// assert_eq!(entry.parameter("ClusterId"), Some("ehpc-hz-FYUr32****"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// Its number, from 1 since the log was begun.
    pub number: u64,
    /// The virtual time when it came in.
    pub at: Timestamp,
    /// The id of the operation that it was for; none if it was for none.
    pub operation: Option<&'static str>,
    /// The parameters of the operation that it gave, decoded.
    pub parameters: BTreeMap<&'static str, String>,
    /// The status of the answer; 0 if a fault let no answer be made.
    #[serde(serialize_with = "as_status")]
    pub status: u16,
    /// The code of the error that it was answered with, if it was one of the cloud's.
    pub code: Option<String>,
    /// The fault that hit it.
    pub fault: Option<FaultId>,
    /// What the server noted about its connection; none without a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionNote>,
    /// The method.
    pub method: String,
    /// The path with its query, as on the wire.
    pub target: String,
    /// The headers, names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body; in JSON a text, lossily.
    #[serde(serialize_with = "as_text")]
    pub body: Bytes,
    /// Why its signature does not match, which the cloud does not tell: the canonical request, the
    /// string to sign, and the likely cause. None if it matches or is not verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_diagnosis: Option<String>,
}

fn as_text<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(body))
}

fn as_status<S: Serializer>(status: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    (*status > 0).then_some(*status).serialize(serializer)
}

/// What a server notes about the connection of a request. It is real time, so it is not deterministic.
///
/// ```
/// assert!(!taskmock::ConnectionNote::default().client_went_away);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConnectionNote {
    /// The real time since the server started, in JSON in milliseconds.
    #[serde(rename = "since_start_ms", serialize_with = "as_millis")]
    pub since_start: Duration,
    /// The number of the connection, from 1 since the server started.
    pub connection: u64,
    /// The place of the request on its connection, from 1.
    pub place: u64,
    /// Whether the client went away before the whole answer was handed to the operating system; what
    /// is lost after that, nobody here can see.
    pub client_went_away: bool,
}

fn as_millis<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

impl ReceivedRequest {
    /// Returns the value of a header, by its lower-case name.
    ///
    /// ```
    /// use taskmock::{Backend, Format, ack::describe_task_info::Input};
    /// let mut backend = Backend::documents();
    /// backend.respond(&Input::new("T-1").request(Format::Xml));
    /// assert_eq!(backend.requests()[0].header("accept"), Some("application/xml"));
    /// ```
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the value of a parameter of the operation, decoded.
    ///
    /// ```
    /// use taskmock::{Backend, Format, ack::describe_task_info::Input};
    /// let mut backend = Backend::documents();
    /// backend.respond(&Input::new("T-1").request(Format::Json));
    /// assert_eq!(backend.requests()[0].parameter("task_id"), Some("T-1"));
    /// ```
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Entry>,
    limits: LogLimits,
    bytes: usize,
    /// How many were received since the log was begun.
    total: u64,
    counts: BTreeMap<Option<&'static str>, u64>,
    /// Rises whenever the log is begun anew.
    id: u64,
}

/// What a [`ReceivedRequest`] is made of when somebody asks for it: writing it down is part of every
/// request, and one text costs less than one for each header.
#[derive(Debug)]
struct Entry {
    at: Timestamp,
    operation: Option<&'static str>,
    status: u16,
    code: Option<std::borrow::Cow<'static, str>>,
    fault: Option<FaultId>,
    note: Option<ConnectionNote>,
    signature_diagnosis: Option<String>,
    /// Method, target, then name and value of each header, each followed by a NUL, which none of
    /// them can hold.
    head: String,
    /// A copy: what came in may be a piece of a large buffer.
    body: Bytes,
}

impl Entry {
    fn size(&self) -> usize {
        self.head.capacity() + self.body.len() + self.signature_diagnosis.as_ref().map_or(0, String::len)
    }

    fn received(&self, number: u64) -> ReceivedRequest {
        let mut pieces = self.head.split('\0').map(str::to_owned);
        let mut next = || pieces.next().unwrap_or_default();
        let (method, target) = (next(), next());
        let mut headers = Vec::new();
        while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
            headers.push((name, value));
        }
        let parameters = self.parameters(&method, &target, &headers);
        ReceivedRequest {
            number,
            at: self.at,
            operation: self.operation,
            parameters,
            status: self.status,
            code: self.code.as_deref().map(str::to_owned),
            fault: self.fault,
            connection: self.note,
            method,
            target,
            headers,
            body: self.body.clone(),
            signature_diagnosis: self.signature_diagnosis.clone(),
        }
    }

    /// Reads the parameters again, which costs nothing unless somebody asks.
    fn parameters(&self, method: &str, target: &str, headers: &[(String, String)]) -> BTreeMap<&'static str, String> {
        let request = Incoming::from_parts(method, target, headers, &self.body);
        match route(&request, &Dialect::default()) {
            Route::Call(call) if Some(call.operation.id) == self.operation => {
                let names = call.operation.parameters.iter().map(|parameter| parameter.name);
                names.zip(call.values).filter_map(|(name, value)| Some((name, value?.into_owned()))).collect()
            }
            _ => BTreeMap::new(),
        }
    }
}

impl RequestLog {
    /// Writes down a request with its answer, and returns where.
    pub(crate) fn record(
        &mut self,
        request: &Incoming<'_>,
        at: Timestamp,
        operation: Option<&'static str>,
        answer: &Outgoing,
    ) -> EntryId {
        self.total += 1;
        *self.counts.entry(operation).or_default() += 1;
        let mut head = String::with_capacity(512);
        let mut write = |pieces: &[&str]| {
            pieces.iter().for_each(|piece| head.push_str(piece));
            head.push('\0');
        };
        write(&[request.method]);
        let mark = if request.query.is_empty() { "" } else { "?" };
        write(&[request.path, mark, request.query]);
        request.each_header(|name, value| {
            write(&[name]);
            write(&[value]);
        });
        let entry = Entry {
            at,
            operation,
            status: answer.status,
            code: answer.code.clone(),
            fault: answer.fault.map(FaultId),
            note: None,
            signature_diagnosis: answer.signature_diagnosis.clone(),
            head,
            body: Bytes::copy_from_slice(request.body),
        };
        self.bytes += entry.size();
        self.entries.push_back(entry);
        self.drop_oldest();
        EntryId { log: self.id, number: self.total }
    }

    fn drop_oldest(&mut self) {
        while self.entries.len() > self.limits.requests || self.bytes > self.limits.bytes {
            match self.entries.pop_front() {
                Some(oldest) => self.bytes -= oldest.size(),
                None => break,
            }
        }
    }

    pub(crate) fn limit(&mut self, limits: LogLimits) {
        self.limits = limits;
        self.drop_oldest();
    }

    /// Begins anew; what still refers to the entries finds none.
    pub(crate) fn clear(&mut self) {
        *self = RequestLog { limits: self.limits, id: self.id.wrapping_add(1), ..RequestLog::default() };
    }

    /// Lets a server add to its note on an entry, if that is still there.
    #[cfg_attr(not(feature = "server"), allow(dead_code))]
    pub(crate) fn note(&mut self, entry: EntryId, note: impl FnOnce(&mut ConnectionNote)) {
        if entry.log != self.id {
            return;
        }
        let place = entry.number.checked_sub(self.dropped() + 1).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            note(entry.note.get_or_insert_default());
        }
    }

    pub(crate) fn received(&self) -> impl Iterator<Item = ReceivedRequest> {
        (self.dropped() + 1..).zip(&self.entries).map(|(number, entry)| entry.received(number))
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.total - self.entries.len() as u64
    }

    pub(crate) fn count(&self, operation: Option<&str>) -> u64 {
        self.counts.iter().filter(|(key, _)| **key == operation).map(|(_, count)| *count).sum()
    }
}

/// What a test looks at.
impl Backend {
    /// The requests that came in, the oldest first; at most as many as [`limit_log`](Self::limit_log) lets be
    /// kept.
    ///
    /// ```
    /// assert!(taskmock::Backend::documents().requests().is_empty());
    /// ```
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.request_log.received().collect()
    }

    /// How many requests came in since the log was begun, those that were dropped included.
    ///
    /// ```
    /// assert_eq!(taskmock::Backend::documents().received(), 0);
    /// ```
    pub fn received(&self) -> u64 {
        self.request_log.total()
    }

    /// How many of the oldest requests the log no longer has.
    ///
    /// ```
    /// assert_eq!(taskmock::Backend::documents().dropped(), 0);
    /// ```
    pub fn dropped(&self) -> u64 {
        self.request_log.dropped()
    }

    /// Sets how much the request log keeps.
    ///
    /// ```
    /// use taskmock::{Backend, LogLimits};
    /// Backend::documents().limit_log(LogLimits { requests: 100_000, bytes: 64 << 20 });
    /// ```
    pub fn limit_log(&mut self, limits: LogLimits) {
        self.request_log.limit(limits);
    }

    /// Forgets the requests that came in, and counts anew.
    ///
    /// ```
    /// use taskmock::{Backend, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
    /// backend.clear_log();
    /// assert_eq!(backend.received(), 0);
    /// ```
    pub fn clear_log(&mut self) {
        self.request_log.clear();
    }

    /// Lets a server note what it knows of the connection of a request.
    #[cfg_attr(not(feature = "server"), allow(dead_code))]
    pub(crate) fn note(&mut self, entry: EntryId, note: impl FnOnce(&mut ConnectionNote)) {
        self.request_log.note(entry, note);
    }

    /// Compares the request log with what is expected of it.
    ///
    /// # Errors
    ///
    /// The nearest request, and each criterion that it missed.
    ///
    /// ```
    /// use taskmock::{Backend, Expected};
    /// assert!(Backend::documents().verify(&Expected::call("ehpc.list_tasks").never()).is_ok());
    /// ```
    pub fn verify(&self, expected: &Expected) -> Result<(), Unmet> {
        let count = self.count(expected.operation());
        expected.check(&self.requests(), self.dropped(), count)
    }

    /// Compares the order of the request log with what is expected of it: each of `expected` has a request
    /// of its own, after that of the one before. Other requests may stand between; how often does not count.
    ///
    /// # Errors
    ///
    /// The first that has none, and the request that comes nearest.
    ///
    /// ```
    /// use taskmock::{Backend, Expected, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
    /// let call = Expected::call("ehpc.list_tasks");
    /// assert!(backend.verify_order(&[call.clone()]).is_ok());
    /// assert!(backend.verify_order(&[call.clone(), call]).is_err());
    /// ```
    pub fn verify_order(&self, expected: &[Expected]) -> Result<(), Unmet> {
        Expected::check_order(expected, &self.requests())
    }

    /// How many requests came in for an operation, those that are no longer listed included.
    ///
    /// # Panics
    ///
    /// On an unknown operation, which would be counted as 0 for ever.
    ///
    /// ```
    /// use taskmock::{Backend, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
    /// assert_eq!(backend.count("ehpc.list_tasks"), 1);
    /// assert_eq!(backend.count("ack.describe_task_info"), 0);
    /// ```
    #[track_caller]
    pub fn count(&self, operation: &str) -> u64 {
        assert!(crate::services::operation(operation).is_some(), "`{operation}` is no operation");
        self.request_log.count(Some(operation))
    }
}
