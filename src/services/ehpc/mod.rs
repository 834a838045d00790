//! Alibaba E-HPC: its state (clusters, tasks, commands), its index, and what its operations share.

mod command;
pub mod list_invocation_status;
pub mod list_tasks;
mod task;
mod world;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

pub use command::{Command, Node, NodeEnding};
pub use list_invocation_status::InvokeStatus;
pub use list_tasks::{Status, TaskType};
pub use task::{Ending, Task};

use crate::clock::Timestamp;
use crate::error_code::ErrorCode;
use crate::word::require;

pub(crate) const VERSION: &str = "2018-04-12";

/// The clusters, tasks and commands of an E-HPC account.
///
/// ```
/// let state = taskmock::State::documents();
/// assert_eq!(state.ehpc.tasks.len(), 10);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
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

    /// Gives what was submitted without a time the time `now`.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        for task in &mut self.tasks {
            task.submitted.get_or_insert(now);
        }
        for command in &mut self.commands {
            command.invoked.get_or_insert(now);
        }
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
        let mut commands = HashSet::new();
        for (at, command) in self.commands.iter().enumerate() {
            require(wrong, &command.command_id, "command", || format!("ehpc.commands[{at}].command_id"));
            require(wrong, &command.cluster_id, "command", || format!("ehpc.commands[{at}].cluster_id"));
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

/// Finds things in a [`State`] without scanning it; derived from it, and built anew when it is
/// edited.
#[derive(Debug, Default)]
pub(crate) struct Index {
    clusters: HashMap<Box<str>, Cluster>,
}

#[derive(Debug, Default)]
pub(crate) struct Cluster {
    /// Positions in `State::tasks`, by submission, the oldest first.
    by_submission: Vec<u32>,
    by_task_id: HashMap<Box<str>, u32>,
    by_command_id: HashMap<Box<str>, u32>,
    /// How many of `by_submission` are submitted by now.
    submitted: usize,
    /// Positions in `State::tasks` of those that run, the oldest first.
    running: Vec<u32>,
    /// When the next of those ends.
    next_end: Option<Timestamp>,
}

impl Index {
    pub(crate) fn of(state: &State) -> Self {
        let mut index = Index::default();
        for cluster in &state.clusters {
            index.cluster_mut(cluster);
        }
        for (at, task) in (0..).zip(&state.tasks) {
            let cluster = index.cluster_mut(&task.cluster_id);
            cluster.by_submission.push(at);
            cluster.by_task_id.entry(task.task_id.as_str().into()).or_insert(at);
        }
        for (at, command) in (0..).zip(&state.commands) {
            index
                .cluster_mut(&command.cluster_id)
                .by_command_id
                .entry(command.command_id.as_str().into())
                .or_insert(at);
        }
        for cluster in index.clusters.values_mut() {
            // Stable: of two tasks of one instant the later in the state is the newer.
            cluster.by_submission.sort_by_key(|at| state.tasks[*at as usize].submitted);
        }
        index
    }

    fn cluster_mut(&mut self, id: &str) -> &mut Cluster {
        if !self.clusters.contains_key(id) {
            self.clusters.insert(id.into(), Cluster::default());
        }
        self.clusters.get_mut(id).expect("it was just put in")
    }

    pub(crate) fn cluster(&mut self, id: &str) -> Option<&mut Cluster> {
        self.clusters.get_mut(id)
    }
}

impl Cluster {
    /// Moves on to `now`, which is never earlier than at the last call.
    ///
    /// Costs nothing unless a task was submitted or ended since.
    pub(crate) fn advance(&mut self, tasks: &[Task], now: Timestamp) {
        let task = |at: &u32| &tasks[*at as usize];
        let fresh = self.by_submission[self.submitted..].partition_point(|at| task(at).submitted <= Some(now));
        let ended = self.next_end.is_some_and(|end| end <= now);
        if fresh == 0 && !ended {
            return;
        }
        let started = self.submitted..self.submitted + fresh;
        self.submitted += fresh;
        self.running.extend(&self.by_submission[started]);
        self.running.retain(|at| task(at).is_running(now));
        self.next_end = self.running.iter().filter_map(|at| task(at).end()).min();
    }

    pub(crate) fn task(&self, id: &str) -> Option<u32> {
        self.by_task_id.get(id).copied()
    }

    pub(crate) fn command(&self, id: &str) -> Option<u32> {
        self.by_command_id.get(id).copied()
    }

    /// The tasks that are submitted by now, the oldest first.
    pub(crate) fn submitted(&self) -> &[u32] {
        &self.by_submission[..self.submitted]
    }

    /// The tasks that run, the oldest first.
    pub(crate) fn running(&self) -> &[u32] {
        &self.running
    }
}

/// The table's row for a cluster that does not exist.
pub(crate) fn cluster_not_found(errors: &'static [ErrorCode]) -> &'static ErrorCode {
    crate::error_code::row(errors, "ClusterNotFound")
}
