//! What ListTasks takes and gives, typed.

use serde::{Deserialize, Serialize};

use super::OPERATION;
use crate::dialect::{Dialect, EscapeDepth, TasksShape};
use crate::format::{self, DecodeError, Format};
use crate::http::Request;
use crate::operation::{Operation, OperationInput, OperationOutput, Sealed};
use crate::word::words;

words! {
    /// The status of a task (`001`, response parameters: Status).
    ///
    /// ```
    /// use taskmock::ehpc::Status;
    /// assert_eq!(Status::from("PartialFail"), Status::PartialFail);
    /// assert_eq!(Status::from("Paused").to_string(), "Paused");
    /// ```
    pub enum Status {
        /// It runs.
        Processing = "Processing",
        /// It succeeded.
        Success = "Success",
        /// It failed.
        Fail = "Fail",
        /// Some of it failed.
        PartialFail = "PartialFail",
    }
}

words! {
    /// What a task does (`001`, response parameters: TaskType).
    ///
    /// ```
    /// use taskmock::ehpc::TaskType;
    /// assert_eq!(TaskType::KNOWN.len(), 9);
    /// ```
    pub enum TaskType {
        /// CreateCluster.
        CreateCluster = "CreateCluster",
        /// StartCluster.
        StartCluster = "StartCluster",
        /// StopCluster.
        StopCluster = "StopCluster",
        /// DeleteCluster.
        DeleteCluster = "DeleteCluster",
        /// AddNodes.
        AddComputes = "AddComputes",
        /// StartNodes.
        StartComputes = "StartComputes",
        /// ResetNodes.
        ResetComputes = "ResetComputes",
        /// StopNodes.
        StopComputes = "StopComputes",
        /// DeleteNodes.
        DeleteComputes = "DeleteComputes",
    }
}

/// The parameters of ListTasks (`000`, `001`: request parameters).
///
/// ```
/// use taskmock::{Backend, Format, dialect::Dialect, ehpc::list_tasks::{Input, Output}};
///
/// let input = Input { archived: Some(true), page_size: Some(2), ..Input::new("ehpc-hz-FYUr32****") };
/// let response = Backend::documents().respond(&input.request(Format::Json));
/// let output = Output::decode(response.body(), Format::Json, &Dialect::default())?;
/// assert_eq!((output.tasks.len(), output.total_count), (2, 10));
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Input {
    /// The cluster. Required.
    pub cluster_id: String,
    /// The page, from 1 to 999. Default 1 (assumed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_number: Option<u32>,
    /// Tasks on a page, from 1 to 50. Default 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// One task; makes `archived` void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// Whether finished tasks are listed too. Default false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

impl Input {
    /// Asks for the first page of the running tasks of a cluster.
    ///
    /// ```
    /// let input = taskmock::ehpc::list_tasks::Input::new("ehpc-hz-FYUr32****");
    /// assert_eq!(input.page_number, None);
    /// ```
    pub fn new(cluster_id: &str) -> Self {
        Input { cluster_id: cluster_id.to_owned(), ..Input::default() }
    }

    /// The request that carries these parameters: a GET with a query, unsigned.
    ///
    /// # Panics
    ///
    /// If they are longer than a URI can be, 64 KiB.
    ///
    /// ```
    /// use taskmock::{Format, ehpc::list_tasks::Input};
    /// let request = Input::new("ehpc-1").request(Format::Xml);
    /// assert_eq!(request.uri(), "/?Action=ListTasks&Version=2018-04-12&Format=XML&ClusterId=ehpc-1");
    /// ```
    pub fn request(&self, format: Format) -> Request {
        let mut pairs = vec![("ClusterId", self.cluster_id.clone())];
        pairs.extend(self.page_number.map(|number| ("PageNumber", number.to_string())));
        pairs.extend(self.page_size.map(|size| ("PageSize", size.to_string())));
        pairs.extend(self.task_id.clone().map(|id| ("TaskId", id)));
        pairs.extend(self.archived.map(|archived| ("Archived", archived.to_string())));
        OPERATION.request(format, &pairs)
    }
}

/// What ListTasks answers (`000`, `001`: response parameters).
///
/// ```
/// use taskmock::{Format, dialect::Dialect, ehpc::list_tasks::Output};
/// let body = br#"{"RequestId":"1","PageNumber":1,"PageSize":10,"TotalCount":0,"Tasks":[]}"#;
/// assert!(Output::decode(body, Format::Json, &Dialect::default())?.tasks.is_empty());
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The id of the request.
    pub request_id: String,
    /// The page that was asked for.
    pub page_number: u32,
    /// The page size that was asked for.
    pub page_size: u32,
    /// The number of tasks on all pages.
    pub total_count: u32,
    /// The tasks of the page, the newest first (assumed).
    #[serde(default)]
    pub tasks: Vec<TaskInfo>,
}

