//! Alibaba ROA: a path for each operation, the encoding by `Accept`, two error envelopes.

use std::borrow::Cow;

use serde::Serialize;

use super::{ALIBABA_ID_HEADER, TEXT_XML, alibaba_rpc, error_body};
use crate::error_code::{ErrorOrigin, Refusal};
use crate::format::Format;
use crate::http::{Incoming, Outgoing, Request};

/// The host of Container Service, by the pattern of E-HPC's (assumed).
const HOST_ID: &str = "cs.cn-hangzhou.aliyuncs.com";

/// Whether a request is meant for this gateway, whatever its path: every SDK states a version.
pub(crate) fn is_call(request: &Incoming<'_>) -> bool {
    request.header("x-acs-version").is_some()
}

/// The encoding that a request asks for: XML if it accepts that and not JSON, else JSON.
pub(crate) fn format(request: &Incoming<'_>) -> Format {
    let accept = request.header("accept").unwrap_or("");
    match accept.contains("xml") && !accept.contains("json") {
        true => Format::Xml,
        false => Format::Json,
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    code: Cow<'a, str>,
    message: Cow<'a, str>,
    #[serde(rename = "requestId")]
    request_id: &'a str,
    status: u16,
}

pub(crate) fn refuse(refusal: &Refusal, format: Format, request_id: String) -> Outgoing {
    if refusal.row.origin == ErrorOrigin::Gateway {
        return alibaba_rpc::refuse(refusal, HOST_ID, format, request_id);
    }
    let status = refusal.row.status;
    let envelope = Envelope { code: refusal.code(), message: refusal.message(), request_id: &request_id, status };
    let content_type = match format {
        Format::Json => "application/json",
        Format::Xml => TEXT_XML,
    };
    Outgoing::new(status, content_type, error_body(&envelope, format)).with_header(ALIBABA_ID_HEADER, request_id)
}

/// A GET as an SDK sends it.
pub(crate) fn request(path: String, version: &'static str, format: Format) -> Request {
    let mut request = Request::default();
    *request.uri_mut() = path.parse().expect("percent-encoded");
    let accept = match format {
        Format::Json => "application/json",
        Format::Xml => "application/xml",
    };
    let headers = request.headers_mut();
    headers.insert("accept", http::HeaderValue::from_static(accept));
    headers.insert("x-acs-version", http::HeaderValue::from_static(version));
    request
}
