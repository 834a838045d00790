//! An E-HPC command in the state: node by node a script over the clock.

use serde::{Deserialize, Serialize};

use super::list_invocation_status::InvokeStatus;
use crate::clock::{Span, Timestamp};
use crate::script::{self, Ending, Endings, ScriptError};

/// The endings of a command on a node (`003`, response parameters: InstanceInvokeStatus).
const ENDINGS: Endings = Endings {
    of: "a command on a node",
    has: &[Ending::Success, Ending::Fail, Ending::Stopped, Ending::Never],
    listed: &[],
};

/// A node that a command runs on.
///
/// ```
/// use taskmock::{Ending, Span, ehpc::Node};
/// let node = Node::new("i-1").takes(Span::seconds(30)).ends(Ending::Fail);
/// assert_eq!(node.instance_id, "i-1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "EhpcNode"))]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// InstanceId.
    pub instance_id: String,
    /// How long the command runs there.
    #[serde(default = "default_takes")]
    pub takes: Span,
    /// How it ends there: success, fail, stopped or never. Any other word is the status that it then
    /// shows.
    #[serde(default)]
    pub ends: Ending,
    /// Whether an ending that no document lists is meant; without it such a word is refused in a state
    /// file.
    #[serde(default, skip_serializing_if = "script::is_false")]
    pub undocumented: bool,
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
        Node {
            instance_id: instance_id.to_owned(),
            takes: default_takes(),
            ends: Ending::default(),
            undocumented: false,
        }
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
    /// use taskmock::{Ending, ehpc::Node};
    /// assert_eq!(Node::new("i-1").ends(Ending::Stopped).ends, Ending::Stopped);
    /// ```
    #[must_use]
    pub fn ends(mut self, ends: Ending) -> Self {
        self.ends = ends;
        self
    }

    /// Lets it run for ever there.
    ///
    /// ```
    /// use taskmock::{Ending, ehpc::Node};
    /// assert_eq!(Node::new("i-1").never_ends().ends, Ending::Never);
    /// ```
    #[must_use]
    pub fn never_ends(self) -> Self {
        self.ends(Ending::Never)
    }

    /// Says that an ending which no document lists is meant.
    ///
    /// ```
    /// use taskmock::{Ending, ehpc::Node};
    /// assert!(Node::new("i-1").ends(Ending::from("Paused")).undocumented().undocumented);
    /// ```
    #[must_use]
    pub fn undocumented(mut self) -> Self {
        self.undocumented = true;
        self
    }

    /// What is wrong with it although it is of the right type.
    pub(crate) fn check(&self) -> Result<(), ScriptError> {
        script::field("ends", ENDINGS.check(&self.ends, self.undocumented))
    }

    fn status(&self, started: Timestamp, now: Timestamp) -> InvokeStatus {
        match &self.ends {
            Ending::Never => InvokeStatus::Running,
            _ if now < started.after(self.takes.duration()) => InvokeStatus::Running,
            Ending::Success => InvokeStatus::Finished,
            Ending::Fail => InvokeStatus::Failed,
            Ending::Stopped => InvokeStatus::Stopped,
            Ending::PartialFail | Ending::Other(_) => InvokeStatus::from(self.ends.as_str()),
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
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(rename = "EhpcCommand"))]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// CommandId; empty in a command that is yet to be invoked, which is then given one.
    #[serde(default)]
    pub command_id: String,
    /// The cluster that it runs in.
    pub cluster_id: String,
    /// When it starts; absent: when the state is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
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
            started: None,
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

    /// Sets when it starts, which is otherwise when it is submitted.
    ///
    /// ```
    /// use taskmock::{Timestamp, ehpc::Command};
    /// let command = Command::new("ehpc-1", []).started(Timestamp::from_unix_millis(0));
    /// assert_eq!(command.started.unwrap().to_string(), "1970-01-01T00:00:00Z");
    /// ```
    #[must_use]
    pub fn started(mut self, started: Timestamp) -> Self {
        self.started = Some(started);
        self
    }

    /// What is wrong with its nodes although it is of the right type: the field, and a sentence.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        (0..).zip(&self.nodes).try_for_each(|(at, node): (usize, &Node)| {
            node.check().map_err(|(field, sentence)| (format!("nodes[{at}].{field}"), sentence))
        })
    }

    pub(super) fn has_started(&self, now: Timestamp) -> bool {
        self.started.is_some_and(|started| started <= now)
    }

    /// When it has ended on every node; none if it never does or is not started.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        let started = self.started?;
        if self.nodes.iter().any(|node| node.ends == Ending::Never) {
            return None;
        }
        let takes = self.nodes.iter().map(|node| node.takes.duration()).max().unwrap_or_default();
        Some(started.after(takes))
    }

    /// The status of every node, and the overall one that follows from them.
    pub(super) fn statuses(&self, now: Timestamp) -> (InvokeStatus, Vec<InvokeStatus>) {
        let started = self.started.unwrap_or(now);
        let nodes: Vec<InvokeStatus> = self.nodes.iter().map(|node| node.status(started, now)).collect();
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
                Node::new("2").takes(Span::seconds(20)).ends(Ending::Fail),
                Node::new("3").takes(Span::seconds(30)).ends(Ending::Stopped),
            ],
        );
        command.started = Some(at(0));
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
