//! Alibaba RPC: one path, the operation's name in `Action`, parameters in the query or a form.

use std::borrow::Cow;

use serde::Serialize;

use super::{TEXT_XML, error_body, facts, first, read_alibaba_error};
use crate::dialect::{AbsentVersion, DefaultFormat, Dialect};
use crate::error_code::{ErrorCode, Refusal, error_codes, row};
use crate::format::Format;
use crate::http::{Incoming, Outgoing, Pairs, Request, form, read_pairs, write_pairs};
use crate::operation::{Addressed, Addressee, Envelope, Laws, Operation, Protocol};

/// The protocol.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "alibaba.rpc",
    name: "Alibaba RPC",
    gateway_errors: GATEWAY_ERRORS,
    throttling: THROTTLING,
    fault_errors: &[],
    facts: facts::ALIBABA,
    request_id_header: ID_HEADER,
    request_id: |seed, number| seed.uuid(number),
    content_type,
    address,
    route: |operation| {
        format!("{} /?Action={}&Version={}", operation.method, operation.name, operation.service.version)
    },
    request,
    missing: |_, parameter| MISSING.about(parameter),
    refuse,
    read_error: read_alibaba_error,
    laws: Laws {
        content_type: |format| (format == Format::Json).then_some("alibaba.content_type.json"),
        request_id: "alibaba.request_id.header",
        request_id_field: Some("RequestId"),
        envelope: ("alibaba.error.envelope", &["Code", "HostId", "Message", "RequestId"]),
        xml_refusal: Some(("alibaba.error.content_type", TEXT_XML)),
    },
    #[cfg(feature = "signatures")]
    authenticate: super::alibaba_signing::authenticate_rpc,
    #[cfg(feature = "signatures")]
    algorithm: crate::signature::Algorithm::Acs3,
};

/// The header that holds the request id, of both call styles.
pub(super) const ID_HEADER: &str = "x-acs-request-id";

fn content_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json;charset=utf-8",
        Format::Xml => TEXT_XML,
    }
}

pub(crate) const GATEWAY_ERRORS: &[ErrorCode] = error_codes! { Gateway:
    400 "Missing%s" "%s is mandatory for this action." ["alibaba.gateway.missing"];
    404 "InvalidAction.NotFound" "Specified api is not found, please check your url and method." ["alibaba.gateway.invalid_action"];
    404 "InvalidVersion" "Specified parameter Version is not valid." ["alibaba.gateway.invalid_version"];
    400 "InvalidParameter.Format" "Specified parameter format is not valid." ["alibaba.gateway.invalid_format"];
    404 "InvalidAccessKeyId.NotFound" "Specified access key is not found." ["alibaba.gateway.access_key.not_found"];
    400 "InvalidAccessKeyId.Inactive" "Specified access key is disabled." ["alibaba.gateway.access_key.inactive"];
    400 "SignatureDoesNotMatch" "Specified signature is not matched with our calculation. server string to sign is:%s" ("GET&%2F&") ["alibaba.gateway.signature.no_match"];
    400 "SignatureNonceUsed" "Specified signature nonce was used already." ["alibaba.gateway.signature.nonce_used"];
    400 "InvalidTimeStamp.Format" "Specified time stamp or date value is not well formatted." ["alibaba.gateway.time.format"];
    400 "InvalidTimeStamp.Expired" "Specified time stamp or date value is expired." ["alibaba.gateway.time.expired"];
    400 "InvalidSecurityToken.MismatchWithAccessKey" "Specified SecurityToken mismatch with the AccessKey." ["alibaba.gateway.security_token"];
    400 "Throttling.User" "Request was denied due to user flow control." ["alibaba.gateway.throttling"];
};

pub(super) const MISSING: &ErrorCode = row(GATEWAY_ERRORS, "Missing%s");
pub(super) const INVALID_ACTION: &ErrorCode = row(GATEWAY_ERRORS, "InvalidAction.NotFound");
pub(super) const INVALID_VERSION: &ErrorCode = row(GATEWAY_ERRORS, "InvalidVersion");
pub(super) const THROTTLING: &ErrorCode = row(GATEWAY_ERRORS, "Throttling.User");
pub(super) const INVALID_FORMAT: &ErrorCode = row(GATEWAY_ERRORS, "InvalidParameter.Format");

