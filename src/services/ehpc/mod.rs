//! Alibaba E-HPC: its state (clusters, tasks, commands), its index, and what its operations share.

pub mod add_nodes;
mod command;
mod index;
pub mod list_invocation_status;
pub mod list_tasks;
mod task;
mod world;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

pub use command::{Command, Node};
pub(crate) use index::Index;
pub use list_invocation_status::InvokeStatus;
pub use list_tasks::{Status, TaskType};
pub use task::Task;

use crate::clock::{Timestamp, moved};
use crate::error_code::ErrorCode;
use crate::operation::Service;
use crate::protocol::alibaba_rpc;
use crate::word::require;

/// The service.
pub(crate) static SERVICE: Service = Service {
    id: "ehpc",
    name: "Alibaba E-HPC",
    version: "2018-04-12",
    protocol: &alibaba_rpc::PROTOCOL,
    host: "ehpc.cn-hangzhou.aliyuncs.com",
    region: "cn-hangzhou",
    not_authorized: Some("NotAuthorized"),
};

/// What an answered call does to the state of E-HPC.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// A task starts, with ids that were drawn for it.
    Start(Task),
}

impl Effect {
    pub(crate) fn apply(self, state: &mut State, now: Timestamp) {
        match self {
            Effect::Start(task) => state.tasks.push(Task { started: Some(now), ..task }),
        }
    }
}

/// The clusters, tasks and commands of an E-HPC account.
///
/// ```
/// let state = taskmock::State::documents();
/// assert_eq!(state.ehpc.tasks.len(), 10);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "EhpcState"))]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// The ids of clusters that exist without a task or a command. A cluster that a task or a
    /// command names exists too.
    pub clusters: Vec<String>,
    /// The tasks of every cluster, in any order.
    pub tasks: Vec<Task>,
    /// The commands of every cluster, in any order.
    pub commands: Vec<Command>,
}

impl State {
    /// What the documents' samples name.
    pub(crate) fn documents() -> Self {
        world::documents()
    }

    /// Gives what has no start the time `now`.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        for task in &mut self.tasks {
            task.started.get_or_insert(now);
        }
        for command in &mut self.commands {
            command.started.get_or_insert(now);
        }
    }

    /// Lets what runs at one instant be as old at another.
    pub(crate) fn move_running(&mut self, now: Timestamp, to: Timestamp) {
        let tasks = self.tasks.iter_mut().filter(|task| task.is_running(now)).map(|task| &mut task.started);
        let runs = |command: &&mut Command| command.has_started(now) && command.end().is_none_or(|end| now < end);
        let commands = self.commands.iter_mut().filter(runs).map(|command| &mut command.started);
        for started in tasks.chain(commands).flatten() {
            *started = moved(*started, now, to);
        }
    }

    /// How many tasks and commands there are.
    pub(crate) fn entries(&self) -> usize {
        self.tasks.len() + self.commands.len()
    }

    /// What is wrong: the place, and a sentence.
    pub(crate) fn check(&self, wrong: &mut Vec<(String, String)>) {
        let mut tasks = HashSet::new();
        for (at, task) in self.tasks.iter().enumerate() {
            require(wrong, &task.task_id, "task", || format!("ehpc.tasks[{at}].task_id"));
            require(wrong, &task.cluster_id, "task", || format!("ehpc.tasks[{at}].cluster_id"));
            if !tasks.insert((&task.cluster_id, &task.task_id)) {
                wrong.push((
                    format!("ehpc.tasks[{at}].task_id"),
                    format!(
                        "`{}` is there twice in cluster `{}`; give each task its own",
                        task.task_id, task.cluster_id
                    ),
                ));
            }
        }
        for (at, task) in self.tasks.iter().enumerate() {
            if let Err((field, sentence)) = task.check() {
                wrong.push((format!("ehpc.tasks[{at}].{field}"), sentence));
            }
        }
        let mut commands = HashSet::new();
        for (at, command) in self.commands.iter().enumerate() {
            require(wrong, &command.command_id, "command", || format!("ehpc.commands[{at}].command_id"));
            require(wrong, &command.cluster_id, "command", || format!("ehpc.commands[{at}].cluster_id"));
            if let Err((field, sentence)) = command.check() {
                wrong.push((format!("ehpc.commands[{at}].{field}"), sentence));
            }
            if !commands.insert((&command.cluster_id, &command.command_id)) {
                wrong.push((
                    format!("ehpc.commands[{at}].command_id"),
                    format!(
                        "`{}` is there twice in cluster `{}`; give each command its own",
                        command.command_id, command.cluster_id
                    ),
                ));
            }
        }
    }
}

/// The table's row for a cluster that does not exist.
pub(crate) fn cluster_not_found(errors: &'static [ErrorCode]) -> &'static ErrorCode {
    crate::error_code::row(errors, "ClusterNotFound")
}
