//! What is stated of ListInvocationStatus.

use crate::fact::{Fact, facts};

pub(super) const FACTS: &[Fact] = facts! {
    "ehpc.list_invocation_status.cluster_id.required", Documented, "003, request parameters: ClusterId", "ClusterId is required.";
    "ehpc.list_invocation_status.command_id.required", Documented, "003, request parameters: CommandId", "CommandId is required.";
    "ehpc.list_invocation_status.invoke_instances", Documented, "003, response parameters: InvokeInstances", "One record a node.";
    "ehpc.list_invocation_status.invoke_instances.nested", Documented, "003, samples: XML, JSON", "The list stands in InvokeInstances, inside an InvokeInstance of its own, in both encodings.";
    "ehpc.list_invocation_status.invoke_status", Sdk, "SDK 4.0.0, ListInvocationStatusResponseBody; 003 leaves the values blank", "Finished, Running, Failed, Stopped.";
    "ehpc.list_invocation_status.invoke_status.overall", Assumed, "nobody", "Running if any node runs, else Failed if any failed, else Stopped if any was stopped, else Finished.";
    "ehpc.list_invocation_status.json.root", Vendor, "newer vendor page and every SDK: unwrapped; 003, sample: wrapped", "The JSON is not wrapped; {\"ListInvocationStatusResponse\": …} is a dialect.";
    "ehpc.list_invocation_status.command_id.unknown", Assumed, "the table has ObjectNotFound", "A command that is unknown or of another cluster is 404 ObjectNotFound.";
    "ehpc.list_invocation_status.error.invalid_params", Documented, "003, error codes", "400 InvalidParams `The specified parameter %s is invalid.`.";
    "ehpc.list_invocation_status.error.not_enabled", Documented, "003, error codes", "400 NotEnabled.";
    "ehpc.list_invocation_status.error.in_debt", Documented, "003, error codes", "400 InDebt.";
    "ehpc.list_invocation_status.error.invalid_cluster_status", Documented, "003, error codes", "403 InvalidClusterStatus.";
    "ehpc.list_invocation_status.error.conflict_opt", Documented, "003, error codes", "403 ConflictOpt.";
    "ehpc.list_invocation_status.error.cluster_not_found", Documented, "003, error codes", "404 ClusterNotFound.";
    "ehpc.list_invocation_status.error.object_not_found", Documented, "003, error codes", "404 ObjectNotFound.";
    "ehpc.list_invocation_status.error.not_authorized", Documented, "003, error codes", "407 NotAuthorized.";
    "ehpc.list_invocation_status.error.ecs_error", Documented, "003, error codes", "406 EcsError.";
    "ehpc.list_invocation_status.error.agent_error", Documented, "003, error codes", "406 AgentError.";
    "ehpc.list_invocation_status.error.aliyun_error", Documented, "003, error codes", "406 AliyunError.";
    "ehpc.list_invocation_status.error.part_failure", Documented, "003, error codes", "409 PartFailure.";
    "ehpc.list_invocation_status.error.unknown_error", Documented, "003, error codes", "500 UnknownError.";
    "ehpc.list_invocation_status.error.service_unavailable", Documented, "003, error codes", "503 ServiceUnavailable.";
};
