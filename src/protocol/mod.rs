//! Protocols: the ways of calling a cloud, one file each; what differs between them is in their records.

pub(crate) mod alibaba_roa;
pub(crate) mod alibaba_rpc;
#[cfg(feature = "signatures")]
mod alibaba_signing;
mod facts;
pub(crate) mod huawei_rest;
#[cfg(feature = "signatures")]
mod huawei_signing;
mod path;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::fact::Fact;
use crate::format::{DecodeError, Format, from_json, from_xml, to_json, to_xml};
use crate::operation::{ErrorParts, Protocol};
use crate::service_error::ServiceError;

/// Every protocol, in the order in which they are asked whether a request is theirs.
pub(crate) static PROTOCOLS: &[&Protocol] = &[&alibaba_rpc::PROTOCOL, &alibaba_roa::PROTOCOL, &huawei_rest::PROTOCOL];

/// The facts of every protocol, each once, and those of no protocol.
pub(crate) fn facts() -> impl Iterator<Item = &'static Fact> {
    [facts::ALIBABA, facts::HUAWEI, facts::COMMON, facts::RESPONSES].into_iter().flatten()
}

/// Tea reads an XML error only under exactly this type.
const TEXT_XML: &str = "text/xml;charset=utf-8";

/// An error body in either encoding.
fn error_body(envelope: &impl Serialize, format: Format) -> Vec<u8> {
    match format {
        Format::Json => to_json(envelope),
        Format::Xml => to_xml("Error", envelope),
    }
}

/// The envelopes of Alibaba's gateway and of Container Service, in either spelling of their keys.
#[derive(Deserialize)]
struct AlibabaError {
    #[serde(alias = "Code")]
    code: String,
    #[serde(alias = "Message")]
    message: String,
    #[serde(rename = "requestId", alias = "RequestId")]
    request_id: String,
}

fn read_alibaba_error(parts: &ErrorParts<'_>) -> Result<ServiceError, DecodeError> {
    let AlibabaError { code, message, request_id } = match parts.format {
        Format::Json => from_json(parts.body)?,
        Format::Xml => from_xml("Error", parts.body)?,
    };
    Ok(ServiceError { status: parts.status, code, message, request_id })
}

/// The first value of a parameter; none if it is absent or that value is empty.
pub(crate) fn first<'p, 'a>(pairs: &'p [(Cow<'a, str>, Cow<'a, str>)], name: &str) -> Option<&'p Cow<'a, str>> {
    let (_, value) = pairs.iter().find(|(key, _)| key == name)?;
    (!value.is_empty()).then_some(value)
}