fn address<'a>(request: &Incoming<'a>, dialect: &Dialect, operations: &[&'static Operation]) -> Addressed<'a> {
    let is_call = !request.query.is_empty() || !request.body.is_empty() || request.header("x-acs-action").is_some();
    if !matches!(request.path, "/" | "") || !is_call {
        return Addressed::Elsewhere;
    }
    let (format, call) = read(request, dialect);
    let call = match call {
        Ok(call) => call,
        Err(refusal) => return Addressed::Refused(None, format, refusal),
    };
    let Some(action) = call.action else {
        return Addressed::Refused(None, format, MISSING.about("Action"));
    };
    let is_asked = |operation: &&&Operation| *operation.protocol() == PROTOCOL && operation.name == action;
    let Some(operation) = operations.iter().find(is_asked).copied() else {
        return Addressed::Refused(None, format, INVALID_ACTION.about(""));
    };
    if let Some(refusal) = refuse_version(operation, call.version.as_deref(), dialect) {
        return Addressed::Refused(Some(operation), format, refusal);
    }
    let values = operation.parameters.iter().map(|parameter| first(&call.pairs, parameter.name).cloned()).collect();
    Addressed::Call(Addressee { operation, format, values })
}

/// A Version that is not the operation's, or none where the dialect asks for one.
pub(super) fn refuse_version(operation: &Operation, version: Option<&str>, dialect: &Dialect) -> Option<Refusal> {
    match version {
        Some(version) if version == operation.service.version => None,
        Some(_) => Some(INVALID_VERSION.about("")),
        None if dialect.absent_version == AbsentVersion::Refuse => Some(MISSING.about("Version")),
        None => None,
    }
}

/// A call as the gateway understands it, before anyone knows the operation.
struct RpcCall<'a> {
    action: Option<Cow<'a, str>>,
    version: Option<Cow<'a, str>>,
    pairs: Pairs<'a>,
}

/// Reads a call; what cannot be read is refused. The format is known either way.
fn read<'a>(request: &Incoming<'a>, dialect: &Dialect) -> (Format, Result<RpcCall<'a>, Refusal>) {
    let mut pairs = Pairs::with_capacity(16);
    let read = read_pairs(request.query, &mut pairs).and_then(|()| match form(request) {
        Some(form) => read_pairs(form?, &mut pairs),
        None => Ok(()),
    });
    let (format, supported) = match first(&pairs, "Format") {
        Some(asked) => match asked.parse() {
            Ok(format) => (format, true),
            Err(_) => (default_format(request, dialect), asked.eq_ignore_ascii_case("none")),
        },
        None => (default_format(request, dialect), true),
    };
    if read.is_err() || !supported {
        return (format, Err(INVALID_FORMAT.about("")));
    }
    if !matches!(request.method, "GET" | "POST") {
        return (format, Err(INVALID_ACTION.about("")));
    }
    let stated = |name: &str, header: &str| {
        first(&pairs, name)
            .cloned()
            .or_else(|| request.header(header).map(Cow::Borrowed))
            .filter(|text| !text.is_empty())
    };
    let (action, version) = (stated("Action", "x-acs-action"), stated("Version", "x-acs-version"));
    (format, Ok(RpcCall { action, version, pairs }))
}

fn default_format(request: &Incoming<'_>, dialect: &Dialect) -> Format {
    let accept = request.header("accept").unwrap_or("");
    let is_v3 = request.header("x-acs-content-sha256").is_some()
        || request.header("authorization").is_some_and(|value| value.starts_with("ACS3-"));
    match dialect.default_format {
        _ if is_v3 || accept.contains("application/json") => Format::Json,
        DefaultFormat::Json if !accept.contains("xml") => Format::Json,
        _ => Format::Xml,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GatewayRefusal<'a> {
    request_id: &'a str,
    host_id: &'a str,
    code: Cow<'a, str>,
    message: Cow<'a, str>,
}

pub(super) fn refuse(refusal: &Refusal, around: &Envelope<'_>) -> Outgoing {
    let request_id = &around.request_id;
    let error = GatewayRefusal { request_id, host_id: around.host, code: refusal.code(), message: refusal.message() };
    let answer = Outgoing::new(refusal.row.status, content_type(around.format), error_body(&error, around.format))
        .with_header(ID_HEADER, request_id.clone());
    // Milliseconds until a client should ask again; Tea makes an error of its own of it.
    if refusal.row.code == "Throttling.User" { answer.with_header("x-acs-retry-after", "1000") } else { answer }
}

/// The request of a call, as classic SDKs send it: a GET with everything in the query.
fn request(operation: &Operation, format: Format, pairs: &[(&str, String)]) -> Request {
    let format = format.to_string().to_ascii_uppercase();
    let common = [("Action", operation.name), ("Version", operation.service.version), ("Format", &format)];
    let query = write_pairs(common.into_iter().chain(pairs.iter().map(|(name, value)| (*name, value.as_str()))));
    let mut request = Request::default();
    *request.uri_mut() = format!("/?{query}").parse().expect("percent-encoded");
    request
}
