//! The index of E-HPC: finds things in its state without scanning it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::{State, Task};
use crate::clock::Timestamp;

/// Derived from a [`State`]; thrown away when that is edited.
#[derive(Debug, Default)]
pub(crate) struct Index {
    clusters: HashMap<Box<str>, Cluster>,
    /// How many tasks and commands of the state are in it.
    tasks: usize,
    commands: usize,
}

/// What is known of one cluster. Tasks are ranked by submission, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Cluster {
    /// Positions in `State::tasks`, by rank.
    by_submission: Vec<u32>,
    by_task_id: HashMap<Box<str>, u32>,
    by_command_id: HashMap<Box<str>, u32>,
    /// How many of `by_submission` are submitted by now.
    submitted: usize,
    /// The ranks of those that run, ascending.
    running: Vec<u32>,
    /// When each of those ends that does, with its rank.
    ends: BinaryHeap<Reverse<(Timestamp, u32)>>,
}

impl Index {
    pub(crate) fn of(state: &State) -> Self {
        let mut index = Index::default();
        for cluster in &state.clusters {
            index.cluster_mut(cluster);
        }
        for at in 0..state.tasks.len() {
            index.add_task(state, at);
        }
        for at in 0..state.commands.len() {
            index.add_command(state, at);
        }
        for cluster in index.clusters.values_mut() {
            // Stable: of two tasks of one instant the later in the state is the newer.
            cluster.by_submission.sort_by_key(|at| state.tasks[*at as usize].started);
        }
        index
    }

    /// Takes in what was pushed to the state; false if it has to be built anew.
    pub(crate) fn append(&mut self, state: &State) -> bool {
        if state.tasks.len() == self.tasks + 1 && state.commands.len() == self.commands {
            let task = &state.tasks[self.tasks];
            let newest = self.cluster_mut(&task.cluster_id).by_submission.last();
            let is_newer = newest.is_none_or(|at| state.tasks[*at as usize].started <= task.started);
            if is_newer {
                self.add_task(state, self.tasks);
            }
            return is_newer;
        }
        if state.commands.len() == self.commands + 1 && state.tasks.len() == self.tasks {
            self.add_command(state, self.commands);
            return true;
        }
        state.tasks.len() == self.tasks && state.commands.len() == self.commands
    }

    fn add_task(&mut self, state: &State, at: usize) {
        let task = &state.tasks[at];
        let cluster = self.cluster_mut(&task.cluster_id);
        cluster.by_submission.push(at as u32);
        cluster.by_task_id.entry(task.task_id.as_str().into()).or_insert(at as u32);
        self.tasks = at + 1;
    }

    fn add_command(&mut self, state: &State, at: usize) {
        let command = &state.commands[at];
        let cluster = self.cluster_mut(&command.cluster_id);
        cluster.by_command_id.entry(command.command_id.as_str().into()).or_insert(at as u32);
        self.commands = at + 1;
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

/// When more tasks end at once, the list of those that run is gone through instead.
const FEW: usize = 16;

impl Cluster {
    /// Moves on to `now`, which is never earlier than at the last call.
    ///
    /// Costs nothing unless a task was submitted or ended since.
    pub(crate) fn advance(&mut self, tasks: &[Task], now: Timestamp) {
        let fresh = self.by_submission[self.submitted..].partition_point(|at| tasks[*at as usize].started <= Some(now));
        for rank in self.submitted..self.submitted + fresh {
            let task = &tasks[self.by_submission[rank] as usize];
            if task.is_running(now) {
                self.running.push(rank as u32);
                self.ends.extend(task.end().map(|end| Reverse((end, rank as u32))));
            }
        }
        self.submitted += fresh;

        let mut ended = 0;
        while let Some(Reverse((_, rank))) = self.ends.peek().filter(|Reverse((end, _))| *end <= now).copied() {
            self.ends.pop();
            ended += 1;
            if ended <= FEW
                && let Ok(at) = self.running.binary_search(&rank)
            {
                self.running.remove(at);
            }
        }
        if ended > FEW {
            self.running.retain(|rank| tasks[self.by_submission[*rank as usize] as usize].is_running(now));
        }
    }

    pub(crate) fn task(&self, id: &str) -> Option<u32> {
        self.by_task_id.get(id).copied()
    }

    pub(crate) fn command(&self, id: &str) -> Option<u32> {
        self.by_command_id.get(id).copied()
    }

    /// How many tasks are submitted by now.
    pub(crate) fn submitted(&self) -> usize {
        self.submitted
    }

    /// How many tasks run.
    pub(crate) fn running(&self) -> usize {
        self.running.len()
    }

    /// The position of a task in the state: of those submitted by now, the newest being 0.
    pub(crate) fn nth_submitted(&self, newest: usize) -> Option<u32> {
        let rank = self.submitted.checked_sub(newest + 1)?;
        self.by_submission.get(rank).copied()
    }

    /// The position of a task in the state: of those that run, the newest being 0.
    pub(crate) fn nth_running(&self, newest: usize) -> Option<u32> {
        let at = self.running.len().checked_sub(newest + 1)?;
        self.by_submission.get(self.running[at] as usize).copied()
    }
}
