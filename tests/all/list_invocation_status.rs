//! ListInvocationStatus: node by node, and the status that follows from the nodes.

use std::time::Duration;

use serde_json::{Value, json};
use taskmock::Ending;
use taskmock::ehpc::{Command, Node};
use taskmock::{Backend, State};

use crate::support::ask;

fn status(backend: &mut Backend, cluster: &str, command: &str) -> (u16, Value) {
    ask(
        backend,
        &format!(
            "/?Action=ListInvocationStatus&Version=2018-04-12&Format=JSON&ClusterId={cluster}&CommandId={command}"
        ),
    )
}

#[test]
fn each_node_is_watched_to_its_own_end() {
    let mut backend = Backend::new(State::default());
    let id = backend.submit(Command::new(
        "c",
        [
            Node::new("i-1").takes(Duration::from_secs(10)),
            Node::new("i-2").takes(Duration::from_secs(20)).ends(Ending::Fail),
            Node::new("i-3").takes(Duration::from_secs(30)).ends(Ending::Stopped),
        ],
    ));
    for (seconds, overall, nodes) in [
        (0, "Running", ["Running", "Running", "Running"]),
        (10, "Running", ["Finished", "Running", "Running"]),
        (10, "Running", ["Finished", "Failed", "Running"]),
        (10, "Failed", ["Finished", "Failed", "Stopped"]),
    ] {
        backend.advance(Duration::from_secs(seconds));
        let (http_status, body) = status(&mut backend, "c", &id);
        assert_eq!(http_status, 200);
        assert_eq!(body["InvokeStatus"], overall);
        assert_eq!(body["CommandId"], id.as_str());
        let expected = json!([
            {"InstanceId": "i-1", "InstanceInvokeStatus": nodes[0]},
            {"InstanceId": "i-2", "InstanceInvokeStatus": nodes[1]},
            {"InstanceId": "i-3", "InstanceInvokeStatus": nodes[2]},
        ]);
        assert_eq!(body["InvokeInstances"]["InvokeInstance"], expected);
    }
}

#[test]
fn a_command_without_nodes_is_finished_and_lists_none() {
    let mut backend = Backend::new(State::default());
    let id = backend.submit(Command::new("c", []));
    let (_, body) = status(&mut backend, "c", &id);
    assert_eq!(body["InvokeStatus"], "Finished");
    assert_eq!(body["InvokeInstances"], json!({"InvokeInstance": []}));
}

#[test]
fn what_does_not_exist_is_refused_by_what_is_missing() {
    let mut backend = Backend::new(State::default());
    let id = backend.submit(Command::new("c", []));
    backend.submit(Command::new("d", []).id("elsewhere"));
    for (cluster, command, expected) in [
        ("x", id.as_str(), (404, "ClusterNotFound")),
        ("c", "c-nobody", (404, "ObjectNotFound")),
        ("c", "elsewhere", (404, "ObjectNotFound")),
        ("", id.as_str(), (400, "MissingClusterId")),
        ("c", "", (400, "MissingCommandId")),
        ("", "", (400, "MissingClusterId")),
    ] {
        let (http_status, body) = status(&mut backend, cluster, command);
        assert_eq!((http_status, body["Code"].as_str()), (expected.0, Some(expected.1)), "{cluster} {command}");
    }
}
