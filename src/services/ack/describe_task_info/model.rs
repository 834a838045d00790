//! What DescribeTaskInfo takes and gives, typed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::OPERATION;
use crate::dialect::{Dialect, TaskInfoXml};
use crate::format::{self, DecodeError, Format};
use crate::http::Request;
use crate::operation::{Operation, OperationInput, OperationOutput, Sealed};
use crate::word::words;

words! {
    /// The state of a task. `002` leaves the values blank; these are the vendor page's.
    ///
    /// ```
    /// use taskmock::ack::TaskState;
    /// assert_eq!(TaskState::from("fail"), TaskState::Fail);
    /// assert_eq!(TaskState::from("canceled").to_string(), "canceled");
    /// ```
    pub enum TaskState {
        /// It runs.
        Running = "running",
        /// It failed.
        Fail = "fail",
        /// It succeeded.
        Success = "success",
    }
}

words! {
    /// The status of a resource of a task. `002` leaves the values blank; these are the SDK's.
    ///
    /// ```
    /// use taskmock::ack::ResultStatus;
    /// assert_eq!(ResultStatus::from("initial"), ResultStatus::Initial);
    /// ```
    pub enum ResultStatus {
        /// It succeeded.
        Success = "success",
        /// It failed.
        Failed = "failed",
        /// Neither yet.
        Initial = "initial",
    }
}

/// The parameter of DescribeTaskInfo (`002`, request parameters).
///
/// ```
/// use taskmock::{Backend, Format, dialect::Dialect};
/// use taskmock::ack::{TaskState, describe_task_info::{Input, Output}};
///
/// let request = Input::new("T-5faa48fb31b6b8078d00****").request(Format::Xml);
/// let response = Backend::documents().respond(&request);
/// let output = Output::decode(response.body(), Format::Xml, &Dialect::default())?;
/// assert_eq!(output.state, TaskState::Running);
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The task. Required.
    pub task_id: String,
}

impl Input {
    /// Asks for a task.
    ///
    /// ```
    /// assert_eq!(taskmock::ack::describe_task_info::Input::new("T-1").task_id, "T-1");
    /// ```
    pub fn new(task_id: &str) -> Self {
        Input { task_id: task_id.to_owned() }
    }

    /// The request that carries the parameter, unsigned; the encoding is asked for by `Accept`.
    ///
    /// # Panics
    ///
    /// If it is longer than a URI can be, 64 KiB.
    ///
    /// ```
    /// use taskmock::{Format, ack::describe_task_info::Input};
    /// assert_eq!(Input::new("T-1*").request(Format::Json).uri(), "/tasks/T-1%2A");
    /// ```
    pub fn request(&self, format: Format) -> Request {
        OPERATION.request(format, &[("task_id", self.task_id.clone())])
    }
}

/// What DescribeTaskInfo answers (`002`, response parameters). It holds no request id.
///
/// ```
/// use taskmock::{Format, dialect::Dialect, ack::describe_task_info::Output};
/// let body = br#"{"task_id":"T-1","cluster_id":"c","task_type":"cluster_scaleout","state":"running",
///     "created":"2020-11-10T16:02:04+08:00","updated":"2020-11-10T16:03:06+08:00"}"#;
/// assert!(Output::decode(body, Format::Json, &Dialect::default())?.stages.is_empty());
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// The cluster.
    pub cluster_id: String,
    /// The task.
    pub task_id: String,
    /// When it was created: RFC 3339 with +08:00.
    pub created: String,
    /// When it last changed: RFC 3339 with +08:00.
    pub updated: String,
    /// Its state.
    pub state: TaskState,
    /// What it does.
    pub task_type: String,
    /// The stage that runs, or ran last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_stage: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Free-form parameters.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// The stages that have begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// The events that have happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_result: Vec<TaskResult>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Free-form outputs (SDK 7.x; not in `002`).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outputs: Map<String, Value>,
}

/// What a task is about (`002`, response parameters: target).
///
/// ```
/// let target = taskmock::ack::describe_task_info::Target { id: "c1".into(), r#type: "cluster".into() };
/// assert_eq!(serde_json::to_string(&target)?, r#"{"id":"c1","type":"cluster"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Target {
    /// The id of the object.
    pub id: String,
    /// Its type, such as `cluster`.
    pub r#type: String,
}

