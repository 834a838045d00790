//! An ACK task in the state: stages, events and results as a script over the clock.

use serde::{Deserialize, Serialize};

use super::describe_task_info::{self as shown, ResultStatus, TaskState};
use crate::clock::{Span, Timestamp};
use crate::script::{self, Ending, Endings, ScriptError};

/// The endings of a task (the vendor's page: `state`), and what older SDKs call a failure.
const ENDINGS: Endings =
    Endings { of: "an ACK task", has: &[Ending::Success, Ending::Fail, Ending::Never], listed: &["failed"] };

/// `cluster_scaleout` is the type that `002` names; the others are those that the SDK lists for events
/// of a cluster.
const TYPES: &[&str] = &[
    "cluster_scaleout",
    "cluster_create",
    "cluster_attach",
    "cluster_delete",
    "cluster_upgrade",
    "cluster_migrate",
    "cluster_node_delete",
    "cluster_node_drain",
    "cluster_modify",
    "cluster_configuration_modify",
    "cluster_addon_install",
    "cluster_addon_upgrade",
    "cluster_addon_uninstall",
    "runtime_upgrade",
    "nodepool_upgrade",
    "nodepool_update",
];

/// `error.code` of the example in `002`.
const ERROR_CODE: &str = "400";

/// A stage of a task. Stages follow one another from the task's creation on.
///
/// ```
/// use taskmock::{Span, ack::Stage};
/// let stage = Stage::new("DrainNodes", Span::seconds(30));
/// assert_eq!(stage.name, "DrainNodes");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "AckStage"))]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What `current_stage` says while it runs.
    pub name: String,
    /// How long it runs.
    pub takes: Span,
    /// `message`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// `outputs`, shown once it has ended.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub outputs: serde_json::Map<String, serde_json::Value>,
}

impl Stage {
    /// A stage without a message or outputs.
    ///
    /// ```
    /// use taskmock::{Span, ack::Stage};
    /// assert!(Stage::new("DrainNodes", Span::seconds(30)).message.is_empty());
    /// ```
    pub fn new(name: &str, takes: impl Into<Span>) -> Self {
        Stage { name: name.to_owned(), takes: takes.into(), message: String::new(), outputs: serde_json::Map::new() }
    }
}

/// An event of a task, shown once it has happened.
///
/// ```
/// use taskmock::{Span, ack::Event};
/// let event = Event::new(Span::seconds(5), "NodePoolUpgradeStart", "start to upgrade");
/// assert_eq!((event.level.as_str(), event.source.as_str()), ("Normal", "ACK"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "AckEvent"))]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// How long after the task's creation it happens.
    #[serde(default)]
    pub after: Span,
    /// `action`.
    #[serde(default = "default_action")]
    pub action: String,
    /// `level`.
    #[serde(default = "default_level")]
    pub level: String,
    /// `message`.
    pub message: String,
    /// `reason`.
    pub reason: String,
    /// `source`.
    #[serde(default = "default_source")]
    pub source: String,
}

fn default_action() -> String {
    "start".to_owned()
}

fn default_level() -> String {
    "Normal".to_owned()
}

fn default_source() -> String {
    "ACK".to_owned()
}

impl Event {
    /// An event with the document's example values for the rest.
    ///
    /// ```
    /// use taskmock::{Span, ack::Event};
    /// assert_eq!(Event::new(Span::seconds(0), "r", "m").action, "start");
    /// ```
    pub fn new(after: impl Into<Span>, reason: &str, message: &str) -> Self {
        Event {
            after: after.into(),
            action: default_action(),
            level: default_level(),
            message: message.to_owned(),
            reason: reason.to_owned(),
            source: default_source(),
        }
    }
}

/// A resource that a task manages: `initial` first, then what becomes of it.
///
/// ```
/// use taskmock::{Span, ack::{ResultStatus, TaskResult}};
/// let result = TaskResult::new("i-1", Span::seconds(62), ResultStatus::Success);
/// assert_eq!(result.data, "i-1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "AckTaskResult"))]
#[serde(deny_unknown_fields)]
pub struct TaskResult {
    /// `data`: the resource.
    pub data: String,
    /// How long after the task's creation its status is known.
    #[serde(default)]
    pub after: Span,
    /// The status from then on.
    #[serde(default = "default_result_status")]
    pub status: ResultStatus,
}

fn default_result_status() -> ResultStatus {
    ResultStatus::Success
}

impl TaskResult {
    /// A resource whose status is known some time after the task's creation.
    ///
    /// ```
    /// use taskmock::{Span, ack::{ResultStatus, TaskResult}};
    /// let result = TaskResult::new("i-1", Span::seconds(0), ResultStatus::Failed);
    /// assert_eq!(result.status, ResultStatus::Failed);
    /// ```
    pub fn new(data: &str, after: impl Into<Span>, status: ResultStatus) -> Self {
        TaskResult { data: data.to_owned(), after: after.into(), status }
    }
}

