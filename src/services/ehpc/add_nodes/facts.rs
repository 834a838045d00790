//! What is stated of AddNodes.

use crate::fact::{Fact, facts};

pub(super) const FACTS: &[Fact] = facts! {
    "ehpc.add_nodes.purpose", Documented, "001, response parameters: TaskType", "AddNodes starts a task of the type AddComputes.";
    "ehpc.add_nodes.input.cluster_id", Sdk, "alibabacloud_ehpc20180412 4.0.0, AddNodesRequest", "ClusterId is a required string.";
    "ehpc.add_nodes.input.count", Sdk, "alibabacloud_ehpc20180412 4.0.0, AddNodesRequest: 1 to 99", "Count is a required integer from 1 to 99.";
    "ehpc.add_nodes.input.other", Assumed, "the SDK has 30 more parameters", "The other parameters of the SDK are ignored.";
    "ehpc.add_nodes.output.request_id", Sdk, "alibabacloud_ehpc20180412 4.0.0, AddNodesResponseBody", "RequestId is a string: the id of the request.";
    "ehpc.add_nodes.output.task_id", Sdk, "alibabacloud_ehpc20180412 4.0.0, AddNodesResponseBody", "TaskId is a string: the id of the task that was started.";
    "ehpc.add_nodes.output.instance_ids", Sdk, "alibabacloud_ehpc20180412 4.0.0, AddNodesResponseBody: a flat list decodes to no body at all", "InstanceIds is an object whose InstanceId is a list of the ids of the nodes.";
    "ehpc.add_nodes.output.instance_id", Sdk, "alibabacloud_ehpc20180412 4.0.0, AddNodesResponseBodyInstanceIds", "InstanceId is a list of strings, in InstanceIds: the id of each node.";
    "ehpc.add_nodes.encoding.json", Sdk, "alibabacloud_ehpc20180412 4.0.0", "The answer may be JSON, without a wrapper.";
    "ehpc.add_nodes.encoding.xml", Assumed, "by the pattern of 000 and 003", "The answer may be XML, with the root <AddNodesResponse>.";
    "ehpc.add_nodes.task", Documented, "001, interface description: the TaskId of AddNodes finds the task", "ListTasks shows the task by the TaskId of the answer.";
    "ehpc.add_nodes.task.script", Assumed, "nobody", "The task has 10 steps, takes 10 minutes and succeeds; its Request holds ClusterId and Count, its Result the nodes.";
    "ehpc.add_nodes.repeated", Assumed, "AddNodes takes a ClientToken, which nobody would need otherwise", "Without a ClientToken each call starts another task.";
    "ehpc.add_nodes.number.syntax", Assumed, "nobody", "Count is decimal digits only; anything else is InvalidParams.";
    "ehpc.add_nodes.refusal", Assumed, "nobody", "A refusal starts nothing.";
    "ehpc.add_nodes.error.invalid_params", Assumed, "as StartCluster's table on the vendor's page", "400 InvalidParams `The specified parameter %s is invalid.`.";
    "ehpc.add_nodes.error.invalid_cluster_status", Assumed, "as StartCluster's table on the vendor's page", "403 InvalidClusterStatus; here only when injected.";
    "ehpc.add_nodes.error.conflict_opt", Assumed, "as StartCluster's table on the vendor's page", "403 ConflictOpt; here only when injected.";
    "ehpc.add_nodes.error.cluster_not_found", Assumed, "as StartCluster's table on the vendor's page", "404 ClusterNotFound.";
    "ehpc.add_nodes.error.ecs_error", Assumed, "as StartCluster's table on the vendor's page", "406 EcsError; here only when injected.";
    "ehpc.add_nodes.error.db_error", Assumed, "as StartCluster's table on the vendor's page", "406 DbError; here only when injected.";
    "ehpc.add_nodes.error.aliyun_error", Assumed, "as StartCluster's table on the vendor's page", "406 AliyunError; here only when injected.";
    "ehpc.add_nodes.error.not_authorized", Assumed, "as StartCluster's table on the vendor's page", "407 NotAuthorized.";
    "ehpc.add_nodes.error.unknown_error", Assumed, "as StartCluster's table on the vendor's page", "500 UnknownError; here only when injected.";
};
