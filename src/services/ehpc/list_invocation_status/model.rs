//! What ListInvocationStatus takes and gives, typed.

use serde::{Deserialize, Serialize};

use super::OPERATION;
use crate::dialect::{Dialect, InvocationShape};
use crate::format::{self, DecodeError, Format};
use crate::http::Request;
use crate::operation::{Encoded, Operation, OperationInput, OperationOutput, RequestIdAt, Sealed};
use crate::word::words;

words! {
    /// The status of a command, overall or on a node. `003` leaves the values blank; these are the
    /// SDK's (`ListInvocationStatusResponseBody`, 1.14.24 to 4.0.0).
    ///
    /// ```
    /// use taskmock::ehpc::InvokeStatus;
    /// assert_eq!(InvokeStatus::from("Finished"), InvokeStatus::Finished);
    /// ```
    pub enum InvokeStatus {
        /// It finished.
        Finished = "Finished",
        /// It runs.
        Running = "Running",
        /// It failed.
        Failed = "Failed",
        /// It was stopped.
        Stopped = "Stopped",
    }
}

/// The parameters of ListInvocationStatus (`003`, request parameters).
///
/// ```
/// use taskmock::{Backend, Format, dialect::Dialect};
/// use taskmock::ehpc::{InvokeStatus, list_invocation_status::{Input, Output}};
///
/// let input = Input::new("ehpc-hz-FYUr32****", "c-hz01v8x80o3****");
/// let response = Backend::documents().respond(&input.request(Format::Xml));
/// let output = Output::decode(response.body(), Format::Xml, &Dialect::default())?;
/// assert_eq!(output.invoke_status, InvokeStatus::Finished);
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Input {
    /// The cluster. Required.
    pub cluster_id: String,
    /// The command. Required.
    pub command_id: String,
}

impl Input {
    /// Asks for a command of a cluster.
    ///
    /// ```
    /// let input = taskmock::ehpc::list_invocation_status::Input::new("ehpc-1", "c-1");
    /// assert_eq!(input.command_id, "c-1");
    /// ```
    pub fn new(cluster_id: &str, command_id: &str) -> Self {
        Input { cluster_id: cluster_id.to_owned(), command_id: command_id.to_owned() }
    }

    /// The request that carries these parameters: a GET with a query, unsigned.
    ///
    /// # Panics
    ///
    /// If they are longer than a URI can be, 64 KiB.
    ///
    /// ```
    /// use taskmock::{Format, ehpc::list_invocation_status::Input};
    /// let request = Input::new("ehpc-1", "c-1").request(Format::Json);
    /// assert!(request.uri().query().unwrap().ends_with("&ClusterId=ehpc-1&CommandId=c-1"));
    /// ```
    pub fn request(&self, format: Format) -> Request {
        let pairs = [("ClusterId", self.cluster_id.clone()), ("CommandId", self.command_id.clone())];
        OPERATION.request(format, &pairs)
    }
}

/// What ListInvocationStatus answers (`003`, response parameters).
///
/// ```
/// use taskmock::{Format, dialect::Dialect, ehpc::list_invocation_status::Output};
/// let body = br#"{"RequestId":"1","CommandId":"c","InvokeStatus":"Running","InvokeInstances":{"InvokeInstance":[]}}"#;
/// assert_eq!(Output::decode(body, Format::Json, &Dialect::default())?.command_id, "c");
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    // First; see the page of ListTasks.
    /// The id of the request.
    pub request_id: String,
    /// The command.
    pub command_id: String,
    /// The overall status.
    pub invoke_status: InvokeStatus,
    /// One record a node.
    #[serde(with = "nested")]
    pub invoke_instances: Vec<InvokeInstance>,
}

/// How a command fares on one node (`003`, response parameters).
///
/// ```
/// use taskmock::ehpc::{InvokeStatus, list_invocation_status::InvokeInstance};
/// let node: InvokeInstance =
///     serde_json::from_str(r#"{"InstanceId":"i-1","InstanceInvokeStatus":"Stopped"}"#)?;
/// assert_eq!(node.instance_invoke_status, InvokeStatus::Stopped);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InvokeInstance {
    /// The node.
    pub instance_id: String,
    /// The status on it.
    pub instance_invoke_status: InvokeStatus,
}