/// A task of a Container Service cluster. What DescribeTaskInfo shows of it is read off this
/// script.
///
/// The default is a task that succeeds after five minutes.
///
/// ```
/// use taskmock::{Span, ack::{Stage, Task}};
///
/// let task = Task::new("c78592bf", "cluster_scaleout")
///     .stage(Stage::new("CreateNodes", Span::seconds(60)))
///     .stage(Stage::new("JoinNodes", Span::seconds(30)))
///     .fails("failed to join");
/// assert_eq!(task.duration().as_secs(), 90);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "AckTask"))]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// `task_id`; empty in a task that is yet to be submitted, which is then given one.
    #[serde(default)]
    pub task_id: String,
    /// Other ids that find it; it always says `task_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// `cluster_id`.
    pub cluster_id: String,
    /// `task_type`. `002` names only `cluster_scaleout`.
    pub task_type: String,
    /// When it starts: `created`; absent: when the state is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// How long it runs; absent: as long as its stages, or five minutes if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Span>,
    /// How it ends: success, fail or never. Any other word is the `state` that it then shows.
    #[serde(default)]
    pub ends: Ending,
    /// Why it failed: the message of `error` from the end on, unless it succeeds. Several are joined
    /// by `; `.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The code of `error`; absent: 400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// `target`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<shown::Target>,
    /// `parameters`.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// The stages, one after another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// The events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<TaskResult>,
    /// `outputs`, shown once it has ended (SDK 7.x; not in `002`).
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub outputs: serde_json::Map<String, serde_json::Value>,
    /// Whether a task type or an ending that no document lists is meant; without it such a word is
    /// refused in a state file, because it may be misspelled.
    #[serde(default, skip_serializing_if = "script::is_false")]
    pub undocumented: bool,
}

impl Task {
    /// A task that is yet to be submitted.
    ///
    /// ```
    /// use taskmock::ack::Task;
    /// assert_eq!(Task::new("c78592bf", "cluster_scaleout").duration().as_secs(), 300);
    /// ```
    pub fn new(cluster_id: &str, task_type: &str) -> Self {
        Task {
            task_id: String::new(),
            aliases: Vec::new(),
            cluster_id: cluster_id.to_owned(),
            task_type: task_type.to_owned(),
            started: None,
            takes: None,
            ends: Ending::default(),
            reasons: Vec::new(),
            error_code: None,
            target: None,
            parameters: serde_json::Map::new(),
            stages: Vec::new(),
            events: Vec::new(),
            results: Vec::new(),
            outputs: serde_json::Map::new(),
            undocumented: false,
        }
    }

    /// Sets the task's id, which is otherwise given at submission.
    ///
    /// ```
    /// assert_eq!(taskmock::ack::Task::new("c", "cluster_scaleout").id("T-1").task_id, "T-1");
    /// ```
    #[must_use]
    pub fn id(mut self, task_id: &str) -> Self {
        self.task_id = task_id.to_owned();
        self
    }

    /// Sets how long it runs, whatever its stages take.
    ///
    /// ```
    /// use taskmock::{Span, ack::Task};
    /// assert_eq!(Task::new("c", "cluster_scaleout").takes(Span::seconds(5)).duration().as_secs(), 5);
    /// ```
    #[must_use]
    pub fn takes(mut self, takes: impl Into<Span>) -> Self {
        self.takes = Some(takes.into());
        self
    }

    /// Sets how it ends.
    ///
    /// ```
    /// use taskmock::{Ending, ack::Task};
    /// assert_eq!(Task::new("c", "cluster_scaleout").ends(Ending::Fail).ends, Ending::Fail);
    /// ```
    #[must_use]
    pub fn ends(mut self, ends: Ending) -> Self {
        self.ends = ends;
        self
    }

    /// Lets it fail, and says why.
    ///
    /// ```
    /// use taskmock::{Ending, ack::Task};
    /// let task = Task::new("c", "cluster_scaleout").fails("failed to join");
    /// assert_eq!((task.ends, task.reasons), (Ending::Fail, vec!["failed to join".to_owned()]));
    /// ```
    #[must_use]
    pub fn fails(self, reason: &str) -> Self {
        self.ends(Ending::Fail).reason(reason)
    }

