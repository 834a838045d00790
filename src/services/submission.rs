//! Submission: a task, a command or a cluster as data, and how it enters a state.

use serde::{Deserialize, Serialize};

use super::{State, Submit, TaskKey, ack, dws, ehpc};

/// What a client could have started: one of the four.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submission {
    ehpc_task: Option<ehpc::Task>,
    ehpc_command: Option<ehpc::Command>,
    ack_task: Option<Box<ack::Task>>,
    dws_task: Option<dws::Task>,
}

/// What a submission of each kind looks like.
const EXAMPLES: [(&str, &str); 4] = [
    (
        "ehpc_task",
        r#"{"ehpc_task": {"cluster_id": "ehpc-1", "task_type": "AddComputes", "takes": "5m", "ends": "fail"}}"#,
    ),
    (
        "ehpc_command",
        r#"{"ehpc_command": {"cluster_id": "ehpc-1", "nodes": [{"instance_id": "i-1", "takes": "30s"}]}}"#,
    ),
    (
        "ack_task",
        r#"{"ack_task": {"cluster_id": "c-1", "task_type": "cluster_scaleout", "takes": "5m", "ends": "fail"}}"#,
    ),
    (
        "dws_task",
        r#"{"dws_task": {"cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "type": "Create", "logical_cluster_name": "lc", "takes": "5m"}}"#,
    ),
];

impl Submission {
    /// What a wrong submission should look like: the kind that its text names, else the first.
    pub(crate) fn example(text: &str) -> &'static str {
        let named = EXAMPLES.iter().find(|(name, _)| text.contains(&format!("\"{name}\"")));
        named.unwrap_or(&EXAMPLES[0]).1
    }

    /// Says what keeps it out of a state.
    ///
    /// # Errors
    ///
    /// The field, and what would be right.
    pub(crate) fn check(&self, state: &State) -> Result<(), String> {
        let given = [self.ehpc_task.is_some(), self.ehpc_command.is_some(), self.ack_task.is_some()];
        let given = given.into_iter().chain([self.dws_task.is_some()]).filter(|is_given| *is_given).count();
        if given != 1 {
            return Err(format!(
                "a body has one of ehpc_task, ehpc_command, ack_task and dws_task; it should be like {}",
                EXAMPLES[0].1
            ));
        }
        if let Some(task) = &self.ehpc_task {
            task.check().map_err(|(field, sentence)| format!("ehpc_task.{field}: {sentence}"))?;
        }
        if let Some(command) = &self.ehpc_command {
            command.check().map_err(|(field, sentence)| format!("ehpc_command.{field}: {sentence}"))?;
        }
        if let Some(task) = &self.ack_task {
            task.check().map_err(|(field, sentence)| format!("ack_task.{field}: {sentence}"))?;
        }
        if let Some(task) = &self.dws_task {
            task.check().map_err(|(field, sentence)| format!("dws_task.{field}: {sentence}"))?;
        }
        match &self.dws_task {
            Some(task) if !state.dws.has_cluster(&task.cluster_id) => Err(format!(
                "dws_task.cluster_id: `{}` is no cluster of the state's dws.clusters; POST clusters adds one",
                task.cluster_id
            )),
            _ => Ok(()),
        }
    }

    /// Puts what was [checked](Self::check) into the state; returns what identifies it.
    pub(crate) fn submit(self, state: &mut State) -> TaskKey {
        if let Some(task) = self.ehpc_task {
            TaskKey::id(task.submit(state))
        } else if let Some(command) = self.ehpc_command {
            TaskKey::id(command.submit(state))
        } else if let Some(task) = self.ack_task {
            TaskKey::id(task.submit(state))
        } else if let Some(task) = self.dws_task {
            let key = TaskKey::of_dws(&task);
            task.submit(state);
            key
        } else {
            TaskKey::default()
        }
    }
}

/// A cluster that is added to a state.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum NewCluster {
    EhpcCluster(String),
    DwsCluster(dws::Cluster),
}

/// The clusters of a state.
#[derive(Serialize)]
pub(crate) struct Clusters<'a> {
    ehpc_clusters: &'a [String],
    dws_clusters: &'a [dws::Cluster],
}

impl NewCluster {
    /// Adds it; one of E-HPC that is there already changes nothing.
    ///
    /// # Errors
    ///
    /// The field, and what is wrong with it; the state is as it was.
    pub(crate) fn add(self, state: &mut State) -> Result<Clusters<'_>, String> {
        // Checked as a state of its own, so that a wrong one changes nothing.
        let mut alone = State::default();
        match self {
            NewCluster::EhpcCluster(id) => alone.ehpc.clusters.push(id),
            NewCluster::DwsCluster(cluster) if state.dws.has_cluster(&cluster.cluster_id) => {
                return Err(format!("dws_cluster.cluster_id: `{}` is there already", cluster.cluster_id));
            }
            NewCluster::DwsCluster(cluster) => alone.dws.clusters.push(cluster),
        }
        alone.check().map_err(|(field, sentence)| format!("{field}: {sentence}"))?;
        state.dws.clusters.append(&mut alone.dws.clusters);
        alone.ehpc.clusters.retain(|id| !state.ehpc.clusters.contains(id));
        state.ehpc.clusters.append(&mut alone.ehpc.clusters);
        Ok(Clusters { ehpc_clusters: &state.ehpc.clusters, dws_clusters: &state.dws.clusters })
    }
}
