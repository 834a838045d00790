//! Credentials: whether a request passes the gate of its operation.

use crate::clock::Timestamp;
use crate::http::Incoming;
use crate::operation::Operation;
use crate::signature::{Denial, Denied, Gate};

/// Lets a request pass, or says how it is refused.
pub(crate) fn admit(
    gate: &mut Gate,
    request: &Incoming<'_>,
    operation: &Operation,
    now: Timestamp,
) -> Result<(), Denied> {
    let place = (operation.protocol().authenticate)(gate, request, now)?;
    if !gate.user(place).not_authorized.iter().any(|id| id == operation.id) {
        return Ok(());
    }
    let code = operation.service.not_authorized;
    Err(match operation.errors.iter().find(|row| Some(row.code) == code) {
        Some(row) => row.about("").into(),
        None => Denied {
            answer: Denial::NotVerified(format!("no document says how {} refuses a user", operation.name)),
            signature_diagnosis: None,
        },
    })
}