    /// Adds a reason why it fails.
    ///
    /// ```
    /// use taskmock::ack::Task;
    /// assert_eq!(Task::new("c", "cluster_scaleout").fails("i-1").reason("i-2").reasons.len(), 2);
    /// ```
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reasons.push(reason.to_owned());
        self
    }

    /// Lets it run for ever.
    ///
    /// ```
    /// use taskmock::{Ending, ack::Task};
    /// assert_eq!(Task::new("c", "cluster_scaleout").never_ends().ends, Ending::Never);
    /// ```
    #[must_use]
    pub fn never_ends(self) -> Self {
        self.ends(Ending::Never)
    }

    /// Says that a task type or an ending which no document lists is meant.
    ///
    /// ```
    /// use taskmock::{Ending, ack::Task};
    /// let task = Task::new("c", "cluster_scaleout").ends(Ending::from("canceled")).undocumented();
    /// assert!(task.undocumented);
    /// ```
    #[must_use]
    pub fn undocumented(mut self) -> Self {
        self.undocumented = true;
        self
    }

    /// Sets when it starts, which is otherwise when it is submitted.
    ///
    /// ```
    /// use taskmock::{Timestamp, ack::Task};
    /// let task = Task::new("c", "cluster_scaleout").started(Timestamp::from_unix_millis(0));
    /// assert_eq!(task.started.unwrap().to_string(), "1970-01-01T00:00:00Z");
    /// ```
    #[must_use]
    pub fn started(mut self, started: Timestamp) -> Self {
        self.started = Some(started);
        self
    }

    /// Sets what it is about.
    ///
    /// ```
    /// let task = taskmock::ack::Task::new("c1", "cluster_scaleout").target("c1", "cluster");
    /// assert_eq!(task.target.unwrap().r#type, "cluster");
    /// ```
    #[must_use]
    pub fn target(mut self, id: &str, r#type: &str) -> Self {
        self.target = Some(shown::Target { id: id.to_owned(), r#type: r#type.to_owned() });
        self
    }

    /// Sets one of its parameters.
    ///
    /// ```
    /// let task = taskmock::ack::Task::new("c1", "cluster_scaleout").parameter("count", 2);
    /// assert_eq!(task.parameters["count"], 2);
    /// ```
    #[must_use]
    pub fn parameter(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    /// Sets one of the outputs that it shows once it has ended.
    ///
    /// ```
    /// let task = taskmock::ack::Task::new("c1", "cluster_scaleout").output("ok", true);
    /// assert_eq!(task.outputs["ok"], true);
    /// ```
    #[must_use]
    pub fn output(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.outputs.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a stage after the last.
    ///
    /// ```
    /// use taskmock::{Span, ack::{Stage, Task}};
    /// let task = Task::new("c", "cluster_scaleout").stage(Stage::new("DrainNodes", Span::seconds(1)));
    /// assert_eq!(task.stages.len(), 1);
    /// ```
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stages.push(stage);
        self
    }

    /// Adds an event.
    ///
    /// ```
    /// use taskmock::{Span, ack::{Event, Task}};
    /// let task = Task::new("c", "cluster_scaleout").event(Event::new(Span::seconds(1), "r", "m"));
    /// assert_eq!(task.events.len(), 1);
    /// ```
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Adds a resource.
    ///
    /// ```
    /// use taskmock::{Span, ack::{ResultStatus, Task, TaskResult}};
    /// let result = TaskResult::new("i-1", Span::seconds(9), ResultStatus::Success);
    /// assert_eq!(Task::new("c", "cluster_scaleout").result(result).results.len(), 1);
    /// ```
    #[must_use]
    pub fn result(mut self, result: TaskResult) -> Self {
        self.results.push(result);
        self
    }

    /// Sets the code of the error that it shows once it has failed.
    ///
    /// ```
    /// let task = taskmock::ack::Task::new("c", "cluster_scaleout").fails("no quota").error_code("QuotaExceeded");
    /// assert_eq!(task.error_code.as_deref(), Some("QuotaExceeded"));
    /// ```
    #[must_use]
    pub fn error_code(mut self, code: &str) -> Self {
        self.error_code = Some(code.to_owned());
        self
    }

    /// How long it runs.
    ///
    /// ```
    /// use taskmock::{Span, ack::{Stage, Task}};
    /// let task = Task::new("c", "cluster_scaleout").stage(Stage::new("DrainNodes", Span::seconds(7)));
    /// assert_eq!(task.duration().as_secs(), 7);
    /// ```
    pub fn duration(&self) -> std::time::Duration {
        match self.takes {
            Some(takes) => takes.duration(),
            None if self.stages.is_empty() => std::time::Duration::from_secs(300),
            None => self
                .stages
                .iter()
                .fold(std::time::Duration::ZERO, |sum, stage| sum.saturating_add(stage.takes.duration())),
        }
    }

    /// What is wrong with it although it is of the right type.
    pub(crate) fn check(&self) -> Result<(), ScriptError> {
        script::field("task_type", script::check_type(&self.task_type, "an ACK task", TYPES, self.undocumented))?;
        script::field("ends", ENDINGS.check(&self.ends, self.undocumented))
    }

    /// When it ends; none if it never does.
    pub(crate) fn end(&self, started: Timestamp) -> Option<Timestamp> {
        (self.ends != Ending::Never).then(|| started.after(self.duration()))
    }

    /// Its `state` once it has ended.
    fn end_state(&self) -> TaskState {
        TaskState::from(self.ends.as_str())
    }

    /// Its `error` once it has ended.
    fn end_error(&self) -> Option<shown::Error> {
        let has_error = self.ends != Ending::Success && (!self.reasons.is_empty() || self.error_code.is_some());
        has_error.then(|| shown::Error {
            code: self.error_code.as_deref().unwrap_or(ERROR_CODE).to_owned(),
            message: self.reasons.join("; "),
        })
    }

    /// What is to be seen of it; none if it is not created yet.
    pub(super) fn shown(&self, now: Timestamp) -> Option<shown::Output> {
        let created = self.started.filter(|started| *started <= now)?;
        let end = self.end(created).filter(|end| *end <= now);
        // Nothing happens after the end: a result that would be known later stays as it was.
        let now = end.unwrap_or(now);
        let (stages, current_stage, last_change) = self.shown_stages(created, now, end);
        let happened = |after: Span| Some(created.after(after.duration())).filter(|at| *at <= now);
        let mut events: Vec<(Timestamp, &Event)> =
            self.events.iter().filter_map(|event| Some((happened(event.after)?, event))).collect();
        events.sort_by_key(|(at, _)| *at);
        let updated = [Some(created), Some(last_change), end]
            .into_iter()
            .flatten()
            .chain(events.iter().map(|(at, _)| *at))
            .chain(self.results.iter().filter_map(|result| happened(result.after)))
            .max()
            .unwrap_or(created);
        Some(shown::Output {
            cluster_id: self.cluster_id.clone(),
            task_id: self.task_id.clone(),
            created: created.rfc3339_china(),
            updated: updated.rfc3339_china(),
            state: if end.is_some() { self.end_state() } else { TaskState::Running },
            task_type: self.task_type.clone(),
            current_stage,
            target: self.target.clone(),
            parameters: self.parameters.clone(),
            stages,
            events: events
                .into_iter()
                .map(|(at, event)| shown::Event {
                    action: event.action.clone(),
                    level: event.level.clone(),
                    message: event.message.clone(),
                    reason: event.reason.clone(),
                    source: event.source.clone(),
                    timestamp: at.unix_millis().to_string(),
                })
                .collect(),
            task_result: self
                .results
                .iter()
                .map(|result| shown::TaskResult {
                    data: result.data.clone(),
                    status: match happened(result.after) {
                        Some(_) => result.status.clone(),
                        None => ResultStatus::Initial,
                    },
                })
                .collect(),
            error: end.and_then(|_| self.end_error()),
            outputs: if end.is_some() { self.outputs.clone() } else { serde_json::Map::new() },
        })
    }

    /// The stages that have begun, the name of the one that runs (or ran last), and when a stage
    /// last began or ended.
    fn shown_stages(
        &self,
        created: Timestamp,
        now: Timestamp,
        end: Option<Timestamp>,
    ) -> (Vec<shown::Stage>, Option<String>, Timestamp) {
        let mut stages = Vec::new();
        let (mut begins, mut current, mut last_change) = (created, None, created);
        for stage in &self.stages {
            // A stage that would begin when the task is over never begins.
            if begins > now || !stages.is_empty() && end.is_some_and(|end| end <= begins) {
                break;
            }
            let planned = begins.after(stage.takes.duration());
            let ended = [Some(planned), end].into_iter().flatten().min().filter(|at| *at <= now);
            last_change = last_change.max(ended.unwrap_or(begins));
            stages.push(shown::Stage {
                state: match ended {
                    Some(_) => TaskState::Success,
                    None => TaskState::Running,
                },
                start_time: begins.datetime_china(),
                end_time: ended.map(Timestamp::datetime_china),
                message: stage.message.clone(),
                outputs: if ended.is_some() { stage.outputs.clone() } else { serde_json::Map::new() },
            });
            current = Some(stage.name.clone());
            begins = planned;
        }
        // The stage at which a task ends, because it ends then or is cut off, ends as the task does.
        if let (Some(last), Some(end)) = (stages.last_mut(), end)
            && begins >= end
        {
            last.state = self.end_state();
        }
        (stages, current, last_change)
    }
}
