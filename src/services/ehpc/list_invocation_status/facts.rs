//! What is stated of ListInvocationStatus.

use crate::fact::{Fact, facts};

pub(super) const FACTS: &[Fact] = facts! {
    "ehpc.list_invocation_status.purpose", Documented, "003, first sentence", "Tells the status of a command that was run.";
    "ehpc.list_invocation_status.input.cluster_id", Documented, "003, request parameters: ClusterId", "ClusterId is a required string.";
    "ehpc.list_invocation_status.input.command_id", Documented, "003, request parameters: CommandId", "CommandId is a required string.";
    "ehpc.list_invocation_status.output.command_id", Documented, "003, response parameters: CommandId", "CommandId is a string: the id of the command.";
    "ehpc.list_invocation_status.output.invoke_instances", Documented, "003, response parameters: InvokeInstances", "InvokeInstances is an array of InvokeInstance, one record a node.";
    "ehpc.list_invocation_status.output.instance_id", Documented, "003, response parameters: InstanceId", "InstanceId is a string, in each record: the id of the node.";
    "ehpc.list_invocation_status.output.instance_invoke_status", Documented, "003, response parameters: InstanceInvokeStatus", "InstanceInvokeStatus is a string, in each record: the status on the node.";
    "ehpc.list_invocation_status.output.invoke_status", Documented, "003, response parameters: InvokeStatus", "InvokeStatus is a string: the overall status.";
    "ehpc.list_invocation_status.output.request_id", Documented, "003, response parameters: RequestId", "RequestId is a string: the id of the request.";
    "ehpc.list_invocation_status.invoke_status.finished", Documented, "003, response parameters: InvokeStatus, InstanceInvokeStatus; samples", "Finished is a status of a node and of the whole.";
    "ehpc.list_invocation_status.invoke_status.running", Sdk, "SDK 4.0.0, ListInvocationStatusResponseBody", "Running is a status of a node and of the whole.";
    "ehpc.list_invocation_status.invoke_status.failed", Sdk, "SDK 4.0.0, ListInvocationStatusResponseBody", "Failed is a status of a node and of the whole.";
    "ehpc.list_invocation_status.invoke_status.stopped", Sdk, "SDK 4.0.0, ListInvocationStatusResponseBody", "Stopped is a status of a node and of the whole.";
    "ehpc.list_invocation_status.encoding.json", Documented, "003, samples: JSON", "The answer may be JSON.";
    "ehpc.list_invocation_status.encoding.xml", Documented, "003, samples: XML", "The answer may be XML, with the root <ListInvocationStatusResponse>.";
    "ehpc.list_invocation_status.sample.request", Documented, "003, 示例: request", "The sample asks for c-hz01v8x80o3**** of ehpc-hz-FYUr32****.";
    "ehpc.list_invocation_status.sample.xml", Documented, "003, 示例: XML", "Two nodes, both Finished.";
    "ehpc.list_invocation_status.sample.json", Documented, "003, 示例: JSON", "The same answer in JSON, wrapped.";
    "ehpc.list_invocation_status.invoke_instances.nested", Documented, "003, samples: XML, JSON", "The list stands in InvokeInstances, inside an InvokeInstance of its own, in both encodings.";
    "ehpc.list_invocation_status.invoke_status.overall", Assumed, "nobody", "Running if any node runs, else Failed if any failed, else Stopped if any was stopped, else Finished.";
    "ehpc.list_invocation_status.json.root", Vendor, "newer vendor page and every SDK: unwrapped; 003, sample: wrapped", "The JSON is not wrapped; {\"ListInvocationStatusResponse\": …} is a dialect.";
    "ehpc.list_invocation_status.command_id.unknown", Assumed, "the table has ObjectNotFound", "A command that is unknown or of another cluster is 404 ObjectNotFound.";
    "ehpc.list_invocation_status.error.invalid_params", Documented, "003, error codes; 001 says `Invalid param: %s`", "400 InvalidParams `The specified parameter %s is invalid.`.";
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
