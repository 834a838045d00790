//! Route: for which operation a request is, or who refuses it.

use std::borrow::Cow;

use crate::dialect::{AbsentVersion, Dialect};
use crate::error_code::Refusal;
use crate::format::Format;
use crate::http::{Incoming, Malformed, decode, read_pairs};
use crate::operation::Operation;
use crate::protocol::{self, Protocol, alibaba_roa, alibaba_rpc, huawei_rest};
use crate::services::{REGISTRY, Row, operations};

/// A request that is for an operation.
pub(crate) struct Call<'a> {
    /// The operation's row in the registry.
    pub(crate) at: usize,
    pub(crate) format: Format,
    /// A value for each parameter of the operation; none if absent or empty.
    pub(crate) values: Vec<Option<Cow<'a, str>>>,
}

impl Call<'_> {
    pub(crate) fn row(&self) -> &'static Row {
        &REGISTRY[self.at]
    }
}

/// Where a request goes.
pub(crate) enum Route<'a> {
    Call(Call<'a>),
    /// A gateway refuses it before, or without, knowing the operation.
    Refused(Protocol, Option<&'static Operation>, Format, Refusal),
    Unknown,
}

/// Finds out for whom a request is.
pub(crate) fn route<'a>(request: &Incoming<'a>, dialect: &Dialect) -> Route<'a> {
    if matches!(request.path, "/" | "") && alibaba_rpc::is_call(request) {
        return route_rpc(request, dialect);
    }
    for (at, row) in REGISTRY.iter().enumerate() {
        if row.operation.protocol == Protocol::AlibabaRpc {
            continue;
        }
        if let Some(pieces) = match_path(row.operation.path, request.path) {
            return route_path(request, dialect, at, pieces);
        }
    }
    // What is plainly meant for one of the gateways is refused by it.
    if alibaba_roa::is_call(request) {
        let format = alibaba_roa::format(request);
        return Route::Refused(Protocol::AlibabaRoa, None, format, alibaba_rpc::INVALID_ACTION.about(""));
    }
    if huawei_rest::is_call(request) {
        return Route::Refused(Protocol::HuaweiRest, None, Format::Json, huawei_rest::NOT_FOUND.about(""));
    }
    Route::Unknown
}

fn route_rpc<'a>(request: &Incoming<'a>, dialect: &Dialect) -> Route<'a> {
    let protocol = Protocol::AlibabaRpc;
    let (format, call) = alibaba_rpc::read(request, dialect);
    let call = match call {
        Ok(call) => call,
        Err(refusal) => return Route::Refused(protocol, None, format, refusal),
    };
    let Some(action) = call.action else {
        return Route::Refused(protocol, None, format, alibaba_rpc::MISSING.about("Action"));
    };
    let is_asked = |row: &Row| row.operation.protocol == Protocol::AlibabaRpc && row.operation.name == action;
    let Some(at) = REGISTRY.iter().position(is_asked) else {
        return Route::Refused(protocol, None, format, alibaba_rpc::INVALID_ACTION.about(""));
    };
    let operation = REGISTRY[at].operation;
    if let Some(refusal) = refuse_version(operation, call.version.as_deref(), dialect) {
        return Route::Refused(protocol, Some(operation), format, refusal);
    }
    let values = operation.parameters.iter().map(|parameter| protocol::first(&call.pairs, parameter.name).cloned());
    Route::Call(Call { at, format, values: values.collect() })
}

fn route_path<'a>(request: &Incoming<'a>, dialect: &Dialect, at: usize, pieces: Vec<(&str, &'a str)>) -> Route<'a> {
    let operation = REGISTRY[at].operation;
    let protocol = operation.protocol;
    let format = match protocol {
        Protocol::AlibabaRoa => alibaba_roa::format(request),
        Protocol::AlibabaRpc | Protocol::HuaweiRest => Format::Json,
    };
    let refused = |refusal| Route::Refused(protocol, Some(operation), format, refusal);
    if request.method != "GET" {
        return refused(match protocol {
            Protocol::HuaweiRest => huawei_rest::NOT_FOUND.about(""),
            Protocol::AlibabaRoa | Protocol::AlibabaRpc => alibaba_rpc::INVALID_ACTION.about(""),
        });
    }
    if protocol == Protocol::AlibabaRoa
        && let Some(refusal) = refuse_version(operation, request.header("x-acs-version"), dialect)
    {
        return refused(refusal);
    }
    match read_values(operation, request.query, pieces) {
        Ok(values) => Route::Call(Call { at, format, values }),
        Err(Malformed) => refused(match protocol {
            Protocol::HuaweiRest => protocol.missing(operation.errors, ""),
            Protocol::AlibabaRoa | Protocol::AlibabaRpc => alibaba_rpc::INVALID_FORMAT.about(""),
        }),
    }
}

fn read_values<'a>(
    operation: &Operation,
    query: &'a str,
    pieces: Vec<(&str, &'a str)>,
) -> Result<Vec<Option<Cow<'a, str>>>, Malformed> {
    let mut pairs = Vec::new();
    read_pairs(query, &mut pairs)?;
    operation
        .parameters
        .iter()
        .map(|parameter| match pieces.iter().find(|(name, _)| *name == parameter.name) {
            Some((_, piece)) => decode(piece).map(Some),
            None => Ok(protocol::first(&pairs, parameter.name).cloned()),
        })
        .collect()
}

/// A Version that is not the operation's, or none where the dialect asks for one.
fn refuse_version(operation: &Operation, version: Option<&str>, dialect: &Dialect) -> Option<Refusal> {
    match version {
        Some(version) if version == operation.version => None,
        Some(_) => Some(alibaba_rpc::INVALID_VERSION.about("")),
        None if dialect.absent_version == AbsentVersion::Refuse => Some(alibaba_rpc::MISSING.about("Version")),
        None => None,
    }
}

/// The pieces of a path that a pattern names; none if it does not fit. Pieces are compared before
/// they are decoded, so that an encoded slash stays inside its piece; an empty piece fits nothing.
fn match_path<'a>(pattern: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (mut expected, mut found) = (pattern.split('/'), path.split('/'));
    let mut pieces = Vec::new();
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return Some(pieces),
            (Some(expected), Some(found)) => match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !found.is_empty() => pieces.push((name, found)),
                None if expected == found => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// Every route, as a person would write it.
pub(crate) fn routes() -> Vec<String> {
    operations()
        .map(|operation| match operation.protocol {
            Protocol::AlibabaRpc => format!("GET /?Action={}&Version={}", operation.name, operation.version),
            Protocol::AlibabaRoa | Protocol::HuaweiRest => format!("GET {}", operation.path),
        })
        .collect()
}
