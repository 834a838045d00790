//! ServiceError: a refusal as a client sees it, and the reading of the clouds' error bodies.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Protocol;
use crate::format::{DecodeError, Format, from_json, from_xml};

/// A refusal as a client sees it: the four things that an error of an SDK has.
///
/// ```
/// use taskmock::ServiceError;
/// let refused = ServiceError::new(404, "ClusterNotFound", "The specified cluster does not exist.");
/// assert_eq!(refused.to_string(), "404 ClusterNotFound: The specified cluster does not exist.");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServiceError {
    /// The HTTP status.
    pub status: u16,
    /// The code: `Code` of Alibaba's gateway, `code` of Container Service, `error_code` of Huawei.
    pub code: String,
    /// The message, in the same places.
    pub message: String,
    /// The id of the request: in Alibaba's body, in Huawei's header `X-Request-Id`.
    pub request_id: String,
}

impl ServiceError {
    /// A refusal whose request id is not known.
    ///
    /// ```
    /// assert!(taskmock::ServiceError::new(406, "DbError", "A database service error occurred.").request_id.is_empty());
    /// ```
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        ServiceError { status, code: code.to_owned(), message: message.to_owned(), request_id: String::new() }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.message)
    }
}

impl std::error::Error for ServiceError {}

/// The envelope of Alibaba's gateway, in either spelling of its keys, and of Container Service.
#[derive(Deserialize)]
struct Alibaba {
    #[serde(alias = "Code")]
    code: String,
    #[serde(alias = "Message")]
    message: String,
    #[serde(rename = "requestId", alias = "RequestId")]
    request_id: String,
}

/// The envelope of Huawei; what else is in it says nothing new.
#[derive(Deserialize)]
struct Huawei {
    error_code: String,
    error_msg: String,
}

impl Protocol {
    /// Reads the body of a refusal. `header_id` is what the protocol's header for the request id
    /// holds.
    pub(crate) fn read_refusal(
        self,
        status: u16,
        header_id: &str,
        body: &[u8],
        format: Format,
    ) -> Result<ServiceError, DecodeError> {
        let (code, message, request_id) = match self {
            Protocol::AlibabaRpc | Protocol::AlibabaRoa => {
                let envelope: Alibaba = match format {
                    Format::Json => from_json(body)?,
                    Format::Xml => from_xml("Error", body)?,
                };
                (envelope.code, envelope.message, envelope.request_id)
            }
            Protocol::HuaweiRest => {
                let envelope: Huawei = from_json(body)?;
                (envelope.error_code, envelope.error_msg, header_id.to_owned())
            }
        };
        Ok(ServiceError { status, code, message, request_id })
    }

    /// The header that holds the request id, in lower case.
    pub(crate) fn request_id_header(self) -> &'static str {
        match self {
            Protocol::AlibabaRpc | Protocol::AlibabaRoa => super::ALIBABA_ID_HEADER,
            Protocol::HuaweiRest => super::HUAWEI_ID_HEADER,
        }
    }
}
