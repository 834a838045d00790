//! The documents' world of E-HPC: what the samples of `000`, `001` and `003` name.

use super::{Command, Node, State, Task, TaskType};
use crate::clock::{Span, Timestamp};
use crate::format::JsonText;
use crate::script::Ending;

const CLUSTER: &str = "ehpc-hz-FYUr32****";
/// Named only in the sample's Request; it exists and is empty.
const OTHER_CLUSTER: &str = "ehpc-hz-ysQtcZ****";

pub(super) fn documents() -> State {
    let started = |minutes: u64| Some(minutes_before_midnight(minutes));
    // The samples count ten tasks and show one; these are the other nine. They were submitted
    // before it and run when the clock stands at its start, so that the sample's comes first.
    let mut tasks: Vec<Task> = (1..)
        .zip([
            (TaskType::CreateCluster, Ending::Success),
            (TaskType::StartCluster, Ending::Success),
            (TaskType::AddComputes, Ending::PartialFail),
            (TaskType::StartComputes, Ending::Fail),
            (TaskType::ResetComputes, Ending::Success),
            (TaskType::StopComputes, Ending::Success),
            (TaskType::DeleteComputes, Ending::Fail),
            (TaskType::AddComputes, Ending::Success),
            (TaskType::DeleteCluster, Ending::Never),
        ])
        .map(|(number, (task_type, ends))| Task {
            started: started(60 - number),
            ..Task::new(CLUSTER, task_type)
                .id(&format!("5A4B3C2D-0000-4000-8000-0000000{number:05}"))
                .takes(Span::seconds(3600 + 300 * number))
                .ends(ends)
        })
        .collect();
    tasks.push(Task {
        started: started(16),
        request: Some(JsonText::from(
            r#"{"requestId":"0A6CA33E-BFBF-4F92-BDAE-4E8860DA****","uid":"160998252992****","bid":"268**","clusterId":"ehpc-hz-ysQtcZ****"}"#,
        )),
        result: Some(JsonText::from(
            r#"{"Instances":[{"InstanceId":"i-bp1inb1j2xz8pnoi****","Ip":"192.168.*.*","Hostname":"login0","role":"login"}]}"#,
        )),
        ..Task::new(CLUSTER, TaskType::StopCluster)
            .id("B745C159-3155-4B94-95D0-4B73D4D2****")
            .steps(35)
            .takes(Span::seconds(35 * 60))
    });
    let command = Command {
        started: started(10),
        ..Command::new(CLUSTER, ["i-uf6abz34m2714bp4****", "i-uf68t1zu3jkhs8wy****"].map(Node::new))
            .id("c-hz01v8x80o3****")
    };
    State { clusters: vec![OTHER_CLUSTER.to_owned()], tasks, commands: vec![command] }
}

/// The documents' world starts at midnight; see `State::documents`.
fn minutes_before_midnight(minutes: u64) -> Timestamp {
    let midnight = crate::clock::DOCUMENTS_START.unix_millis();
    Timestamp::from_unix_millis(midnight - (minutes * 60_000) as i64)
}
