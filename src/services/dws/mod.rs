//! Huawei GaussDB(DWS): its state (clusters, logical-cluster tasks) and its index.

pub mod list_logical_cluster_tasks;
mod task;
mod world;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

pub(crate) use task::TYPES;
pub use task::{Cluster, Task};

use crate::clock::{Timestamp, moved};
use crate::operation::Service;
use crate::protocol::huawei_rest;
use crate::word::require;
use list_logical_cluster_tasks::Listing;

/// The service.
pub(crate) static SERVICE: Service = Service {
    id: "dws",
    name: "Huawei GaussDB(DWS)",
    version: "v2",
    protocol: &huawei_rest::PROTOCOL,
    host: "dws.cn-north-4.myhuaweicloud.com",
    region: "cn-north-4",
    not_authorized: Some("DWS.0015"),
};

/// What an answered call does to the state: nothing yet, since every operation reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {}

impl Effect {
    pub(crate) fn apply(self, _: &mut State, _: Timestamp) {
        match self {}
    }
}

/// The clusters of a DWS account and their tasks.
///
/// ```
/// let state = taskmock::State::documents();
/// assert_eq!(state.dws.clusters[0].cluster_id, "9b7ff56b-47b3-4d00-a1fd-4c023d34404b");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "DwsState"))]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// The clusters, each in its project.
    pub clusters: Vec<Cluster>,
    /// The tasks of every cluster, in any order.
    pub tasks: Vec<Task>,
}

impl State {
    /// What the documents' samples name.
    pub(crate) fn documents() -> Self {
        world::documents()
    }

    /// Whether a cluster is listed.
    pub(crate) fn has_cluster(&self, cluster_id: &str) -> bool {
        self.clusters.iter().any(|cluster| cluster.cluster_id == cluster_id)
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
            let runs = |started: &Timestamp| *started <= now && task.end().is_none_or(|end| now < end);
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
        let mut clusters = HashSet::new();
        for (at, cluster) in self.clusters.iter().enumerate() {
            require(wrong, &cluster.project_id, "cluster", || format!("dws.clusters[{at}].project_id"));
            if !is_uuid(&cluster.cluster_id) {
                wrong.push((
                    format!("dws.clusters[{at}].cluster_id"),
                    format!(
                        "`{}` is no UUID of 36 characters such as 9b7ff56b-47b3-4d00-a1fd-4c023d34404b",
                        cluster.cluster_id
                    ),
                ));
            }
            if !clusters.insert(&cluster.cluster_id) {
                wrong.push((
                    format!("dws.clusters[{at}].cluster_id"),
                    format!("`{}` is there twice; list each cluster once", cluster.cluster_id),
                ));
            }
        }
        for (at, task) in self.tasks.iter().enumerate() {
            if let Err((field, sentence)) = task.check() {
                wrong.push((format!("dws.tasks[{at}].{field}"), sentence));
            }
            if !clusters.contains(&task.cluster_id) {
                wrong.push((
                    format!("dws.tasks[{at}].cluster_id"),
                    format!("`{}` is not in dws.clusters; list it there with its project", task.cluster_id),
                ));
            }
        }
    }
}

/// `004`: a cluster id "is a 36-digit UUID".
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Finds a cluster's tasks without scanning them.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By project and cluster.
    clusters: HashMap<(Box<str>, Box<str>), Listing>,
    /// How many tasks of the state are in it.
    tasks: usize,
}

impl Index {
    pub(crate) fn of(state: &State) -> Self {
        let mut by_cluster: HashMap<&str, Vec<u32>> = HashMap::new();
        for (at, task) in (0..).zip(&state.tasks) {
            by_cluster.entry(&task.cluster_id).or_default().push(at);
        }
        let clusters = state.clusters.iter().map(|cluster| {
            let tasks = by_cluster.remove(cluster.cluster_id.as_str()).unwrap_or_default();
            let key = (cluster.project_id.as_str().into(), cluster.cluster_id.as_str().into());
            (key, Listing::of(&state.tasks, tasks))
        });
        Index { clusters: clusters.collect(), tasks: state.tasks.len() }
    }

    /// Takes in what was pushed to the state; false if it has to be built anew.
    pub(crate) fn append(&mut self, state: &State) -> bool {
        if state.tasks.len() != self.tasks + 1 {
            return state.tasks.len() == self.tasks;
        }
        let cluster_id = &state.tasks[self.tasks].cluster_id;
        let mut listings = self.clusters.iter_mut().filter(|((_, id), _)| **id == **cluster_id);
        let is_newer = listings.next().is_some_and(|(_, listing)| listing.append(&state.tasks, self.tasks as u32));
        self.tasks += 1;
        is_newer
    }

    pub(crate) fn cluster(&mut self, project_id: &str, cluster_id: &str) -> Option<&mut Listing> {
        self.clusters.get_mut(&(Box::from(project_id), Box::from(cluster_id)))
    }
}
