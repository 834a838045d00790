//! Small changes to a state: a task is removed, ended, held open or let go; and which tasks have ended.

use serde::{Deserialize, Serialize};

use super::{State, dws, ehpc};
use crate::clock::{Span, Timestamp};
use crate::services::ack::TaskState;

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
    /// A sentence: no such task, or no such way to end.
    pub(crate) fn change(&mut self, key: &TaskKey, change: &Change) -> Result<(), String> {
        let now = self.now();
        let is = |id: &str| key.id.as_deref() == Some(id);
        if let Some(at) = self.ehpc.tasks.iter().rposition(|task| is(&task.task_id)) {
            if *change == Change::Remove {
                self.ehpc.tasks.remove(at);
                return Ok(());
            }
            return change_ehpc(&mut self.ehpc.tasks[at], change, now);
        }
        if let Some(at) = self.ehpc.commands.iter().rposition(|command| is(&command.command_id)) {
            if *change == Change::Remove {
                self.ehpc.commands.remove(at);
                return Ok(());
            }
            return change_command(&mut self.ehpc.commands[at], change, now);
        }
        if let Some(at) = self.ack.tasks.iter().rposition(|task| is(&task.task_id)) {
            if *change == Change::Remove {
                self.ack.tasks.remove(at);
                return Ok(());
            }
            let task = &mut self.ack.tasks[at];
            let elapsed = now.since(*task.created.get_or_insert(now));
            match change {
                Change::Hold => task.ends = TaskState::Running,
                Change::End(ends) | Change::Release(ends) => {
                    let takes = if matches!(change, Change::End(_)) { elapsed } else { task.duration().max(elapsed) };
                    task.takes = Some(takes.into());
                    match ends {
                        Some(ends) => task.ends = TaskState::from(ends.as_str()),
                        None if task.ends == TaskState::Running => task.ends = TaskState::Success,
                        None => {}
                    }
                }
                Change::Remove => {}
            }
            return Ok(());
        }
        if let Some(at) = self.dws.tasks.iter().rposition(|task| key.is_dws(task)) {
            if *change == Change::Remove {
                self.dws.tasks.remove(at);
                return Ok(());
            }
            let task = &mut self.dws.tasks[at];
            let elapsed = now.since(*task.started.get_or_insert(now));
            match change {
                Change::Hold => task.result = None,
                Change::End(ends) | Change::Release(ends) => {
                    task.takes = takes(task.takes, elapsed, change);
                    let ends = ends.clone().or_else(|| task.result.take());
                    task.result = Some(ends.unwrap_or_else(|| "success".to_owned()));
                }
                Change::Remove => {}
            }
            return Ok(());
        }
        let key = serde_json::to_string(key).unwrap_or_default();
        Err(format!("no task is {key}; GET state shows those that are there"))
    }

    /// The tasks and commands that ended after an instant, and not after another.
    pub(crate) fn ended(&self, after: Timestamp, until: Timestamp) -> Vec<TaskKey> {
        let is_within = |end: Option<Timestamp>| end.is_some_and(|end| after < end && end <= until);
        let tasks = self.ehpc.tasks.iter().filter(|task| is_within(task.end())).map(|task| &task.task_id);
        let commands = self.ehpc.commands.iter().filter(|command| is_within(command.end()));
        let ack = self.ack.tasks.iter().filter(|task| is_within(task.created.and_then(|created| task.end(created))));
        tasks
            .chain(commands.map(|command| &command.command_id))
            .chain(ack.map(|task| &task.task_id))
            .map(|id| TaskKey::id(id.clone()))
            .chain(self.dws.tasks.iter().filter(|task| is_within(task.end())).map(TaskKey::of_dws))
            .collect()
    }
}

fn takes(takes: Span, elapsed: std::time::Duration, change: &Change) -> Span {
    match change {
        Change::End(_) => elapsed.into(),
        _ => takes.max(elapsed.into()),
    }
}

fn change_ehpc(task: &mut ehpc::Task, change: &Change, now: Timestamp) -> Result<(), String> {
    let elapsed = now.since(*task.submitted.get_or_insert(now));
    match change {
        Change::Hold => task.ends = ehpc::Ending::Never,
        Change::End(ends) | Change::Release(ends) => {
            task.ends = match ends {
                Some(ends) => read_ending(ends)?,
                None if task.ends == ehpc::Ending::Never => ehpc::Ending::Success,
                None => task.ends,
            };
            task.takes = takes(task.takes, elapsed, change);
        }
        Change::Remove => {}
    }
    Ok(())
}

fn change_command(command: &mut ehpc::Command, change: &Change, now: Timestamp) -> Result<(), String> {
    let elapsed = now.since(*command.invoked.get_or_insert(now));
    for node in &mut command.nodes {
        match change {
            Change::Hold => node.ends = ehpc::NodeEnding::Never,
            Change::End(ends) | Change::Release(ends) => {
                node.ends = match ends {
                    Some(ends) => read_ending(ends)?,
                    None if node.ends == ehpc::NodeEnding::Never => ehpc::NodeEnding::Finished,
                    None => node.ends,
                };
                node.takes = takes(node.takes, elapsed, change);
            }
            Change::Remove => {}
        }
    }
    Ok(())
}

fn read_ending<T: for<'de> Deserialize<'de>>(word: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(word)).map_err(|error| format!("ends: {error}"))
}
