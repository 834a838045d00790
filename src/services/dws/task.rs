//! A DWS cluster and its tasks in the state: each a script over the clock.

use serde::{Deserialize, Serialize};

use super::list_logical_cluster_tasks::LogicalClusterTaskInfo;
use crate::clock::{Span, Timestamp};
use crate::dialect::Unfinished;

/// A cluster, in the project that it belongs to.
///
/// ```
/// let cluster = taskmock::dws::Cluster {
///     project_id: "9b06d044ea4f49f1a58b2bed2b0084bd".into(),
///     cluster_id: "9b7ff56b-47b3-4d00-a1fd-4c023d34404b".into(),
/// };
/// assert_eq!(cluster.cluster_id.len(), 36);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// `project_id`.
    pub project_id: String,
    /// `cluster_id`: a UUID of 36 characters.
    pub cluster_id: String,
}

/// A task of a logical cluster.
///
/// The default is a task that succeeds after ten minutes.
///
/// ```
/// use taskmock::{Span, dws::Task};
/// let task = Task::new("9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "test_logical", "Create")
///     .takes(Span::seconds(16))
///     .fails("list index out of range");
/// assert_eq!(task.result.as_deref(), Some("failed"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The cluster that it works on.
    pub cluster_id: String,
    /// `type`; `004` shows Grow and Create, the vendor lists eleven.
    pub r#type: String,
    /// `logical_cluster_name`.
    pub logical_cluster_name: String,
    /// `start_time`; absent: when the state is loaded. It does not show before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// How long it runs.
    #[serde(default = "default_takes")]
    pub takes: Span,
    /// `result` once it has ended; `null`: it never does.
    #[serde(default = "default_result")]
    pub result: Option<String>,
    /// `log` once it has ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log: String,
}

fn default_takes() -> Span {
    Span::seconds(600)
}

fn default_result() -> Option<String> {
    Some("success".to_owned())
}

impl Task {
    /// A task that is yet to be started.
    ///
    /// ```
    /// let task = taskmock::dws::Task::new("9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "lc", "Grow");
    /// assert_eq!(task.takes.to_string(), "10m");
    /// ```
    pub fn new(cluster_id: &str, logical_cluster_name: &str, task_type: &str) -> Self {
        Task {
            cluster_id: cluster_id.to_owned(),
            r#type: task_type.to_owned(),
            logical_cluster_name: logical_cluster_name.to_owned(),
            started: None,
            takes: default_takes(),
            result: default_result(),
            log: String::new(),
        }
    }

    /// Sets how long it runs.
    ///
    /// ```
    /// use taskmock::{Span, dws::Task};
    /// assert_eq!(Task::new("c", "lc", "Grow").takes(Span::seconds(5)).takes.to_string(), "5s");
    /// ```
    #[must_use]
    pub fn takes(mut self, takes: impl Into<Span>) -> Self {
        self.takes = takes.into();
        self
    }

    /// Lets it succeed, with a log.
    ///
    /// ```
    /// assert_eq!(taskmock::dws::Task::new("c", "lc", "Grow").succeeds("done").log, "done");
    /// ```
    #[must_use]
    pub fn succeeds(mut self, log: &str) -> Self {
        (self.result, self.log) = (default_result(), log.to_owned());
        self
    }

    /// Lets it fail, with a log.
    ///
    /// ```
    /// let task = taskmock::dws::Task::new("c", "lc", "Grow").fails("no");
    /// assert_eq!(task.result.as_deref(), Some("failed"));
    /// ```
    #[must_use]
    pub fn fails(mut self, log: &str) -> Self {
        (self.result, self.log) = (Some("failed".to_owned()), log.to_owned());
        self
    }

    /// Lets it run for ever.
    ///
    /// ```
    /// assert_eq!(taskmock::dws::Task::new("c", "lc", "Grow").never_ends().result, None);
    /// ```
    #[must_use]
    pub fn never_ends(mut self) -> Self {
        self.result = None;
        self
    }

    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.result.as_ref()?;
        Some(self.started?.after(self.takes.duration()))
    }

    pub(super) fn shown(&self, now: Timestamp, unfinished: Unfinished) -> LogicalClusterTaskInfo {
        let end = self.end().filter(|end| *end <= now);
        let not_yet = || match unfinished {
            Unfinished::Empty => Some(String::new()),
            Unfinished::Null => None,
        };
        LogicalClusterTaskInfo {
            r#type: Some(self.r#type.clone()),
            logical_cluster_name: Some(self.logical_cluster_name.clone()),
            start_time: self.started.map(Timestamp::datetime_utc),
            end_time: end.map(Timestamp::datetime_utc).or_else(not_yet),
            result: end.and(self.result.clone()).or_else(not_yet),
            log: Some(if end.is_some() { self.log.clone() } else { String::new() }),
        }
    }
}
