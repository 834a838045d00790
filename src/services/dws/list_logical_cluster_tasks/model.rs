//! What ListLogicalClusterTasks takes and gives, typed.

use serde::{Deserialize, Serialize};

use super::OPERATION;
use crate::dialect::Dialect;
use crate::format::{self, DecodeError, Format};
use crate::http::Request;
use crate::operation::{Operation, OperationInput, OperationOutput, Sealed};
use crate::word::words;

words! {
    /// The direction of a list (`004`, query parameters: order).
    ///
    /// ```
    /// use taskmock::dws::list_logical_cluster_tasks::Order;
    /// assert_eq!(Order::from("DESC"), Order::Desc);
    /// ```
    pub enum Order {
        /// Ascending.
        Asc = "ASC",
        /// Descending.
        Desc = "DESC",
    }
}

/// The parameters of ListLogicalClusterTasks (`004`, path and query parameters).
///
/// ```
/// use taskmock::{Backend, dws::list_logical_cluster_tasks::{Input, Output}};
///
/// let input = Input {
///     limit: Some(1),
///     ..Input::new("9b06d044ea4f49f1a58b2bed2b0084bd", "9b7ff56b-47b3-4d00-a1fd-4c023d34404b")
/// };
/// let output = Output::decode(Backend::documents().respond(&input.request()).body())?;
/// assert_eq!((output.logical_cluster_tasks.len(), output.count), (1, 2));
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The project. Required.
    pub project_id: String,
    /// The cluster, a UUID of 36 characters. Required.
    pub cluster_id: String,
    /// The page, from 0. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// Tasks on a page, at least 1. Default 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Tasks of this logical cluster only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logical_cluster_name: Option<String>,
    /// Tasks of this type only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// The field to order by, such as `startTime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_by: Option<String>,
    /// The direction. Default ascending (assumed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
}

impl Input {
    /// Asks for the first page of a cluster's tasks.
    ///
    /// ```
    /// use taskmock::dws::list_logical_cluster_tasks::Input;
    /// assert_eq!(Input::new("p", "c").limit, None);
    /// ```
    pub fn new(project_id: &str, cluster_id: &str) -> Self {
        Input { project_id: project_id.to_owned(), cluster_id: cluster_id.to_owned(), ..Input::default() }
    }

    /// The request that carries these parameters, unsigned.
    ///
    /// # Panics
    ///
    /// If they are longer than a URI can be, 64 KiB.
    ///
    /// ```
    /// use taskmock::dws::list_logical_cluster_tasks::Input;
    /// let request = Input { offset: Some(2), ..Input::new("p", "c") }.request();
    /// assert_eq!(request.uri(), "/v2/p/clusters/c/logical-clusters/tasks?offset=2");
    /// ```
    pub fn request(&self) -> Request {
        let mut pairs = vec![("project_id", self.project_id.clone()), ("cluster_id", self.cluster_id.clone())];
        pairs.extend(self.offset.map(|offset| ("offset", offset.to_string())));
        pairs.extend(self.limit.map(|limit| ("limit", limit.to_string())));
        pairs.extend(self.logical_cluster_name.clone().map(|name| ("logical_cluster_name", name)));
        pairs.extend(self.r#type.clone().map(|kind| ("type", kind)));
        pairs.extend(self.order_by.clone().map(|field| ("order_by", field)));
        pairs.extend(self.order.as_ref().map(|order| ("order", order.to_string())));
        OPERATION.request(Format::Json, &pairs)
    }
}

/// What ListLogicalClusterTasks answers (`004`, response parameters).
///
/// ```
/// use taskmock::dws::list_logical_cluster_tasks::Output;
/// assert_eq!(Output::decode(br#"{"logical_cluster_tasks":[],"count":0}"#)?.count, 0);
/// # Ok::<(), taskmock::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Output {
    /// The tasks of the page.
    pub logical_cluster_tasks: Vec<LogicalClusterTaskInfo>,
    /// The number of tasks on all pages, after filtering (assumed).
    pub count: u64,
}

/// A task as ListLogicalClusterTasks shows it (`004`, response parameters). It has no id, no
/// status and no progress.
///
/// ```
/// let task: taskmock::dws::list_logical_cluster_tasks::LogicalClusterTaskInfo =
///     serde_json::from_str(r#"{"type":"Grow","logical_cluster_name":"elastic_group",
///         "start_time":"2023-06-05 01:58:43","end_time":"2023-06-05 02:11:50",
///         "result":"success","log":"Expand from outside success"}"#)?;
/// assert_eq!(task.result.as_deref(), Some("success"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogicalClusterTaskInfo {
    /// What it does.
    pub r#type: Option<String>,
    /// The logical cluster that it works on.
    pub logical_cluster_name: Option<String>,
    /// When it started: `YYYY-MM-DD HH:MM:SS`, in UTC (assumed: the text has no zone).
    pub start_time: Option<String>,
    /// When it ended; empty while it runs (assumed).
    pub end_time: Option<String>,
    /// `success` or `failed`; empty while it runs (assumed).
    pub result: Option<String>,
    /// What it says of itself; empty while it runs (assumed).
    pub log: Option<String>,
}

impl Output {
    /// The body that carries this answer. No dialect changes its shape.
    ///
    /// ```
    /// use taskmock::dws::list_logical_cluster_tasks::Output;
    /// let output = Output { logical_cluster_tasks: vec![], count: 0 };
    /// assert_eq!(output.encode(), br#"{"logical_cluster_tasks":[],"count":0}"#);
    /// ```
    pub fn encode(&self) -> Vec<u8> {
        format::to_json(self)
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A body that is not this answer.
    ///
    /// ```
    /// use taskmock::dws::list_logical_cluster_tasks::Output;
    /// assert!(Output::decode(b"{}").unwrap_err().to_string().contains("logical_cluster_tasks"));
    /// ```
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        format::from_json(body)
    }
}

impl Sealed for Input {}
impl Sealed for Output {}

impl OperationInput for Input {
    type Output = Output;
    const OPERATION: &'static Operation = &OPERATION;

    fn request(&self, _: Format) -> Request {
        Input::request(self)
    }
}

impl OperationOutput for Output {
    fn encode(&self, _: Format, _: &Dialect) -> Vec<u8> {
        Output::encode(self)
    }

    fn decode(body: &[u8], _: Format, _: &Dialect) -> Result<Self, DecodeError> {
        Output::decode(body)
    }

    fn request_id_mut(&mut self) -> Option<&mut String> {
        None
    }
}
