//! Alibaba RPC: one path, the operation's name in `Action`, parameters in the query or a form.

use std::borrow::Cow;

use serde::Serialize;

use super::{ALIBABA_ID_HEADER, TEXT_XML, error_body, first};
use crate::dialect::{DefaultFormat, Dialect};
use crate::error_code::{ErrorCode, Refusal, error_codes, row};
use crate::format::Format;
use crate::http::{Incoming, Outgoing, Pairs, Request, read_pairs, write_pairs};

/// The host in the documents' sample requests.
pub(crate) const HOST_ID: &str = "ehpc.cn-hangzhou.aliyuncs.com";

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

pub(crate) const MISSING: &ErrorCode = row(GATEWAY_ERRORS, "Missing%s");
pub(crate) const INVALID_ACTION: &ErrorCode = row(GATEWAY_ERRORS, "InvalidAction.NotFound");
pub(crate) const INVALID_VERSION: &ErrorCode = row(GATEWAY_ERRORS, "InvalidVersion");
pub(crate) const INVALID_FORMAT: &ErrorCode = row(GATEWAY_ERRORS, "InvalidParameter.Format");

/// A call as the gateway understands it, before anyone knows the operation.
pub(crate) struct Call<'a> {
    pub(crate) action: Option<Cow<'a, str>>,
    pub(crate) version: Option<Cow<'a, str>>,
    pub(crate) pairs: Pairs<'a>,
}

/// Whether a request to `/` is an RPC call at all, rather than somebody looking around.
pub(crate) fn is_call(request: &Incoming<'_>) -> bool {
    !request.query.is_empty() || !request.body.is_empty() || request.header("x-acs-action").is_some()
}

/// Reads a call; what cannot be read is refused. The format is known either way.
pub(crate) fn read<'a>(request: &Incoming<'a>, dialect: &Dialect) -> (Format, Result<Call<'a>, Refusal>) {
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
    (format, Ok(Call { action, version, pairs }))
}

/// The body if it is a form: it says so, or says nothing.
pub(crate) fn form<'a>(request: &Incoming<'a>) -> Option<Result<&'a str, crate::http::Malformed>> {
    let is_form = request.header("content-type").is_none_or(is_form);
    (is_form && !request.body.is_empty()).then(|| std::str::from_utf8(request.body).map_err(|_| crate::http::Malformed))
}

fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
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
struct Envelope<'a> {
    request_id: &'a str,
    host_id: &'a str,
    code: Cow<'a, str>,
    message: Cow<'a, str>,
}

pub(crate) fn refuse(refusal: &Refusal, host_id: &str, format: Format, request_id: String) -> Outgoing {
    let envelope = Envelope { request_id: &request_id, host_id, code: refusal.code(), message: refusal.message() };
    let content_type = match format {
        Format::Json => "application/json;charset=utf-8",
        Format::Xml => TEXT_XML,
    };
    let answer = Outgoing::new(refusal.row.status, content_type, error_body(&envelope, format))
        .with_header(ALIBABA_ID_HEADER, request_id.clone());
    // Milliseconds until a client should ask again; Tea makes an error of its own of it.
    if refusal.row.code == "Throttling.User" { answer.with_header("x-acs-retry-after", "1000") } else { answer }
}

/// The request of a call, as classic SDKs send it: a GET with everything in the query.
pub(crate) fn request(action: &str, version: &str, format: Format, pairs: &[(&str, String)]) -> Request {
    let format = format.to_string().to_ascii_uppercase();
    let common = [("Action", action), ("Version", version), ("Format", &format)];
    let query = write_pairs(common.into_iter().chain(pairs.iter().map(|(name, value)| (*name, value.as_str()))));
    let mut request = Request::default();
    *request.uri_mut() = format!("/?{query}").parse().expect("percent-encoded");
    request
}
