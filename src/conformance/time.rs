//! Time: the time of day, which a run records and signatures are verified with.

use std::time::SystemTime;

use crate::clock::Timestamp;

/// Returns the time of day.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(0).after(since)
}
