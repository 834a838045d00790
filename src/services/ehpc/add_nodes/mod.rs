//! AddNodes: adds compute nodes to a cluster, by a task that ListTasks then shows.
//!
//! None of the five documents describes it; what is here is what the official SDKs send and decode.

mod facts;
mod model;

pub use model::{Input, Output};

use super::{Effect, Index, SERVICE, State, Task, TaskType, cluster_not_found};
use crate::error_code::{self, ErrorCode, Refusal, error_codes};
use crate::format::{Format, JsonText};
use crate::operation::{Access, Answered, Call, Operation, Parameter};

pub(crate) static OPERATION: Operation = Operation {
    id: "ehpc.add_nodes",
    name: "AddNodes",
    service: &SERVICE,
    method: "GET",
    access: Access::Change,
    path: "/",
    formats: Format::ALL,
    parameters: &[Parameter::required("ClusterId"), Parameter::required("Count")],
    errors: ERRORS,
    facts: facts::FACTS,
    sample: "/?Action=AddNodes&ClusterId=ehpc-hz-FYUr32****&Count=2",
};

/// No page that could be read lists its errors; these are StartCluster's, of the same service.
const ERRORS: &[ErrorCode] = error_codes! { Service:
    400 "InvalidParams" "The specified parameter %s is invalid." ("Count") ["ehpc.add_nodes.error.invalid_params"];
    403 "InvalidClusterStatus" "The operation failed due to invalid cluster status." ["ehpc.add_nodes.error.invalid_cluster_status"];
    403 "ConflictOpt" "A conflicting operation is running." ["ehpc.add_nodes.error.conflict_opt"];
    404 "ClusterNotFound" "The specified cluster does not exist." ["ehpc.add_nodes.error.cluster_not_found"];
    406 "EcsError" "An error occurred while calling the ECS API operation." ["ehpc.add_nodes.error.ecs_error"];
    406 "DbError" "A database service error occurred." ["ehpc.add_nodes.error.db_error"];
    406 "AliyunError" "An Alibaba Cloud product error occurred." ["ehpc.add_nodes.error.aliyun_error"];
    407 "NotAuthorized" "You are not authorized by RAM for this request." ["ehpc.add_nodes.error.not_authorized"];
    500 "UnknownError" "An unknown error occurred." ["ehpc.add_nodes.error.unknown_error"];
};

const INVALID_PARAMS: &ErrorCode = error_code::row(ERRORS, "InvalidParams");

/// Starts the task, with a fresh id for it and for each node.
pub(crate) fn answer(_: &State, index: &mut Index, call: &Call<'_>) -> Result<Answered<Effect>, Refusal> {
    let count = call.number("Count", 1..=99, 1, INVALID_PARAMS)?;
    let cluster_id = call.required("ClusterId");
    if index.cluster(cluster_id).is_none() {
        return Err(cluster_not_found(ERRORS).about(""));
    }
    let output = Output {
        request_id: call.request_id.to_owned(),
        task_id: call.fresh.uuid(),
        instance_ids: (1..=count).map(|node| format!("i-{}", call.fresh.digits(node, 20))).collect(),
    };
    let instances: Vec<_> = output.instance_ids.iter().map(|id| serde_json::json!({ "InstanceId": id })).collect();
    let task = Task {
        request: Some(JsonText::from(&serde_json::json!({ "clusterId": cluster_id, "Count": count }))),
        result: Some(JsonText::from(&serde_json::json!({ "Instances": instances }))),
        ..Task::new(cluster_id, TaskType::AddComputes).id(&output.task_id)
    };
    Ok(Answered { body: output.encoded(call.format), effects: vec![Effect::Start(task)] })
}
