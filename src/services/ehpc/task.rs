//! An E-HPC task in the state: a small script over the clock.

use serde::{Deserialize, Serialize};

use super::list_tasks::{Status, TaskType};
use crate::clock::{Span, Timestamp};
use crate::format::JsonText;
use crate::script::{self, Ending, Endings, ScriptError};

/// The endings of a task (`001`, response parameters: Status).
pub(super) const ENDINGS: Endings = Endings {
    of: "an E-HPC task",
    has: &[Ending::Success, Ending::Fail, Ending::PartialFail, Ending::Never],
    listed: &[],
};

/// A task that an asynchronous E-HPC call started: when it starts, how many steps it takes over how
/// long, and how it ends. What ListTasks shows of it is read off this script.
///
/// The default is a task of 10 steps over 10 minutes that succeeds.
///
/// ```
/// use taskmock::ehpc::{Task, TaskType};
/// use taskmock::{Ending, Span};
///
/// let task = Task::new("ehpc-hz-FYUr32****", TaskType::AddComputes)
///     .steps(4)
///     .takes(Span::seconds(120))
///     .ends(Ending::PartialFail)
///     .reason("i-2: out of stock");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "EhpcTask"))]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// TaskId; empty in a task that is yet to be submitted, which is then given one.
    #[serde(default)]
    pub task_id: String,
    /// The cluster that it works on.
    pub cluster_id: String,
    /// What it does.
    pub task_type: TaskType,
    /// When it starts; absent: when the state is loaded. It does not show before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// TotalSteps.
    #[serde(default = "default_steps")]
    pub steps: u32,
    /// How long all steps take together.
    #[serde(default = "default_takes")]
    pub takes: Span,
    /// How it ends: success, fail, partial_fail or never. Any other word is the Status that it then
    /// shows.
    #[serde(default)]
    pub ends: Ending,
    /// Why it failed: Errors from the end on, unless it succeeds. Before the end Errors is `[]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Request; absent: the cluster's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<JsonText>,
    /// Result; absent: what the document says of the task's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<JsonText>,
    /// Whether a task type or an ending that no document lists is meant; without it such a word is
    /// refused in a state file, because it may be misspelled.
    #[serde(default, skip_serializing_if = "script::is_false")]
    pub undocumented: bool,
}

fn default_steps() -> u32 {
    10
}

fn default_takes() -> Span {
    Span::seconds(600)
}

impl Task {
    /// A task that is yet to be submitted to a cluster.
    ///
    /// ```
    /// use taskmock::ehpc::{Task, TaskType};
    /// assert_eq!(Task::new("ehpc-1", TaskType::StopCluster).steps, 10);
    /// ```
    pub fn new(cluster_id: &str, task_type: TaskType) -> Self {
        Task {
            task_id: String::new(),
            cluster_id: cluster_id.to_owned(),
            task_type,
            started: None,
            steps: default_steps(),
            takes: default_takes(),
            ends: Ending::default(),
            reasons: Vec::new(),
            request: None,
            result: None,
            undocumented: false,
        }
    }

    /// Sets the TaskId, which is otherwise given at submission.
    ///
    /// ```
    /// use taskmock::ehpc::{Task, TaskType};
    /// assert_eq!(Task::new("ehpc-1", TaskType::StopCluster).id("T-1").task_id, "T-1");
    /// ```
    #[must_use]
    pub fn id(mut self, task_id: &str) -> Self {
        self.task_id = task_id.to_owned();
        self
    }

    /// Sets when it starts, which is otherwise when it is submitted.
    ///
    /// ```
    /// use taskmock::{Timestamp, ehpc::{Task, TaskType}};
    /// let task = Task::new("ehpc-1", TaskType::StopCluster).started(Timestamp::from_unix_millis(0));
    /// assert_eq!(task.started.unwrap().to_string(), "1970-01-01T00:00:00Z");
    /// ```
    #[must_use]
    pub fn started(mut self, started: Timestamp) -> Self {
        self.started = Some(started);
        self
    }

