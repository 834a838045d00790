//! Alibaba ROA: a path for each operation, the encoding by `Accept`, two error envelopes.

use std::borrow::Cow;

use serde::Serialize;

use super::path::{self, Found};
use super::{TEXT_XML, alibaba_rpc, error_body, facts, read_alibaba_error};
use crate::dialect::Dialect;
use crate::error_code::{ErrorCode, ErrorOrigin, Refusal, error_codes};
use crate::format::Format;
use crate::http::{Incoming, Outgoing, Request};
use crate::operation::{Addressed, Addressee, Envelope, Laws, Operation, Protocol};

/// The protocol.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "alibaba.roa",
    name: "Alibaba ROA",
    gateway_errors: alibaba_rpc::GATEWAY_ERRORS,
    throttling: alibaba_rpc::THROTTLING,
    fault_errors: FAULT_ERRORS,
    facts: facts::ALIBABA,
    request_id_header: alibaba_rpc::ID_HEADER,
    request_id: |seed, number| seed.uuid(number),
    content_type,
    address,
    route: path::route,
    request,
    missing: |_, parameter| alibaba_rpc::MISSING.about(parameter),
    refuse,
    read_error: read_alibaba_error,
    laws: Laws {
        content_type: |_| Some("alibaba.roa.format"),
        request_id: "alibaba.request_id.header",
        request_id_field: None,
        envelope: ("alibaba.roa.service_error", &["code", "message", "requestId", "status"]),
        xml_refusal: None,
    },
    #[cfg(feature = "signatures")]
    authenticate: super::alibaba_signing::authenticate_roa,
    #[cfg(feature = "signatures")]
    algorithm: crate::signature::Algorithm::Acs3,
};

/// What the service is assumed to answer where its document shows no code; only a fault asks for it.
const FAULT_ERRORS: &[ErrorCode] = error_codes! { Service:
    429 "Throttling" "Request was denied due to request throttling." ["fault.error.ack"];
    500 "InternalError" "The request processing has failed due to some unknown error." ["fault.error.ack"];
    502 "BadGateway" "The service behind the gateway gave no valid answer." ["fault.error.ack"];
    503 "ServiceUnavailable" "The request has failed due to a temporary failure of the server." ["fault.error.ack"];
    504 "GatewayTimeout" "The service behind the gateway gave no answer in time." ["fault.error.ack"];
};

fn content_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json",
        Format::Xml => "application/xml",
    }
}

fn address<'a>(request: &Incoming<'a>, dialect: &Dialect, operations: &[&'static Operation]) -> Addressed<'a> {
    let format = format(request);
    let own = operations.iter().copied().filter(|operation| *operation.protocol() == PROTOCOL);
    let (operation, pieces) = match path::find(request, own) {
        Found::Operation(operation, pieces) => (operation, pieces),
        Found::OtherMethod(operation) => {
            return Addressed::Refused(Some(operation), format, alibaba_rpc::INVALID_ACTION.about(""));
        }
        // Every SDK states a version.
        Found::Nothing if request.header("x-acs-version").is_some() => {
            return Addressed::Unknown(format, alibaba_rpc::INVALID_ACTION.about(""));
        }
        Found::Nothing => return Addressed::Elsewhere,
    };
    let refused = |refusal| Addressed::Refused(Some(operation), format, refusal);
    if let Some(refusal) = alibaba_rpc::refuse_version(operation, request.header("x-acs-version"), dialect) {
        return refused(refusal);
    }
    match path::values(operation, request.query, &pieces) {
        Ok(values) => Addressed::Call(Addressee { operation, format, values }),
        Err(_) => refused(alibaba_rpc::INVALID_FORMAT.about("")),
    }
}

/// The encoding that a request asks for: XML if it accepts that and not JSON, else JSON.
fn format(request: &Incoming<'_>) -> Format {
    let accept = request.header("accept").unwrap_or("");
    match accept.contains("xml") && !accept.contains("json") {
        true => Format::Xml,
        false => Format::Json,
    }
}

#[derive(Serialize)]
struct ServiceRefusal<'a> {
    code: Cow<'a, str>,
    message: Cow<'a, str>,
    #[serde(rename = "requestId")]
    request_id: &'a str,
    status: u16,
}

fn refuse(refusal: &Refusal, around: &Envelope<'_>) -> Outgoing {
    if refusal.row.origin == ErrorOrigin::Gateway {
        return alibaba_rpc::refuse(refusal, around);
    }
    let (status, request_id, format) = (refusal.row.status, &around.request_id, around.format);
    let error = ServiceRefusal { code: refusal.code(), message: refusal.message(), request_id, status };
    let content_type = match format {
        Format::Json => "application/json",
        Format::Xml => TEXT_XML,
    };
    Outgoing::new(status, content_type, error_body(&error, format))
        .with_header(alibaba_rpc::ID_HEADER, request_id.clone())
}

/// The request as an SDK sends it.
fn request(operation: &Operation, format: Format, pairs: &[(&str, String)]) -> Request {
    let mut request = Request::default();
    *request.method_mut() = operation.method.parse().expect("a method");
    *request.uri_mut() = path::target(operation, pairs).parse().expect("percent-encoded");
    let headers = request.headers_mut();
    headers.insert("accept", http::HeaderValue::from_static(content_type(format)));
    headers.insert("x-acs-version", http::HeaderValue::from_static(operation.service.version));
    request
}
