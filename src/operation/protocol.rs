//! Protocol: the record in which each way of calling a cloud states all that is its own.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::Request as HttpRequest;

use super::Operation;
use crate::dialect::Dialect;
use crate::error_code::{ErrorCode, Refusal};
use crate::fact::Fact;
use crate::format::{DecodeError, Format};
use crate::http::{Incoming, Outgoing};
use crate::seed::Seed;
use crate::service_error::ServiceError;

/// Builds a call of an operation from its parameters, by name.
pub(crate) type BuildRequest = fn(&Operation, Format, &[(&str, String)]) -> HttpRequest<Bytes>;

/// How a cloud addresses its operations, words its refusals and numbers its requests.
///
/// ```
/// let operation = taskmock::operation("dws.list_logical_cluster_tasks").unwrap();
/// assert_eq!(operation.protocol().id, "huawei.rest");
/// ```
#[non_exhaustive]
pub struct Protocol {
    /// Its id, such as `alibaba.rpc`.
    pub id: &'static str,
    /// Its name, for people.
    pub name: &'static str,
    /// What the gateway in front of every service of this protocol refuses.
    pub gateway_errors: &'static [ErrorCode],
    /// The row that says that there were too many calls.
    pub(crate) throttling: &'static ErrorCode,
    /// Rows that no table has, which faults can ask for.
    pub(crate) fault_errors: &'static [ErrorCode],
    /// The facts that it rests on.
    pub facts: &'static [Fact],
    /// The header that holds the request id, in lower case.
    pub request_id_header: &'static str,
    /// Returns the request id with a number, in the shape that the cloud gives it.
    pub(crate) request_id: fn(Seed, u64) -> String,
    /// Returns the content type of a success answer.
    pub(crate) content_type: fn(Format) -> &'static str,
    /// Finds out for which of the operations a request is.
    pub(crate) address: for<'a> fn(&Incoming<'a>, &Dialect, &[&'static Operation]) -> Addressed<'a>,
    /// Returns the route of an operation as a person would write it.
    pub(crate) route: fn(&Operation) -> String,
    /// Writes the request that asks an operation with these parameters, unsigned.
    pub(crate) request: BuildRequest,
    /// Refuses a request that lacks a required parameter, or has it in no readable form. The first
    /// argument is the error table of the service.
    pub(crate) missing: fn(&'static [ErrorCode], &'static str) -> Refusal,
    /// Writes a refusal in the envelope of the layer that refuses.
    pub(crate) refuse: fn(&Refusal, &Envelope<'_>) -> Outgoing,
    /// Reads the body of a refusal.
    pub(crate) read_error: fn(&ErrorParts<'_>) -> Result<ServiceError, DecodeError>,
    /// What every server of this protocol keeps to, whatever it is asked.
    #[cfg_attr(not(feature = "conformance"), allow(dead_code))]
    pub(crate) laws: Laws,
    /// Verifies who signed a request.
    #[cfg(feature = "signatures")]
    pub(crate) authenticate: crate::signature::Authenticate,
    /// The algorithm with which its current SDKs sign.
    #[cfg(feature = "signatures")]
    #[cfg_attr(not(any(feature = "conformance", feature = "fixtures")), allow(dead_code))]
    pub(crate) algorithm: crate::signature::Algorithm,
}

impl PartialEq for Protocol {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Protocol {}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Protocol").field(&self.id).finish()
    }
}

impl Protocol {
    /// The success answer around a body.
    pub(crate) fn accept(&self, format: Format, body: Bytes, request_id: &str) -> Outgoing {
        Outgoing::new(200, (self.content_type)(format), body).with_header(self.request_id_header, request_id.to_owned())
    }
}

/// What a protocol makes of a request.
pub(crate) enum Addressed<'a> {
    /// Nothing: it is not addressed in this way.
    Elsewhere,
    /// It is for an operation.
    Call(Addressee<'a>),
    /// It is for an operation, or for this gateway alone, and the gateway refuses it.
    Refused(Option<&'static Operation>, Format, Refusal),
    /// It looks like a call of this protocol, but of no operation; another protocol may know it.
    Unknown(Format, Refusal),
}

/// An operation that is asked for.
pub(crate) struct Addressee<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) format: Format,
    /// A value for each parameter of the operation; none if absent or empty.
    pub(crate) values: Vec<Option<Cow<'a, str>>>,
}

/// What surrounds a refusal.
pub(crate) struct Envelope<'a> {
    pub(crate) format: Format,
    pub(crate) dialect: &'a Dialect,
    /// The host of the service that refuses.
    pub(crate) host: &'static str,
    pub(crate) request_id: String,
}

/// A refusal as it comes in.
pub(crate) struct ErrorParts<'a> {
    pub(crate) status: u16,
    /// What the header for the request id holds.
    pub(crate) header_id: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) format: Format,
}

/// What every answer of a protocol has in common, each with the id of its fact.
#[cfg_attr(not(feature = "conformance"), allow(dead_code))]
pub(crate) struct Laws {
    /// The fact about the content type of an answer, if there is one.
    pub(crate) content_type: fn(Format) -> Option<&'static str>,
    /// The fact about the request id in the header.
    pub(crate) request_id: &'static str,
    /// The field of an answer's body that repeats the request id.
    pub(crate) request_id_field: Option<&'static str>,
    /// The fact about the envelope of a refusal, and the keys that it has, sorted.
    pub(crate) envelope: (&'static str, &'static [&'static str]),
    /// The content type by which SDKs recognise a refusal in XML, and its fact.
    pub(crate) xml_refusal: Option<(&'static str, &'static str)>,
}