    /// Sets TotalSteps.
    ///
    /// ```
    /// use taskmock::ehpc::{Task, TaskType};
    /// assert_eq!(Task::new("ehpc-1", TaskType::StopCluster).steps(35).steps, 35);
    /// ```
    #[must_use]
    pub fn steps(mut self, steps: u32) -> Self {
        self.steps = steps;
        self
    }

    /// Sets how long all steps take together.
    ///
    /// ```
    /// use taskmock::{Span, ehpc::{Task, TaskType}};
    /// let task = Task::new("ehpc-1", TaskType::StopCluster).takes(Span::seconds(60));
    /// assert_eq!(task.takes.to_string(), "1m");
    /// ```
    #[must_use]
    pub fn takes(mut self, takes: impl Into<Span>) -> Self {
        self.takes = takes.into();
        self
    }

    /// Sets how it ends.
    ///
    /// ```
    /// use taskmock::{Ending, ehpc::{Task, TaskType}};
    /// assert_eq!(Task::new("ehpc-1", TaskType::StopCluster).ends(Ending::Fail).ends, Ending::Fail);
    /// ```
    #[must_use]
    pub fn ends(mut self, ends: Ending) -> Self {
        self.ends = ends;
        self
    }

    /// Lets it fail, and says why.
    ///
    /// ```
    /// use taskmock::{Ending, ehpc::{Task, TaskType}};
    /// let task = Task::new("ehpc-1", TaskType::AddComputes).fails("out of stock");
    /// assert_eq!((task.ends, task.reasons), (Ending::Fail, vec!["out of stock".to_owned()]));
    /// ```
    #[must_use]
    pub fn fails(self, reason: &str) -> Self {
        self.ends(Ending::Fail).reason(reason)
    }