/// `{"InvokeInstance": […]}`: the list stands inside an element of its own in both encodings.
mod nested {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::InvokeInstance;

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Borrowed<'a> {
        invoke_instance: &'a [InvokeInstance],
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Owned {
        #[serde(default)]
        invoke_instance: Vec<InvokeInstance>,
    }

    pub(super) fn serialize<S: Serializer>(nodes: &[InvokeInstance], serializer: S) -> Result<S::Ok, S::Error> {
        Borrowed { invoke_instance: nodes }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<InvokeInstance>, D::Error> {
        Ok(Owned::deserialize(deserializer)?.invoke_instance)
    }
}

const ROOT: &str = "ListInvocationStatusResponse";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wrapped<T> {
    list_invocation_status_response: T,
}

impl Output {
    /// The body that carries this answer.
    ///
    /// ```
    /// use taskmock::{Format, dialect::Dialect, ehpc::{InvokeStatus, list_invocation_status::Output}};
    /// let output = Output {
    ///     request_id: "1".into(), command_id: "c".into(), invoke_status: InvokeStatus::Running,
    ///     invoke_instances: vec![],
    /// };
    /// let body = output.encode(Format::Json, &Dialect::of_document("003").unwrap());
    /// assert!(body.starts_with(br#"{"ListInvocationStatusResponse":{"RequestId":"1","#));
    /// ```
    pub fn encode(&self, format: Format, dialect: &Dialect) -> Vec<u8> {
        self.encoded(format, dialect).body
    }

    pub(super) fn encoded(&self, format: Format, dialect: &Dialect) -> Encoded {
        let (body, before_id) = match (format, dialect.invocation_status) {
            (Format::Xml, _) => (
                format::to_xml(ROOT, self),
                format::XML_DECLARATION.len() + "<ListInvocationStatusResponse><RequestId>".len(),
            ),
            (Format::Json, InvocationShape::Unwrapped) => (format::to_json(self), r#"{"RequestId":""#.len()),
            (Format::Json, InvocationShape::Wrapped) => (
                format::to_json(&Wrapped { list_invocation_status_response: self }),
                r#"{"ListInvocationStatusResponse":{"RequestId":""#.len(),
            ),
        };
        Encoded { body, request_id_at: RequestIdAt::Byte(before_id) }
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A body that is not this answer in this encoding and dialect.
    ///
    /// ```
    /// use taskmock::{Format, dialect::Dialect, ehpc::list_invocation_status::Output};
    /// let wrapped = br#"{"ListInvocationStatusResponse":{}}"#;
    /// let error = Output::decode(wrapped, Format::Json, &Dialect::default()).unwrap_err();
    /// assert!(error.to_string().contains("missing field `RequestId`"));
    /// ```
    pub fn decode(body: &[u8], format: Format, dialect: &Dialect) -> Result<Self, DecodeError> {
        match (format, dialect.invocation_status) {
            (Format::Xml, _) => format::from_xml(ROOT, body),
            (Format::Json, InvocationShape::Unwrapped) => format::from_json(body),
            (Format::Json, InvocationShape::Wrapped) => {
                Ok(format::from_json::<Wrapped<Self>>(body)?.list_invocation_status_response)
            }
        }
    }
}

impl Sealed for Input {}
impl Sealed for Output {}

impl OperationInput for Input {
    type Output = Output;
    const OPERATION: &'static Operation = &OPERATION;

    fn request(&self, format: Format) -> Request {
        Input::request(self, format)
    }
}

impl OperationOutput for Output {
    fn encode(&self, format: Format, dialect: &Dialect) -> Vec<u8> {
        Output::encode(self, format, dialect)
    }

    fn decode(body: &[u8], format: Format, dialect: &Dialect) -> Result<Self, DecodeError> {
        Output::decode(body, format, dialect)
    }

    fn request_id_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.request_id)
    }
}
