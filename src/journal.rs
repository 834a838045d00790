//! Journal: the requests that came in, bounded, and how many of each operation.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::http::Incoming;

/// The most requests that a journal keeps; older ones are dropped, but still counted.
///
/// ```
/// assert_eq!(taskmock::MOST_RECORDED, 1000);
/// ```
pub const MOST_RECORDED: usize = 1000;

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
pub struct Recorded {
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
}

fn as_text<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(body))
}

impl Recorded {
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

    fn size(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.method.len() + self.target.len() + headers + self.body.len()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    recorded: VecDeque<Recorded>,
    bytes: usize,
    counts: BTreeMap<Option<&'static str>, u64>,
}

impl Journal {
    pub(crate) fn record(&mut self, request: &Incoming<'_>, operation: Option<&'static str>, status: u16) {
        *self.counts.entry(operation).or_default() += 1;
        let recorded = Recorded {
            operation,
            method: request.method.to_owned(),
            target: request.target(),
            headers: request.headers(),
            body: request.body.clone(),
            status,
        };
        self.bytes += recorded.size();
        self.recorded.push_back(recorded);
        while self.recorded.len() > MOST_RECORDED || self.bytes > MOST_BYTES {
            match self.recorded.pop_front() {
                Some(oldest) => self.bytes -= oldest.size(),
                None => break,
            }
        }
    }

    pub(crate) fn recorded(&self) -> impl Iterator<Item = &Recorded> {
        self.recorded.iter()
    }

    pub(crate) fn count(&self, operation: Option<&str>) -> u64 {
        self.counts.iter().filter(|(key, _)| **key == operation).map(|(_, count)| *count).sum()
    }
}
