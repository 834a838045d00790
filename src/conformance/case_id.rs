//! Case id: the name of a case in a run, the side that it is for, and its level and facts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::format::Format;

/// What a run tests.
///
/// ```
/// assert_eq!(taskmock::conformance::Side::Client.to_string(), "client");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// A client, which is given an endpoint and an input.
    Client,
    /// A server, which is sent requests.
    Server,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Client => "client",
            Side::Server => "server",
        })
    }
}

/// The name of a case in a run: `ehpc.list_tasks/json/page_size.max`.
#[derive(Clone, Debug)]
pub(super) struct CaseId {
    pub(super) operation: &'static str,
    pub(super) format: Format,
    pub(super) name: String,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.operation, self.format, self.name)
    }
}

impl CaseId {
    /// Reads what `Display` writes. None if there is no such operation, or if it does not have the encoding.
    pub(super) fn parse(text: &str) -> Option<CaseId> {
        let mut pieces = text.splitn(3, '/');
        let operation = crate::services::operation(pieces.next()?)?;
        let format = pieces.next()?.parse().ok().filter(|format| operation.formats.contains(format))?;
        Some(CaseId { operation: operation.id, format, name: pieces.next()?.to_owned() })
    }
}

/// What is known of a case before it runs.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) id: CaseId,
    pub(super) level: Level,
    /// The first is the one that the case is about.
    pub(super) facts: Vec<&'static str>,
}