/// A stage of a task (`002`, response parameters: stages).
///
/// ```
/// let stage: taskmock::ack::describe_task_info::Stage =
///     serde_json::from_str(r#"{"state":"running","start_time":"2022-12-15 23:00:00","message":""}"#)?;
/// assert_eq!(stage.end_time, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its state; `002` has `running`, the other values are those of the task (assumed).
    pub state: TaskState,
    /// When it began: `YYYY-MM-DD HH:MM:SS`, in China's time (assumed: the text has no zone).
    pub start_time: String,
    /// When it ended; absent while it runs (assumed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// What is said of it.
    pub message: String,
    /// Free-form outputs.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outputs: Map<String, Value>,
}

/// An event of a task (`002`, response parameters: events).
///
/// ```
/// let event: taskmock::ack::describe_task_info::Event = serde_json::from_str(
///     r#"{"action":"start","level":"Normal","message":"start to xxx",
///         "reason":"NodePoolUpgradeStart","source":"ACK","timestamp":"1669706229286"}"#)?;
/// assert_eq!(event.level, "Normal");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// The action.
    pub action: String,
    /// The severity, such as `Normal`.
    pub level: String,
    /// The message.
    pub message: String,
    /// The cause.
    pub reason: String,
    /// The source, such as `ACK`.
    pub source: String,
    /// When it happened: milliseconds since 1970, as a string.
    pub timestamp: String,
}

/// A resource that a task manages (`002`, response parameters: task_result).
///
/// ```
/// let result: taskmock::ack::describe_task_info::TaskResult =
///     serde_json::from_str(r#"{"data":"i-xxx","status":"success"}"#)?;
/// assert_eq!(result.data, "i-xxx");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskResult {
    /// The resource; of a scale-out the id of the instance.
    pub data: String,
    /// Its status.
    pub status: ResultStatus,
}

/// Why a task failed (`002`, response parameters: error).
///
/// ```
/// let error: taskmock::ack::describe_task_info::Error =
///     serde_json::from_str(r#"{"code":"400","message":"failed to xxx"}"#)?;
/// assert_eq!(error.code, "400");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Error {
    /// The code, a string also when it is a number.
    pub code: String,
    /// The message.
    pub message: String,
}

const ROOT: &str = "DescribeTaskInfoResponse";

impl Output {
    /// The body that carries this answer.
    ///
    /// ```
    /// use taskmock::{Backend, Format, dialect::Dialect};
    /// use taskmock::ack::describe_task_info::{Input, Output};
    /// let request = Input::new("T-5faa48fb31b6b8078d000006").request(Format::Json);
    /// let body = Backend::documents().respond(&request).into_body();
    /// let output = Output::decode(&body, Format::Json, &Dialect::default())?;
    /// assert_eq!(output.encode(Format::Json, &Dialect::default()), body);
    /// # Ok::<(), taskmock::DecodeError>(())
    /// ```
    pub fn encode(&self, format: Format, dialect: &Dialect) -> Vec<u8> {
        match (format, dialect.task_info_xml) {
            (Format::Json, _) => format::to_json(self),
            (Format::Xml, TaskInfoXml::Document) => format::to_xml(ROOT, self),
            (Format::Xml, TaskInfoXml::Fragment) => format::to_xml_fragment(self),
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A body that is not this answer in this encoding and dialect.
    ///
    /// ```
    /// use taskmock::{Format, dialect::Dialect, ack::describe_task_info::Output};
    /// let fragment = b"<state>running</state><task_type>cluster_scaleout</task_type>";
    /// let error = Output::decode(fragment, Format::Xml, &Dialect::default()).unwrap_err();
    /// assert!(error.to_string().contains("second root element"));
    /// ```
    pub fn decode(body: &[u8], format: Format, dialect: &Dialect) -> Result<Self, DecodeError> {
        match (format, dialect.task_info_xml) {
            (Format::Json, _) => format::from_json(body),
            (Format::Xml, TaskInfoXml::Document) => format::from_xml(ROOT, body),
            (Format::Xml, TaskInfoXml::Fragment) => format::from_xml_fragment(body),
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
        None
    }
}
