//! Error: why a run cannot start, or why results cannot be used.

use std::fmt;

/// Why a run cannot start, or why results cannot be used: a sentence.
///
/// ```
/// use taskmock::conformance::{Selection, Side};
/// let error = Selection::new().operations(["x"]).count(Side::Client).unwrap_err();
/// assert!(error.to_string().starts_with("there is no operation `x`; the operations are ehpc.list_tasks, "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub(super) String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