    /// Adds a reason why it fails, or why some of it does.
    ///
    /// ```
    /// use taskmock::{Ending, ehpc::{Task, TaskType}};
    /// let task = Task::new("ehpc-1", TaskType::AddComputes).ends(Ending::PartialFail).reason("i-2: out of stock");
    /// assert_eq!(task.reasons, ["i-2: out of stock"]);
    /// ```
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reasons.push(reason.to_owned());
        self
    }

    /// Lets it run for ever.
    ///
    /// ```
    /// use taskmock::{Ending, ehpc::{Task, TaskType}};
    /// assert_eq!(Task::new("ehpc-1", TaskType::StopCluster).never_ends().ends, Ending::Never);
    /// ```
    #[must_use]
    pub fn never_ends(self) -> Self {
        self.ends(Ending::Never)
    }

    /// Says that a task type or an ending which no document lists is meant.
    ///
    /// ```
    /// use taskmock::{Ending, ehpc::{Task, TaskType}};
    /// assert!(Task::new("ehpc-1", TaskType::StopCluster).ends(Ending::from("Paused")).undocumented().undocumented);
    /// ```
    #[must_use]
    pub fn undocumented(mut self) -> Self {
        self.undocumented = true;
        self
    }

    /// Sets Request.
    ///
    /// ```
    /// use taskmock::ehpc::{Task, TaskType};
    /// let task = Task::new("ehpc-1", TaskType::AddComputes).request(&serde_json::json!({"Count": 2}));
    /// assert_eq!(task.request.unwrap().as_str(), r#"{"Count":2}"#);
    /// ```
    #[must_use]
    pub fn request(mut self, request: &serde_json::Value) -> Self {
        self.request = Some(JsonText::from(request));
        self
    }

    /// Sets Result.
    ///
    /// ```
    /// use taskmock::ehpc::{Task, TaskType};
    /// let task = Task::new("ehpc-1", TaskType::AddComputes).result(&serde_json::json!({"Instances": []}));
    /// assert_eq!(task.result.unwrap().as_str(), r#"{"Instances":[]}"#);
    /// ```
    #[must_use]
    pub fn result(mut self, result: &serde_json::Value) -> Self {
        self.result = Some(JsonText::from(result));
        self
    }

    /// What is wrong with it although it is of the right type.
    pub(crate) fn check(&self) -> Result<(), ScriptError> {
        let known: Vec<&str> = TaskType::KNOWN.iter().map(TaskType::as_str).collect();
        let task_type = script::check_type(self.task_type.as_str(), "an E-HPC task", &known, self.undocumented);
        script::field("task_type", task_type)?;
        script::field("ends", ENDINGS.check(&self.ends, self.undocumented))
    }

    /// When it ends; none if it never does or is not started.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        match self.ends {
            Ending::Never => None,
            _ => Some(self.started?.after(self.takes.duration())),
        }
    }

    pub(crate) fn has_started(&self, now: Timestamp) -> bool {
        self.started.is_some_and(|started| started <= now)
    }

    pub(crate) fn is_running(&self, now: Timestamp) -> bool {
        self.has_started(now) && self.end().is_none_or(|end| now < end)
    }

    pub(super) fn status(&self, now: Timestamp) -> Status {
        match &self.ends {
            _ if self.is_running(now) => Status::Processing,
            Ending::Success | Ending::Never => Status::Success,
            Ending::Fail => Status::Fail,
            Ending::PartialFail => Status::PartialFail,
            Ending::Stopped | Ending::Other(_) => Status::from(self.ends.as_str()),
        }
    }

    /// The step that it is at: all of them once it has ended, fewer before.
    pub(super) fn current_step(&self, now: Timestamp) -> u32 {
        let Some(started) = self.started.filter(|_| self.is_running(now)) else { return self.steps };
        let (elapsed, takes) = (now.since(started).as_millis(), self.takes.duration().as_millis());
        let taken = (elapsed * u128::from(self.steps)).checked_div(takes).unwrap_or(u128::MAX);
        let last = self.steps.saturating_sub(1);
        u32::try_from(taken).map_or(last, |taken| taken.min(last))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_millis(0).after(Duration::from_secs(seconds))
    }

    #[test]
    fn a_script_is_read_off_at_its_borders() {
        let mut task = Task::new("c", TaskType::StopCluster).steps(4).takes(Span::seconds(40)).ends(Ending::Fail);
        task.started = Some(at(100));
        let seen = |now| (task.status(at(now)), task.current_step(at(now)));
        assert_eq!(seen(100), (Status::Processing, 0));
        assert_eq!(seen(109), (Status::Processing, 0));
        assert_eq!(seen(110), (Status::Processing, 1));
        assert_eq!(seen(139), (Status::Processing, 3));
        assert_eq!(seen(140), (Status::Fail, 4));
        assert!(!task.has_started(at(99)));
    }

    #[test]
    fn a_task_that_never_ends_never_takes_its_last_step() {
        let mut task = Task::new("c", TaskType::StopCluster).steps(4).takes(Span::seconds(40)).ends(Ending::Never);
        task.started = Some(at(0));
        assert_eq!((task.status(at(1_000_000)), task.current_step(at(1_000_000))), (Status::Processing, 3));
    }

    proptest! {
        #[test]
        fn progress_never_falls_and_an_end_is_final(
            steps in 0u32..100, takes in 0u64..1000, ends in 0usize..4,
            mut moments in prop::collection::vec(0u64..2000, 1..20),
        ) {
            let ends = [Ending::Success, Ending::Fail, Ending::PartialFail, Ending::Never][ends].clone();
            let mut task = Task::new("c", TaskType::StopCluster).steps(steps).takes(Span::seconds(takes)).ends(ends);
            task.started = Some(at(0));
            moments.sort_unstable();
            let mut before = (Status::Processing, 0);
            for moment in moments {
                let now = (task.status(at(moment)), task.current_step(at(moment)));
                prop_assert!(now.1 >= before.1 && now.1 <= steps);
                prop_assert!(before.0 == Status::Processing || now == before);
                before = now;
            }
        }
    }
}
