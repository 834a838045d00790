//! Huawei REST: a path for each operation, JSON only, the request id in a header.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::facts;
use super::path::{self, Found};
use crate::dialect::{self, Dialect};
use crate::error_code::{ErrorCode, ErrorOrigin, Refusal, error_codes, row};
use crate::format::{DecodeError, Format, from_json, to_json};
use crate::http::{Incoming, Outgoing, Request};
use crate::operation::{Addressed, Addressee, Envelope, ErrorParts, Laws, Operation, Protocol};
use crate::service_error::ServiceError;

/// The protocol.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "huawei.rest",
    name: "Huawei REST",
    gateway_errors: GATEWAY_ERRORS,
    throttling: THROTTLING,
    fault_errors: &[],
    facts: facts::HUAWEI,
    request_id_header: "x-request-id",
    request_id: |seed, number| seed.hex(number),
    content_type: |_| "application/json",
    address,
    route: path::route,
    request,
    missing,
    refuse,
    read_error,
    laws: Laws {
        content_type: |_| None,
        request_id: "huawei.request_id",
        request_id_field: None,
        envelope: ("huawei.error.body", &["error_code", "error_msg"]),
        xml_refusal: None,
    },
    #[cfg(feature = "signatures")]
    authenticate: super::huawei_signing::authenticate,
    #[cfg(feature = "signatures")]
    algorithm: crate::signature::Algorithm::SdkHmac,
};

pub(super) const GATEWAY_ERRORS: &[ErrorCode] = error_codes! { Gateway:
    404 "APIGW.0101" "The API does not exist or has not been published in the environment." ["huawei.gateway.not_found"];
    401 "APIGW.0301" "Incorrect IAM authentication information: %s" ("x-auth-token not found") ["huawei.gateway.unauthorized"];
    403 "APIGW.0302" "The IAM user is not allowed to access the API." ["huawei.gateway.forbidden"];
    429 "APIGW.0308" "The throttling threshold has been reached: policy ip over ratelimit,limit:10,time:1 minute" ["huawei.gateway.throttling"];
    503 "APIGW.0613" "Service unavailable." ["huawei.gateway.unavailable"];
};

const THROTTLING: &ErrorCode = row(GATEWAY_ERRORS, "APIGW.0308");
const NOT_FOUND: &ErrorCode = row(GATEWAY_ERRORS, "APIGW.0101");

fn address<'a>(request: &Incoming<'a>, _: &Dialect, operations: &[&'static Operation]) -> Addressed<'a> {
    let own = operations.iter().copied().filter(|operation| *operation.protocol() == PROTOCOL);
    match path::find(request, own) {
        Found::Operation(operation, pieces) => match path::values(operation, request.query, &pieces) {
            Ok(values) => Addressed::Call(Addressee { operation, format: Format::Json, values }),
            Err(_) => Addressed::Refused(Some(operation), Format::Json, missing(operation.errors, "")),
        },
        Found::OtherMethod(operation) => Addressed::Refused(Some(operation), Format::Json, NOT_FOUND.about("")),
        // Every path of this gateway has a version.
        Found::Nothing if request.path.starts_with("/v1/") || request.path.starts_with("/v2/") => {
            Addressed::Unknown(Format::Json, NOT_FOUND.about(""))
        }
        Found::Nothing => Addressed::Elsewhere,
    }
}

/// The gateway has no word for it; the service says that a parameter is incorrect.
fn missing(service: &'static [ErrorCode], parameter: &'static str) -> Refusal {
    service.iter().find(|row| row.status == 400).unwrap_or(NOT_FOUND).about(parameter)
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error_code: &'a str,
    error_msg: &'a str,
    #[serde(rename = "errCode", skip_serializing_if = "Option::is_none")]
    err_code: Option<&'a str>,
    #[serde(rename = "externalMessage", skip_serializing_if = "Option::is_none")]
    external_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

fn refuse(refusal: &Refusal, around: &Envelope<'_>) -> Outgoing {
    let (code, message): (Cow<'_, str>, Cow<'_, str>) = (refusal.code(), refusal.message());
    let is_gateway = refusal.row.origin == ErrorOrigin::Gateway;
    let four_keys = !is_gateway && around.dialect.error_body == dialect::ErrorBody::FourKeys;
    let error = ErrorBody {
        error_code: &code,
        error_msg: &message,
        err_code: four_keys.then_some(&*code),
        external_message: four_keys.then_some(&*message),
        request_id: is_gateway.then_some(&*around.request_id),
    };
    Outgoing::new(refusal.row.status, "application/json", to_json(&error))
        .with_header(PROTOCOL.request_id_header, around.request_id.clone())
}

/// The envelope; what else is in it says nothing new.
#[derive(Deserialize)]
struct ReadError {
    error_code: String,
    error_msg: String,
}

fn read_error(parts: &ErrorParts<'_>) -> Result<ServiceError, DecodeError> {
    let ReadError { error_code: code, error_msg: message } = from_json(parts.body)?;
    Ok(ServiceError { status: parts.status, code, message, request_id: parts.header_id.to_owned() })
}

/// The request as an SDK sends it.
fn request(operation: &Operation, _: Format, pairs: &[(&str, String)]) -> Request {
    let mut request = Request::default();
    *request.method_mut() = operation.method.parse().expect("a method");
    *request.uri_mut() = path::target(operation, pairs).parse().expect("percent-encoded");
    request.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    request
}
