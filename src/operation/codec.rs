//! Codec: how the Input of an operation becomes a request, and its Output a body and back.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Operation;
use crate::dialect::Dialect;
use crate::format::{DecodeError, Format};
use crate::http::Request;

/// Keeps the traits of operations to the types of this crate.
pub trait Sealed {}

/// The Input of an operation, which names the operation in generic code. Only types of this crate
/// implement it.
///
/// ```
/// use taskmock::{Format, OperationInput, ehpc::list_tasks::Input};
/// assert_eq!((Input::ID, Input::OPERATION.name), ("ehpc.list_tasks", "ListTasks"));
/// assert!(OperationInput::request(&Input::new("c"), Format::Json).uri().to_string().ends_with("&ClusterId=c"));
/// ```
pub trait OperationInput: Sealed + Clone + Debug + PartialEq + Serialize + Send + Sync + Sized + 'static {
    /// The success answer of the operation.
    type Output: OperationOutput;

    /// The operation.
    const OPERATION: &'static Operation;

    /// The id of the operation.
    const ID: &'static str = Self::OPERATION.id;

    /// Returns the request that carries this input, unsigned; an operation without XML ignores the
    /// format.
    ///
    /// # Panics
    ///
    /// If the input is longer than a URI can be, 64 KiB.
    fn request(&self, format: Format) -> Request;
}

/// The Output of an operation. Only types of this crate implement it.
///
/// ```
/// use taskmock::{Format, OperationOutput, dialect::Dialect, dws::list_logical_cluster_tasks::Output};
/// let output = Output { logical_cluster_tasks: vec![], count: 0 };
/// let body = OperationOutput::encode(&output, Format::Json, &Dialect::default());
/// assert_eq!(<Output as OperationOutput>::decode(&body, Format::Json, &Dialect::default()), Ok(output));
/// ```
pub trait OperationOutput:
    Sealed + Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Returns the body that carries this answer.
    fn encode(&self, format: Format, dialect: &Dialect) -> Vec<u8>;

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A body that is not this answer in this encoding and dialect.
    fn decode(body: &[u8], format: Format, dialect: &Dialect) -> Result<Self, DecodeError>;

    /// Returns the request id in the body, or `None` for an operation that has it only in a header.
    fn request_id_mut(&mut self) -> Option<&mut String>;
}
