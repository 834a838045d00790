//! ServiceError: an error that the cloud answered, as a client shows it.

use std::fmt;

use serde::{Deserialize, Serialize};

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
