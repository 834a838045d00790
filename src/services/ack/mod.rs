//! Alibaba Container Service (ACK): its state (tasks) and its index.

pub mod describe_task_info;
mod task;
mod world;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

pub use describe_task_info::{ResultStatus, TaskState};
pub use task::{Event, Stage, Task, TaskResult};

use crate::clock::{Timestamp, moved};
use crate::operation::Service;
use crate::protocol::alibaba_roa;
use crate::word::require;

/// The service.
pub(crate) static SERVICE: Service = Service {
    id: "ack",
    name: "Alibaba Container Service",
    version: "2015-12-15",
    protocol: &alibaba_roa::PROTOCOL,
    // By the pattern of E-HPC's (assumed).
    host: "cs.cn-hangzhou.aliyuncs.com",
    region: "cn-hangzhou",
    not_authorized: None,
};

/// What an answered call does to the state: nothing yet, since every operation reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {}

impl Effect {
    pub(crate) fn apply(self, _: &mut State, _: Timestamp) {
        match self {}
    }
}

/// The tasks of a Container Service account.
///
/// ```
/// let state = taskmock::State::documents();
/// assert_eq!(state.ack.tasks[0].task_id, "T-5faa48fb31b6b8078d000006");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "AckState"))]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// The tasks, in any order.
    pub tasks: Vec<Task>,
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
    }

    /// Lets what runs at one instant be as old at another.
    pub(crate) fn move_running(&mut self, now: Timestamp, to: Timestamp) {
        for task in &mut self.tasks {
            let runs = |started: &Timestamp| *started <= now && task.end(*started).is_none_or(|end| now < end);
            if let Some(started) = task.started.filter(runs) {
                task.started = Some(moved(started, now, to));
            }
        }
    }

    /// How many tasks there are.
    pub(crate) fn entries(&self) -> usize {
        self.tasks.len()
    }

    /// What is wrong: the place, and a sentence.
    pub(crate) fn check(&self, wrong: &mut Vec<(String, String)>) {
        let mut ids = HashSet::new();
        for (at, task) in self.tasks.iter().enumerate() {
            require(wrong, &task.task_id, "task", || format!("ack.tasks[{at}].task_id"));
            if !ids.insert(&task.task_id) {
                wrong.push((
                    format!("ack.tasks[{at}].task_id"),
                    format!("`{}` is there twice; give each task its own", task.task_id),
                ));
            }
            if let Err((field, sentence)) = task.check() {
                wrong.push((format!("ack.tasks[{at}].{field}"), sentence));
            }
            for (alias_at, alias) in task.aliases.iter().enumerate() {
                if !ids.insert(alias) {
                    wrong.push((
                        format!("ack.tasks[{at}].aliases[{alias_at}]"),
                        format!("`{alias}` is the id of a task already; take another"),
                    ));
                }
            }
        }
    }
}

/// Finds a task by any of its ids.
#[derive(Debug, Default)]
pub(crate) struct Index {
    by_id: HashMap<Box<str>, u32>,
    /// How many tasks of the state are in it.
    tasks: usize,
}

impl Index {
    pub(crate) fn of(state: &State) -> Self {
        let mut index = Index::default();
        for at in 0..state.tasks.len() {
            index.add(state, at);
        }
        index
    }

    /// Takes in what was pushed to the state; false if it has to be built anew.
    pub(crate) fn append(&mut self, state: &State) -> bool {
        if state.tasks.len() == self.tasks + 1 {
            self.add(state, self.tasks);
            return true;
        }
        state.tasks.len() == self.tasks
    }

    fn add(&mut self, state: &State, at: usize) {
        let task = &state.tasks[at];
        for id in std::iter::once(&task.task_id).chain(&task.aliases) {
            self.by_id.entry(id.as_str().into()).or_insert(at as u32);
        }
        self.tasks = at + 1;
    }

    pub(crate) fn task(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).map(|at| *at as usize)
    }
}
