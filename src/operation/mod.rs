//! Operation: the record that each documented call fills in.

mod call;
mod codec;
mod protocol;
mod service;

pub use call::Fresh;
pub(crate) use call::{Answered, Call, Encoded, RequestIdAt};
pub(crate) use codec::Sealed;
pub use codec::{OperationInput, OperationOutput};
pub use protocol::Protocol;
pub(crate) use protocol::{Addressed, Addressee, Envelope, ErrorParts, Laws};
pub use service::Service;

use std::borrow::Cow;

use crate::error_code::ErrorCode;
use crate::fact::Fact;
use crate::format::Format;

/// One documented call.
///
/// ```
/// let operation = taskmock::operation("ack.describe_task_info").unwrap();
/// assert_eq!(operation.name, "DescribeTaskInfo");
/// assert_eq!(operation.path, "/tasks/{task_id}");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// `service.operation`, such as `ehpc.list_tasks`.
    pub id: &'static str,
    /// The vendor's name.
    pub name: &'static str,
    /// The service that has it.
    pub service: &'static Service,
    /// The HTTP method of its requests.
    pub method: &'static str,
    /// Whether it only reads the state, or changes it.
    pub access: Access,
    /// The path of its requests, with `{name}` for each path parameter.
    pub path: &'static str,
    /// The encodings that it has.
    pub formats: &'static [Format],
    /// Its parameters, path parameters included, in the order of the document.
    pub parameters: &'static [Parameter],
    /// The error table of the service for it.
    pub errors: &'static [ErrorCode],
    /// What is stated of it.
    pub facts: &'static [Fact],
    /// The path and query of a request that the documents, or an SDK, show for it.
    pub sample: &'static str,
}

/// Whether an operation only reads the state, or changes it.
///
/// ```
/// use taskmock::Access;
/// assert_eq!(taskmock::operation("ehpc.list_tasks").unwrap().access, Access::Read);
/// assert_eq!(taskmock::operation("ehpc.add_nodes").unwrap().access, Access::Change);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It reads: the same question gets the same answer until time passes or something changes.
    Read,
    /// It changes the state each time that it is answered, and never when it is refused.
    Change,
}

impl Operation {
    /// Returns the way in which it is called, which is its service's.
    ///
    /// ```
    /// assert_eq!(taskmock::operation("ack.describe_task_info").unwrap().protocol().id, "alibaba.roa");
    /// ```
    pub fn protocol(&self) -> &'static Protocol {
        self.service.protocol
    }

    /// Whether it only reads the state.
    pub(crate) fn is_read(&self) -> bool {
        self.access == Access::Read
    }

    /// Writes the request that asks it with these parameters, unsigned.
    pub(crate) fn request(&self, format: Format, pairs: &[(&str, String)]) -> crate::http::Request {
        (self.protocol().request)(self, format, pairs)
    }

    /// Every error that it can be made to answer: its own table and its gateway's.
    ///
    /// ```
    /// let operation = taskmock::operation("ehpc.list_tasks").unwrap();
    /// assert_eq!(operation.errors.len(), 8);
    /// assert!(operation.all_errors().count() > 8);
    /// ```
    pub fn all_errors(&self) -> impl Iterator<Item = &'static ErrorCode> + use<> {
        self.errors.iter().chain(self.service.protocol.gateway_errors)
    }

    /// The row with a code, out of [`all_errors`](Self::all_errors).
    ///
    /// The gateway's `Missing%s` is also found by a filled-in name, such as `MissingClusterId`.
    ///
    /// ```
    /// let operation = taskmock::operation("dws.list_logical_cluster_tasks").unwrap();
    /// assert_eq!(operation.error("DWS.0047").unwrap().status, 404);
    /// ```
    pub fn error(&self, code: &str) -> Option<&'static ErrorCode> {
        self.error_with_argument(code).map(|(row, _)| row)
    }

    /// The row with a code, and the argument that a filled-in code holds.
    pub(crate) fn error_with_argument(&self, code: &str) -> Option<(&'static ErrorCode, Option<String>)> {
        self.all_errors().find_map(|row| {
            if row.code == code {
                return Some((row, None));
            }
            let argument = code.strip_prefix(row.code.strip_suffix("%s")?)?;
            self.parameters.iter().any(|parameter| parameter.name == argument).then(|| (row, Some(argument.to_owned())))
        })
    }
}

/// A parameter of an operation.
///
/// ```
/// let operation = taskmock::operation("ehpc.list_tasks").unwrap();
/// let cluster_id = &operation.parameters[0];
/// assert_eq!((cluster_id.name, cluster_id.required), ("ClusterId", true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name on the wire; letter case counts.
    pub name: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
    /// What it is when it is absent, if that is a value.
    pub default: Option<&'static str>,
    /// Whether it is `true` or `false`, in any letter case.
    pub boolean: bool,
    /// Another parameter that makes this one void when it is given.
    pub void_with: Option<&'static str>,
}

impl Parameter {
    pub(crate) const fn required(name: &'static str) -> Self {
        Parameter { name, required: true, default: None, boolean: false, void_with: None }
    }

    pub(crate) const fn optional(name: &'static str) -> Self {
        Parameter { required: false, ..Parameter::required(name) }
    }

    pub(crate) const fn default(self, value: &'static str) -> Self {
        Parameter { default: Some(value), ..self }
    }

    pub(crate) const fn boolean(self) -> Self {
        Parameter { boolean: true, ..self }
    }

    pub(crate) const fn void_with(self, other: &'static str) -> Self {
        Parameter { void_with: Some(other), ..self }
    }

    /// The value that a text states, so that two texts of one value are equal.
    pub(crate) fn normalized<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        match self.boolean {
            true => text.to_ascii_lowercase().into(),
            false => text,
        }
    }
}
