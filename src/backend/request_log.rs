//! RequestLog: the requests that came in, bounded, and how many of each operation.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::http::Incoming;

/// The most requests that a journal keeps; older ones are dropped, but still counted.
///
/// ```
/// assert_eq!(taskmock::MAX_RECEIVED, 1000);
/// ```
pub const MAX_RECEIVED: usize = 1000;

/// The most bytes of requests that a journal keeps.
const MOST_BYTES: usize = 8 << 20;

/// A request that came in, and how it was answered.
///
/// ```
/// use taskmock::{Backend, Format, ehpc::list_tasks::Input};
/// let mut backend = Backend::documents();
/// backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
/// let entry = &backend.requests()[0];
/// assert_eq!((entry.operation, entry.status), (Some("ehpc.list_tasks"), 200));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceivedRequest {
    /// The id of the operation that it was for; none if it was for none.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: String,
    /// The path with its query, as on the wire.
    pub target: String,
    /// The headers, names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body; in JSON a text, lossily.
    #[serde(serialize_with = "as_text")]
    pub body: Bytes,
    /// The status of the answer.
    pub status: u16,
    /// Why its signature does not match, which the cloud does not tell: the canonical request, the
    /// string to sign, and the likely cause. None if it matches or is not verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_diagnosis: Option<String>,
}

fn as_text<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(body))
}

impl ReceivedRequest {
    /// The value of a header, by its lower-case name.
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
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Entry>,
    bytes: usize,
    counts: BTreeMap<Option<&'static str>, u64>,
}

/// What a [`ReceivedRequest`] is made of when somebody asks for it: writing it down is part of every
/// request, and one text costs less than one for each header.
#[derive(Debug)]
struct Entry {
    operation: Option<&'static str>,
    status: u16,
    signature_diagnosis: Option<String>,
    /// Method, target, then name and value of each header, each followed by a NUL, which none of
    /// them can hold.
    head: String,
    body: Bytes,
}

impl Entry {
    fn size(&self) -> usize {
        self.head.len() + self.body.len() + self.signature_diagnosis.as_ref().map_or(0, String::len)
    }

    fn recorded(&self) -> ReceivedRequest {
        let mut pieces = self.head.split('\0').map(str::to_owned);
        let mut next = || pieces.next().unwrap_or_default();
        let (method, target) = (next(), next());
        let mut headers = Vec::new();
        while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
            headers.push((name, value));
        }
        ReceivedRequest {
            operation: self.operation,
            method,
            target,
            headers,
            body: self.body.clone(),
            status: self.status,
            signature_diagnosis: self.signature_diagnosis.clone(),
        }
    }
}

impl RequestLog {
    pub(crate) fn record(
        &mut self,
        request: &Incoming<'_>,
        operation: Option<&'static str>,
        status: u16,
        signature_diagnosis: Option<String>,
    ) {
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
        let entry = Entry { operation, status, signature_diagnosis, head, body: request.body.clone() };
        self.bytes += entry.size();
        self.entries.push_back(entry);
        while self.entries.len() > MAX_RECEIVED || self.bytes > MOST_BYTES {
            match self.entries.pop_front() {
                Some(oldest) => self.bytes -= oldest.size(),
                None => break,
            }
        }
    }

    pub(crate) fn recorded(&self) -> impl Iterator<Item = ReceivedRequest> {
        self.entries.iter().map(Entry::recorded)
    }

    pub(crate) fn count(&self, operation: Option<&str>) -> u64 {
        self.counts.iter().filter(|(key, _)| **key == operation).map(|(_, count)| *count).sum()
    }
}
