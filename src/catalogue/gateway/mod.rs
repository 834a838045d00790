//! Gateways: what the gateway in front of an operation refuses of a call that is right in itself.

mod alibaba;
mod huawei;

use crate::case::{Case, Catalogue, Facts};
use crate::fault::Fault;
use crate::format::Format;

use crate::services::State;

/// A refusal that a case makes a gateway answer.
struct Row {
    name: &'static str,
    status: u16,
    code: &'static str,
    /// What stands in the message.
    argument: Option<&'static str>,
    message: &'static str,
    facts: Facts,
}

/// The gateways whose refusals have cases.
const GATEWAYS: &[&[Row]] = &[alibaba::ROWS, huawei::ROWS];

/// A case for each refusal that the gateway of the operation's protocol has.
pub(super) fn cases<I: Catalogue>(format: Format, given: &State, when: &I) -> Vec<Case<I>> {
    let gateway = I::OPERATION.protocol().gateway_errors;
    let rows = GATEWAYS.iter().copied().flatten().filter(|row| gateway.iter().any(|error| error.code == row.code));
    let case = |row: &Row| {
        let fault = match row.argument {
            Some(argument) => Fault::error_with(row.code, argument),
            None => Fault::error(row.code),
        };
        let given = given.clone().failing(I::ID, fault);
        Case::named(format!("error.{}", row.name), format, given, when.clone()).shows(row.facts).refuses(
            row.status,
            row.code,
            row.message,
        )
    };
    rows.map(case).collect()
}
