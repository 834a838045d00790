//! A DWS cluster and its tasks in the state: each a script over the clock.

use serde::{Deserialize, Serialize};

use super::list_logical_cluster_tasks::LogicalClusterTaskInfo;
use crate::clock::{Span, Timestamp};
use crate::dialect::Unfinished;
use crate::script::{self, Ending, Endings, ScriptError};

/// The endings of a task (`004`: the samples of `result`).
const ENDINGS: Endings =
    Endings { of: "a DWS task", has: &[Ending::Success, Ending::Fail, Ending::Never], listed: &[] };

/// Types that `004` shows, and those that the vendor lists.
pub(crate) const TYPES: &[&str] = &[
    "Grow",
    "Create",
    "Switch",
    "Expand",
    "Restart",
    "Delete",
    "Shrink",
    "Start",
    "Stop",
    "ShrinkElasticGroup",
    "elasticExpand",
];

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
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "DwsCluster"))]
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
/// assert_eq!(task.ends, taskmock::Ending::Fail);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "DwsTask"))]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The cluster that it works on.
    pub cluster_id: String,
    /// `type`; `004` shows Grow and Create, the vendor lists eleven.
    pub r#type: String,
    /// `logical_cluster_name`.
    pub logical_cluster_name: String,
    /// When it starts: `start_time`; absent: when the state is loaded. It does not show before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// How long it runs.
    #[serde(default = "default_takes")]
    pub takes: Span,
    /// How it ends: success, fail (`failed` in `result`) or never. Any other word is the `result` that
    /// it then shows.
    #[serde(default)]
    pub ends: Ending,
    /// Why it failed: `log` from the end on, unless it succeeds. Several are joined by `\n`, two
    /// characters, as in the sample of `004`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// `log` once it has ended, if it has no reasons to show.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log: String,
    /// Whether a type or an ending that no document lists is meant; without it such a word is refused
    /// in a state file, because it may be misspelled.
    #[serde(default, skip_serializing_if = "script::is_false")]
    pub undocumented: bool,
}

fn default_takes() -> Span {
    Span::seconds(600)
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
            ends: Ending::default(),
            reasons: Vec::new(),
            log: String::new(),
            undocumented: false,
        }
    }

    /// Sets when it starts, which is otherwise when it is submitted.
    ///
    /// ```
    /// use taskmock::{Timestamp, dws::Task};
    /// let task = Task::new("c", "lc", "Grow").started(Timestamp::from_unix_millis(0));
    /// assert_eq!(task.started.unwrap().to_string(), "1970-01-01T00:00:00Z");
    /// ```
    #[must_use]
    pub fn started(mut self, started: Timestamp) -> Self {
        self.started = Some(started);
        self
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

    /// Sets how it ends.
    ///
    /// ```
    /// use taskmock::{Ending, dws::Task};
    /// assert_eq!(Task::new("c", "lc", "Grow").ends(Ending::Fail).ends, Ending::Fail);
    /// ```
    #[must_use]
    pub fn ends(mut self, ends: Ending) -> Self {
        self.ends = ends;
        self
    }

    /// Lets it fail, and says why.
    ///
    /// ```
    /// use taskmock::{Ending, dws::Task};
    /// let task = Task::new("c", "lc", "Grow").fails("no space");
    /// assert_eq!((task.ends, task.reasons), (Ending::Fail, vec!["no space".to_owned()]));
    /// ```
    #[must_use]
    pub fn fails(self, reason: &str) -> Self {
        self.ends(Ending::Fail).reason(reason)
    }

    /// Adds a reason why it fails.
    ///
    /// ```
    /// use taskmock::dws::Task;
    /// assert_eq!(Task::new("c", "lc", "Grow").fails("no space").reason("on node 2").reasons.len(), 2);
    /// ```
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reasons.push(reason.to_owned());
        self
    }

    /// Lets it run for ever.
    ///
    /// ```
    /// use taskmock::{Ending, dws::Task};
    /// assert_eq!(Task::new("c", "lc", "Grow").never_ends().ends, Ending::Never);
    /// ```
    #[must_use]
    pub fn never_ends(self) -> Self {
        self.ends(Ending::Never)
    }

    /// Sets what it logs once it has ended.
    ///
    /// ```
    /// assert_eq!(taskmock::dws::Task::new("c", "lc", "Grow").log("done").log, "done");
    /// ```
    #[must_use]
    pub fn log(mut self, log: &str) -> Self {
        log.clone_into(&mut self.log);
        self
    }

    /// Says that a type or an ending which no document lists is meant.
    ///
    /// ```
    /// assert!(taskmock::dws::Task::new("c", "lc", "Melt").undocumented().undocumented);
    /// ```
    #[must_use]
    pub fn undocumented(mut self) -> Self {
        self.undocumented = true;
        self
    }

    /// What is wrong with it although it is of the right type.
    pub(crate) fn check(&self) -> Result<(), ScriptError> {
        script::field("type", script::check_type(&self.r#type, "a DWS task", TYPES, self.undocumented))?;
        script::field("ends", ENDINGS.check(&self.ends, self.undocumented))
    }

    /// `result` once it has ended.
    pub(super) fn result(&self) -> &str {
        match &self.ends {
            Ending::Fail => "failed",
            ends => ends.as_str(),
        }
    }

    /// `log` once it has ended.
    pub(super) fn shown_log(&self) -> String {
        match self.ends {
            Ending::Success => self.log.clone(),
            _ if self.reasons.is_empty() => self.log.clone(),
            // The backslash and the n are the sample's own.
            _ => self.reasons.join(r"\n"),
        }
    }

    pub(crate) fn end(&self) -> Option<Timestamp> {
        match self.ends {
            Ending::Never => None,
            _ => Some(self.started?.after(self.takes.duration())),
        }
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
            result: end.map(|_| self.result().to_owned()).or_else(not_yet),
            log: Some(if end.is_some() { self.shown_log() } else { String::new() }),
        }
    }
}
