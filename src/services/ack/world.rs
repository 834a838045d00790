//! The documents' world of ACK: the one task that the sample of `002` shows.

use super::{ResultStatus, State, Task, TaskResult};
use crate::clock::{Span, Timestamp};

pub(super) fn documents() -> State {
    let created = Timestamp::from_unix_millis(1_604_995_324_000);
    State {
        tasks: vec![Task {
            // The sample request asks with the one id, the sample answer shows the other.
            aliases: vec!["T-5faa48fb31b6b8078d00****".to_owned()],
            started: Some(created),
            ..Task::new("c78592bfe92244365b3c3ad47f1de****", "cluster_scaleout")
                .id("T-5faa48fb31b6b8078d000006")
                // `updated` is 62 seconds after `created`.
                .result(TaskResult::new("i-xxx", Span::seconds(62), ResultStatus::Success))
                .never_ends()
        }],
    }
}
