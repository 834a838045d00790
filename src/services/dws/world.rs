//! The documents' world of DWS: what the sample of `004` names.

use super::{Cluster, State, Task};
use crate::clock::{Span, Timestamp};

const CLUSTER: &str = "9b7ff56b-47b3-4d00-a1fd-4c023d34404b";

pub(super) fn documents() -> State {
    // The sample's times have no zone; they are taken as UTC.
    let grow = Task {
        started: Some(Timestamp::from_unix_millis(1_685_930_323_000)),
        ..Task::new(CLUSTER, "elastic_group", "Grow")
            .takes(Span::seconds(13 * 60 + 7))
            .log("Expand from outside success")
    };
    let create = Task {
        started: Some(Timestamp::from_unix_millis(1_687_336_558_000)),
        ..Task::new(CLUSTER, "test_logical", "Create")
            .takes(Span::seconds(16))
            .fails("list index out of range")
            .reason("Checking whether the reentry command is consistent with the previous command.")
    };
    State {
        clusters: vec![Cluster {
            project_id: "9b06d044ea4f49f1a58b2bed2b0084bd".to_owned(),
            cluster_id: CLUSTER.to_owned(),
        }],
        tasks: vec![grow, create],
    }
}
