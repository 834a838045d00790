//! Huawei REST: a path for each operation, JSON only, the request id in a header.

use std::borrow::Cow;

use serde::Serialize;

use super::HUAWEI_ID_HEADER;
use crate::dialect::{Dialect, ErrorBody};
use crate::error_code::{ErrorCode, ErrorOrigin, Refusal, error_codes, row};
use crate::format::to_json;
use crate::http::{Incoming, Outgoing, Request, write_pairs};

pub(crate) const GATEWAY_ERRORS: &[ErrorCode] = error_codes! { Gateway:
    404 "APIGW.0101" "The API does not exist or has not been published in the environment." ["huawei.gateway.not_found"];
    401 "APIGW.0301" "Incorrect IAM authentication information: %s" ("x-auth-token not found") ["huawei.gateway.unauthorized"];
    403 "APIGW.0302" "The IAM user is not allowed to access the API." ["huawei.gateway.forbidden"];
    429 "APIGW.0308" "The throttling threshold has been reached: policy ip over ratelimit,limit:10,time:1 minute" ["huawei.gateway.throttling"];
    503 "APIGW.0613" "Service unavailable." ["huawei.gateway.unavailable"];
};

pub(crate) const NOT_FOUND: &ErrorCode = row(GATEWAY_ERRORS, "APIGW.0101");

/// Whether a request is meant for this gateway: every path there has a version.
pub(crate) fn is_call(request: &Incoming<'_>) -> bool {
    request.path.starts_with("/v1/") || request.path.starts_with("/v2/")
}

#[derive(Serialize)]
struct Envelope<'a> {
    error_code: &'a str,
    error_msg: &'a str,
    #[serde(rename = "errCode", skip_serializing_if = "Option::is_none")]
    err_code: Option<&'a str>,
    #[serde(rename = "externalMessage", skip_serializing_if = "Option::is_none")]
    external_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

pub(crate) fn refuse(refusal: &Refusal, dialect: &Dialect, request_id: String) -> Outgoing {
    let (code, message): (Cow<'_, str>, Cow<'_, str>) = (refusal.code(), refusal.message());
    let is_gateway = refusal.row.origin == ErrorOrigin::Gateway;
    let four_keys = !is_gateway && dialect.error_body == ErrorBody::FourKeys;
    let envelope = Envelope {
        error_code: &code,
        error_msg: &message,
        err_code: four_keys.then_some(&*code),
        external_message: four_keys.then_some(&*message),
        request_id: is_gateway.then_some(&*request_id),
    };
    Outgoing::new(refusal.row.status, "application/json", to_json(&envelope)).with_header(HUAWEI_ID_HEADER, request_id)
}

/// A GET as an SDK sends it.
pub(crate) fn request(path: &str, pairs: &[(&str, String)]) -> Request {
    let mut request = Request::default();
    let query = write_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    let separator = if query.is_empty() { "" } else { "?" };
    *request.uri_mut() = format!("{path}{separator}{query}").parse().expect("percent-encoded");
    request.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    request
}
