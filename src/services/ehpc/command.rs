//! An E-HPC command in the state: node by node a script over the clock.

use serde::{Deserialize, Serialize};

use super::list_invocation_status::InvokeStatus;
use crate::clock::{Span, Timestamp};

/// How a command ends on a node.
///
/// ```
/// assert_eq!(taskmock::ehpc::NodeEnding::default(), taskmock::ehpc::NodeEnding::Finished);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum NodeEnding {
    /// It finishes.
    #[default]
    Finished,
    /// It fails.
    Failed,
    /// It is stopped.
    Stopped,
    /// It runs for ever.
    Never,
}

/// A node that a command runs on.
///
/// ```
/// use taskmock::{Span, ehpc::{Node, NodeEnding}};
/// let node = Node::new("i-1").takes(Span::seconds(30)).ends(NodeEnding::Failed);
/// assert_eq!(node.instance_id, "i-1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// InstanceId.
    pub instance_id: String,
    /// How long the command runs there.
    #[serde(default = "default_takes")]
    pub takes: Span,
    /// How it ends there.
    #[serde(default)]
    pub ends: NodeEnding,
}

fn default_takes() -> Span {
    Span::seconds(60)
}

impl Node {
    /// A node on which the command finishes after a minute.
    ///
    /// ```
    /// assert_eq!(taskmock::ehpc::Node::new("i-1").takes.to_string(), "1m");
    /// ```
    pub fn new(instance_id: &str) -> Self {
        Node { instance_id: instance_id.to_owned(), takes: default_takes(), ends: NodeEnding::default() }
    }

    /// Sets how long the command runs there.
    ///
    /// ```
    /// use taskmock::{Span, ehpc::Node};
    /// assert_eq!(Node::new("i-1").takes(Span::seconds(5)).takes.to_string(), "5s");
    /// ```
    #[must_use]
    pub fn takes(mut self, takes: impl Into<Span>) -> Self {
        self.takes = takes.into();
        self
    }

    /// Sets how it ends there.
    ///
    /// ```
    /// use taskmock::ehpc::{Node, NodeEnding};
    /// assert_eq!(Node::new("i-1").ends(NodeEnding::Never).ends, NodeEnding::Never);
    /// ```
    #[must_use]
    pub fn ends(mut self, ends: NodeEnding) -> Self {
        self.ends = ends;
        self
    }

    fn status(&self, invoked: Timestamp, now: Timestamp) -> InvokeStatus {
        match self.ends {
            NodeEnding::Never => InvokeStatus::Running,
            _ if now < invoked.after(self.takes.duration()) => InvokeStatus::Running,
            NodeEnding::Finished => InvokeStatus::Finished,
            NodeEnding::Failed => InvokeStatus::Failed,
            NodeEnding::Stopped => InvokeStatus::Stopped,
        }
    }
}

/// A command that was invoked on nodes of a cluster.
///
/// ```
/// use taskmock::ehpc::{Command, Node};
/// let command = Command::new("ehpc-hz-FYUr32****", [Node::new("i-1"), Node::new("i-2")]);
/// assert_eq!(command.nodes.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// CommandId; empty in a command that is yet to be invoked, which is then given one.
    #[serde(default)]
    pub command_id: String,
    /// The cluster that it runs in.
    pub cluster_id: String,
    /// When it was invoked; absent: when the state is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoked: Option<Timestamp>,
    /// The nodes that it runs on, in the order in which they are listed.
    pub nodes: Vec<Node>,
}

impl Command {
    /// A command that is yet to be invoked.
    ///
    /// ```
    /// assert!(taskmock::ehpc::Command::new("ehpc-1", []).nodes.is_empty());
    /// ```
    pub fn new(cluster_id: &str, nodes: impl IntoIterator<Item = Node>) -> Self {
        Command {
            command_id: String::new(),
            cluster_id: cluster_id.to_owned(),
            invoked: None,
            nodes: nodes.into_iter().collect(),
        }
    }

    /// Sets the CommandId, which is otherwise given at submission.
    ///
    /// ```
    /// assert_eq!(taskmock::ehpc::Command::new("ehpc-1", []).id("c-1").command_id, "c-1");
    /// ```
    #[must_use]
    pub fn id(mut self, command_id: &str) -> Self {
        self.command_id = command_id.to_owned();
        self
    }

    pub(super) fn is_invoked(&self, now: Timestamp) -> bool {
        self.invoked.is_some_and(|invoked| invoked <= now)
    }

    /// When it has ended on every node; none if it never does or is not invoked.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        let invoked = self.invoked?;
        if self.nodes.iter().any(|node| node.ends == NodeEnding::Never) {
            return None;
        }
        let takes = self.nodes.iter().map(|node| node.takes.duration()).max().unwrap_or_default();
        Some(invoked.after(takes))
    }

    /// The status of every node, and the overall one that follows from them.
    pub(super) fn statuses(&self, now: Timestamp) -> (InvokeStatus, Vec<InvokeStatus>) {
        let invoked = self.invoked.unwrap_or(now);
        let nodes: Vec<InvokeStatus> = self.nodes.iter().map(|node| node.status(invoked, now)).collect();
        let overall = [InvokeStatus::Running, InvokeStatus::Failed, InvokeStatus::Stopped]
            .into_iter()
            .find(|status| nodes.contains(status))
            .unwrap_or(InvokeStatus::Finished);
        (overall, nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overall_status_follows_from_the_nodes() {
        let at = |seconds: i64| Timestamp::from_unix_millis(seconds * 1000);
        let mut command = Command::new(
            "c",
            [
                Node::new("1").takes(Span::seconds(10)),
                Node::new("2").takes(Span::seconds(20)).ends(NodeEnding::Failed),
                Node::new("3").takes(Span::seconds(30)).ends(NodeEnding::Stopped),
            ],
        );
        command.invoked = Some(at(0));
        use InvokeStatus::{Failed, Finished, Running, Stopped};
        assert_eq!(command.statuses(at(0)), (Running, vec![Running, Running, Running]));
        assert_eq!(command.statuses(at(10)), (Running, vec![Finished, Running, Running]));
        assert_eq!(command.statuses(at(20)), (Running, vec![Finished, Failed, Running]));
        assert_eq!(command.statuses(at(30)), (Failed, vec![Finished, Failed, Stopped]));
        command.nodes.remove(1);
        assert_eq!(command.statuses(at(30)), (Stopped, vec![Finished, Stopped]));
        command.nodes.remove(1);
        assert_eq!(command.statuses(at(30)), (Finished, vec![Finished]));
        command.nodes.clear();
        assert_eq!(command.statuses(at(30)), (Finished, vec![]));
    }
}
