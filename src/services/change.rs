//! Small changes to a state: a task is removed, ended, held open or let go; and which tasks have ended.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{State, dws};
use crate::clock::{Span, Timestamp};
use crate::script::{Ending, ScriptError};

/// Which task: by its id, or a DWS task, which has none, by what it is.
///
/// Of several alike the latest is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskKey {
    /// A TaskId, a CommandId, or the id of an ACK task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cluster_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) logical_cluster_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) r#type: Option<String>,
}

/// What becomes of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Remove,
    /// It ends now, in this way; none: as its script says.
    End(Option<String>),
    /// It never ends.
    Hold,
    /// It goes on to its end, at the earliest now, in this way; none: as its script says.
    Release(Option<String>),
}

impl TaskKey {
    pub(crate) fn id(id: String) -> Self {
        TaskKey { id: Some(id), ..TaskKey::default() }
    }

    pub(crate) fn of_dws(task: &dws::Task) -> Self {
        TaskKey {
            id: None,
            cluster_id: Some(task.cluster_id.clone()),
            logical_cluster_name: Some(task.logical_cluster_name.clone()),
            r#type: Some(task.r#type.clone()),
        }
    }

    fn is_dws(&self, task: &dws::Task) -> bool {
        let fits = |asked: &Option<String>, is: &str| asked.as_deref().is_none_or(|asked| asked == is);
        self.id.is_none()
            && fits(&self.cluster_id, &task.cluster_id)
            && fits(&self.logical_cluster_name, &task.logical_cluster_name)
            && fits(&self.r#type, &task.r#type)
    }
}

impl State {
    /// Changes a task.
    ///
    /// # Errors
    ///
    /// A sentence: no such task, or an ending that it cannot have.
    pub(crate) fn change(&mut self, key: &TaskKey, change: &Change) -> Result<(), String> {
        let now = self.now();
        let is = |id: &str| key.id.as_deref() == Some(id);
        let (ehpc, ack, dws) = (&mut self.ehpc, &mut self.ack, &mut self.dws);
        if let Some(at) = ehpc.tasks.iter().rposition(|task| is(&task.task_id)) {
            return change_one(&mut ehpc.tasks, at, change, |task| {
                let takes = task.takes.duration();
                (task.takes, task.ends) = changed(&mut task.started, takes, &task.ends, change, now);
                task.check().map_err(said)
            });
        }
        if let Some(at) = ehpc.commands.iter().rposition(|command| is(&command.command_id)) {
            return change_one(&mut ehpc.commands, at, change, |command| {
                for node in &mut command.nodes {
                    let takes = node.takes.duration();
                    (node.takes, node.ends) = changed(&mut command.started, takes, &node.ends, change, now);
                    node.check().map_err(said)?;
                }
                Ok(())
            });
        }
        if let Some(at) = ack.tasks.iter().rposition(|task| is(&task.task_id)) {
            return change_one(&mut ack.tasks, at, change, |task| {
                let takes = task.duration();
                let (takes, ends) = changed(&mut task.started, takes, &task.ends, change, now);
                // A task that only stops ending goes on to take as long as its stages.
                task.takes = if *change == Change::Hold { task.takes } else { Some(takes) };
                task.ends = ends;
                task.check().map_err(said)
            });
        }
        if let Some(at) = dws.tasks.iter().rposition(|task| key.is_dws(task)) {
            return change_one(&mut dws.tasks, at, change, |task| {
                let takes = task.takes.duration();
                (task.takes, task.ends) = changed(&mut task.started, takes, &task.ends, change, now);
                task.check().map_err(said)
            });
        }
        let key = serde_json::to_string(key).unwrap_or_default();
        Err(format!("no task is {key}; GET state shows those that are there"))
    }

    /// The tasks and commands that ended after an instant, and not after another.
    pub(crate) fn ended(&self, after: Timestamp, until: Timestamp) -> Vec<TaskKey> {
        let is_within = |end: Option<Timestamp>| end.is_some_and(|end| after < end && end <= until);
        let tasks = self.ehpc.tasks.iter().filter(|task| is_within(task.end())).map(|task| &task.task_id);
        let commands = self.ehpc.commands.iter().filter(|command| is_within(command.end()));
        let ack = self.ack.tasks.iter().filter(|task| is_within(task.started.and_then(|started| task.end(started))));
        tasks
            .chain(commands.map(|command| &command.command_id))
            .chain(ack.map(|task| &task.task_id))
            .map(|id| TaskKey::id(id.clone()))
            .chain(self.dws.tasks.iter().filter(|task| is_within(task.end())).map(TaskKey::of_dws))
            .collect()
    }
}

/// Changes the task at a place of a list; a change that is refused leaves it as it was.
fn change_one<T: Clone>(
    tasks: &mut Vec<T>,
    at: usize,
    change: &Change,
    apply: impl FnOnce(&mut T) -> Result<(), String>,
) -> Result<(), String> {
    if *change == Change::Remove {
        tasks.remove(at);
        return Ok(());
    }
    let mut task = tasks[at].clone();
    apply(&mut task)?;
    tasks[at] = task;
    Ok(())
}

/// How long a script takes, and how it ends, once it is changed.
fn changed(
    started: &mut Option<Timestamp>,
    takes: Duration,
    ends: &Ending,
    change: &Change,
    now: Timestamp,
) -> (Span, Ending) {
    let elapsed = now.since(*started.get_or_insert(now));
    let (takes, word) = match change {
        Change::Remove => return (takes.into(), ends.clone()),
        Change::Hold => return (takes.into(), Ending::Never),
        Change::End(word) => (elapsed, word),
        Change::Release(word) => (takes.max(elapsed), word),
    };
    let ends = match (word, ends) {
        (Some(word), _) => Ending::from(word.as_str()),
        (None, Ending::Never) => Ending::Success,
        (None, ends) => ends.clone(),
    };
    (takes.into(), ends)
}

/// What a client is told of a script that a change would make wrong.
fn said((field, sentence): ScriptError) -> String {
    format!("{field}: {sentence}")
}
