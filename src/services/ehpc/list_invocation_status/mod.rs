//! ListInvocationStatus: how a command fares, node by node.
//!
//! Document `003`. Its JSON sample is wrapped; the newer vendor page and every SDK have it
//! unwrapped, which is the default.

mod facts;
mod model;

pub use model::{Input, InvokeInstance, InvokeStatus, Output};

use super::{Index, SERVICE, State, cluster_not_found};
use crate::error_code::{ErrorCode, Refusal, error_codes, row};
use crate::format::Format;
use crate::operation::{Access, Call, Encoded, Operation, Parameter};

pub(crate) static OPERATION: Operation = Operation {
    id: "ehpc.list_invocation_status",
    name: "ListInvocationStatus",
    service: &SERVICE,
    method: "GET",
    access: Access::Read,
    path: "/",
    formats: Format::ALL,
    parameters: &[Parameter::required("ClusterId"), Parameter::required("CommandId")],
    errors: ERRORS,
    facts: facts::FACTS,
    sample: "/?Action=ListInvocationStatus&ClusterId=ehpc-hz-FYUr32****&CommandId=c-hz01v8x80o3****",
};

const ERRORS: &[ErrorCode] = error_codes! { Service:
    400 "InvalidParams" "The specified parameter %s is invalid." ("CommandId") ["ehpc.list_invocation_status.error.invalid_params"];
    400 "NotEnabled" "You have not enabled this service" ["ehpc.list_invocation_status.error.not_enabled"];
    400 "InDebt" "Your account has overdue payments." ["ehpc.list_invocation_status.error.in_debt"];
    403 "InvalidClusterStatus" "The operation failed due to invalid cluster status." ["ehpc.list_invocation_status.error.invalid_cluster_status"];
    403 "ConflictOpt" "A conflicting operation is running." ["ehpc.list_invocation_status.error.conflict_opt"];
    404 "ClusterNotFound" "The specified cluster does not exist." ["ehpc.list_invocation_status.error.cluster_not_found"];
    404 "ObjectNotFound" "The specified object is not found." ["ehpc.list_invocation_status.error.object_not_found"];
    407 "NotAuthorized" "You are not authorized by RAM for this request." ["ehpc.list_invocation_status.error.not_authorized"];
    406 "EcsError" "An error occurred while calling the ECS API operation." ["ehpc.list_invocation_status.error.ecs_error"];
    406 "AgentError" "The agent service request failed." ["ehpc.list_invocation_status.error.agent_error"];
    406 "AliyunError" "An Alibaba Cloud product error occurred." ["ehpc.list_invocation_status.error.aliyun_error"];
    409 "PartFailure" "Part of the batch operation failed." ["ehpc.list_invocation_status.error.part_failure"];
    500 "UnknownError" "An unknown error occurred." ["ehpc.list_invocation_status.error.unknown_error"];
    503 "ServiceUnavailable" "The request has failed due to a temporary failure of the server" ["ehpc.list_invocation_status.error.service_unavailable"];
};

const OBJECT_NOT_FOUND: &ErrorCode = row(ERRORS, "ObjectNotFound");

/// The statuses of one command, encoded.
pub(crate) fn answer(state: &State, index: &mut Index, call: &Call<'_>) -> Result<Encoded, Refusal> {
    let Some(cluster) = index.cluster(call.required("ClusterId")) else {
        return Err(cluster_not_found(ERRORS).about(""));
    };
    let found = cluster.command(call.required("CommandId")).map(|at| &state.commands[at as usize]);
    let Some(command) = found.filter(|command| command.has_started(call.now)) else {
        return Err(OBJECT_NOT_FOUND.about(""));
    };
    let (invoke_status, statuses) = command.statuses(call.now);
    let nodes = command.nodes.iter().zip(statuses);
    let output = Output {
        request_id: call.request_id.to_owned(),
        command_id: command.command_id.clone(),
        invoke_status,
        invoke_instances: nodes
            .map(|(node, status)| InvokeInstance {
                instance_id: node.instance_id.clone(),
                instance_invoke_status: status,
            })
            .collect(),
    };
    Ok(output.encoded(call.format, call.dialect))
}