/// A task as ListTasks shows it (`000`, `001`: response parameters).
///
/// ```
/// use taskmock::ehpc::{Status, list_tasks::TaskInfo};
/// let task: TaskInfo = serde_json::from_str(r#"{"ClusterId":"c","CurrentStep":16,"Errors":"[]",
///     "Request":"{}","Result":"{}","Status":"Processing","TaskId":"t","TaskType":"StopCluster",
///     "TotalSteps":35}"#)?;
/// assert_eq!(task.status, Status::Processing);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskInfo {
    /// The cluster that it works on.
    pub cluster_id: String,
    /// The step that it is at, from 0 to `total_steps`.
    pub current_step: u32,
    /// JSON text: the error messages.
    pub errors: String,
    /// JSON text: the parameters of the call that started it.
    pub request: String,
    /// JSON text: the nodes that joined, for CreateCluster and AddComputes; else `{}`.
    pub result: String,
    /// Its status.
    pub status: Status,
    /// Its id.
    pub task_id: String,
    /// What it does.
    pub task_type: TaskType,
    /// How many steps it takes.
    pub total_steps: u32,
}

pub(super) const ROOT: &str = "ListTasksResponse";

impl TaskInfo {
    fn json_texts(&mut self) -> [&mut String; 3] {
        [&mut self.request, &mut self.result, &mut self.errors]
    }
}

impl Output {
    /// The body that carries this answer.
    ///
    /// ```
    /// use taskmock::{Format, dialect::Dialect, ehpc::list_tasks::Output};
    /// let output = Output { request_id: "1".into(), page_number: 1, page_size: 10, total_count: 0, tasks: vec![] };
    /// let body = output.encode(Format::Xml, &Dialect::default());
    /// assert!(body.ends_with(b"<TotalCount>0</TotalCount></ListTasksResponse>"));
    /// ```
    pub fn encode(&self, format: Format, dialect: &Dialect) -> Vec<u8> {
        let mut output = self.clone();
        for text in output.tasks.iter_mut().flat_map(TaskInfo::json_texts) {
            match dialect.escape_depth {
                EscapeDepth::One | EscapeDepth::Zero => {}
                EscapeDepth::Two => *text = format::escape(text),
                EscapeDepth::Truncated => *text = format::truncate(text).to_owned(),
            }
        }
        match format {
            Format::Xml => format::to_xml(ROOT, &output),
            Format::Json if dialect.tasks == TasksShape::Array && dialect.escape_depth != EscapeDepth::Zero => {
                format::to_json(&output)
            }
            Format::Json => output.other_json(dialect),
        }
    }

    /// The JSON of the readings that no SDK decodes.
    fn other_json(&self, dialect: &Dialect) -> Vec<u8> {
        let mut value = serde_json::to_value(self).expect("a model is always JSON");
        if let Some(tasks) = value.get_mut("Tasks").and_then(serde_json::Value::as_array_mut) {
            if dialect.escape_depth == EscapeDepth::Zero {
                for text in tasks.iter_mut().flat_map(json_text_values) {
                    match text.as_str().map(serde_json::from_str::<serde_json::Value>) {
                        Some(Ok(json)) if !json.is_string() => *text = json,
                        _ => {}
                    }
                }
            }
            if dialect.tasks == TasksShape::Object && tasks.len() == 1 {
                value["Tasks"] = value["Tasks"][0].take();
            }
        }
        format::to_json(&value)
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A body that is not this answer in this encoding and dialect.
    ///
    /// ```
    /// use taskmock::{Format, dialect::Dialect, ehpc::list_tasks::Output};
    /// let error = Output::decode(b"{", Format::Json, &Dialect::default()).unwrap_err();
    /// assert!(error.to_string().contains("EOF"));
    /// ```
    pub fn decode(body: &[u8], format: Format, dialect: &Dialect) -> Result<Self, DecodeError> {
        let mut output: Output = match format {
            Format::Xml => format::from_xml(ROOT, body)?,
            Format::Json if dialect.tasks == TasksShape::Array && dialect.escape_depth != EscapeDepth::Zero => {
                format::from_json(body)?
            }
            Format::Json => Output::from_other_json(body, dialect)?,
        };
        if dialect.escape_depth == EscapeDepth::Two {
            for text in output.tasks.iter_mut().flat_map(TaskInfo::json_texts) {
                *text = format::unescape(text).ok_or_else(|| DecodeError(format!("`{text}` is not escaped twice")))?;
            }
        }
        Ok(output)
    }

    fn from_other_json(body: &[u8], dialect: &Dialect) -> Result<Self, DecodeError> {
        let mut value: serde_json::Value = format::from_json(body)?;
        if let Some(tasks) = value.get_mut("Tasks") {
            if dialect.tasks == TasksShape::Object && tasks.is_object() {
                *tasks = serde_json::json!([tasks.take()]);
            }
            if dialect.escape_depth == EscapeDepth::Zero {
                for text in tasks.as_array_mut().into_iter().flatten().flat_map(json_text_values) {
                    // What is no JSON stands as a string also at depth 0.
                    if !text.is_string() {
                        *text = text.to_string().into();
                    }
                }
            }
        }
        serde_json::from_value(value).map_err(|error| DecodeError(error.to_string()))
    }
}

fn json_text_values(task: &mut serde_json::Value) -> impl Iterator<Item = &mut serde_json::Value> {
    let fields = task.as_object_mut().into_iter().flatten();
    fields.filter(|(name, _)| matches!(name.as_str(), "Request" | "Result" | "Errors")).map(|(_, text)| text)
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
