//! Route: for which operation a request is, or whose gateway refuses it.

use crate::dialect::Dialect;
use crate::error_code::Refusal;
use crate::format::Format;
use crate::http::Incoming;
use crate::operation::{Addressed, Addressee, Operation, Protocol};
use crate::protocol::PROTOCOLS;
use crate::services::{OPERATIONS, operations};

/// Where a request goes.
pub(crate) enum Route<'a> {
    Call(Addressee<'a>),
    /// A gateway refuses it before, or without, knowing the operation.
    Refused(&'static Protocol, Option<&'static Operation>, Format, Refusal),
    Unknown,
}

/// Finds out for whom a request is.
pub(crate) fn route<'a>(request: &Incoming<'a>, dialect: &Dialect) -> Route<'a> {
    let mut unknown = None;
    for protocol in PROTOCOLS {
        match (protocol.address)(request, dialect, OPERATIONS) {
            Addressed::Elsewhere => {}
            Addressed::Call(addressee) => return Route::Call(addressee),
            Addressed::Refused(operation, format, refusal) => {
                return Route::Refused(protocol, operation, format, refusal);
            }
            // A later protocol may have the path.
            Addressed::Unknown(format, refusal) => {
                unknown.get_or_insert(Route::Refused(protocol, None, format, refusal));
            }
        }
    }
    unknown.unwrap_or(Route::Unknown)
}

/// Every route, as a person would write it.
pub(crate) fn routes() -> Vec<String> {
    operations().map(|operation| (operation.protocol().route)(operation)).collect()
}
