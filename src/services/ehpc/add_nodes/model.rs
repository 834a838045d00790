//! What AddNodes takes and gives, typed.

use serde::{Deserialize, Serialize};

use super::OPERATION;
use crate::dialect::Dialect;
use crate::format::{self, DecodeError, Format};
use crate::http::Request;
use crate::operation::{Encoded, Operation, OperationInput, OperationOutput, RequestIdAt, Sealed};

/// The parameters of AddNodes (SDK: `AddNodesRequest`), the two that it cannot do without.
///
/// ```
/// use taskmock::{Backend, Format, ehpc::{add_nodes, list_tasks}};
///
/// let mut backend = Backend::documents();
/// let request = add_nodes::Input::new("ehpc-hz-FYUr32****", 2).request(Format::Json);
/// let started = add_nodes::Output::decode(backend.respond(&request).body(), Format::Json)?;
/// assert_eq!(started.instance_ids.len(), 2);
///
/// let input = list_tasks::Input { task_id: Some(started.task_id), ..list_tasks::Input::new("ehpc-hz-FYUr32****") };
/// let response = backend.respond(&input.request(Format::Json));
/// assert!(String::from_utf8_lossy(response.body()).contains(r#""TaskType":"AddComputes""#));
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Input {
    /// The cluster. Required.
    pub cluster_id: String,
    /// How many nodes, from 1 to 99. Required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

impl Input {
    /// Adds so many nodes to a cluster.
    ///
    /// ```
    /// assert_eq!(taskmock::ehpc::add_nodes::Input::new("ehpc-1", 2).count, Some(2));
    /// ```
    pub fn new(cluster_id: &str, count: u32) -> Self {
        Input { cluster_id: cluster_id.to_owned(), count: Some(count) }
    }

    /// Returns the request that carries these parameters: a GET with a query, unsigned.
    ///
    /// # Panics
    ///
    /// If they are longer than a URI can be, 64 KiB.
    ///
    /// ```
    /// use taskmock::{Format, ehpc::add_nodes::Input};
    /// let request = Input::new("ehpc-1", 2).request(Format::Json);
    /// assert!(request.uri().query().unwrap().ends_with("&ClusterId=ehpc-1&Count=2"));
    /// ```
    pub fn request(&self, format: Format) -> Request {
        let mut pairs = vec![("ClusterId", self.cluster_id.clone())];
        pairs.extend(self.count.map(|count| ("Count", count.to_string())));
        OPERATION.request(format, &pairs)
    }
}

/// What AddNodes answers (SDK: `AddNodesResponseBody`).
///
/// ```
/// use taskmock::{Format, ehpc::add_nodes::Output};
/// let body = br#"{"RequestId":"1","TaskId":"T","InstanceIds":{"InstanceId":["i-1"]}}"#;
/// assert_eq!(Output::decode(body, Format::Json)?.instance_ids, ["i-1"]);
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The id of the request.
    pub request_id: String,
    /// The task that was started.
    pub task_id: String,
    /// The nodes that it adds.
    #[serde(with = "nested")]
    pub instance_ids: Vec<String>,
}

/// `{"InstanceId": […]}`: the list stands inside an element of its own in both encodings.
mod nested {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Borrowed<'a> {
        instance_id: &'a [String],
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Owned {
        #[serde(default)]
        instance_id: Vec<String>,
    }

    pub(super) fn serialize<S: Serializer>(ids: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        Borrowed { instance_id: ids }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        Ok(Owned::deserialize(deserializer)?.instance_id)
    }
}

const ROOT: &str = "AddNodesResponse";

impl Output {
    /// Returns the body that carries this answer.
    ///
    /// ```
    /// use taskmock::{Format, ehpc::add_nodes::Output};
    /// let output = Output { request_id: "1".into(), task_id: "T".into(), instance_ids: vec!["i-1".into()] };
    /// let body = output.encode(Format::Xml);
    /// assert!(body.ends_with(b"<InstanceIds><InstanceId>i-1</InstanceId></InstanceIds></AddNodesResponse>"));
    /// ```
    pub fn encode(&self, format: Format) -> Vec<u8> {
        match format {
            Format::Json => format::to_json(self),
            Format::Xml => format::to_xml(ROOT, self),
        }
    }

    pub(super) fn encoded(&self, format: Format) -> Encoded {
        // It is never served again, so nobody asks where the id is.
        Encoded { body: self.encode(format), request_id_at: RequestIdAt::Unknown }
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A body that is not this answer in this encoding.
    ///
    /// ```
    /// use taskmock::{Format, ehpc::add_nodes::Output};
    /// let flat = br#"{"RequestId":"1","TaskId":"T","InstanceIds":["i-1"]}"#;
    /// assert!(Output::decode(flat, Format::Json).is_err());
    /// ```
    pub fn decode(body: &[u8], format: Format) -> Result<Self, DecodeError> {
        match format {
            Format::Json => format::from_json(body),
            Format::Xml => format::from_xml(ROOT, body),
        }
    }
}

impl Sealed for Input {}

impl OperationInput for Input {
    type Output = Output;
    const OPERATION: &'static Operation = &OPERATION;

    fn request(&self, format: Format) -> Request {
        Input::request(self, format)
    }
}

impl Sealed for Output {}

impl OperationOutput for Output {
    fn encode(&self, format: Format, _: &Dialect) -> Vec<u8> {
        Output::encode(self, format)
    }

    fn decode(body: &[u8], format: Format, _: &Dialect) -> Result<Self, DecodeError> {
        Output::decode(body, format)
    }

    fn request_id_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.request_id)
    }
}
