//! What is stated of DescribeTaskInfo.

use crate::fact::{Fact, facts};

pub(super) const FACTS: &[Fact] = facts! {
    "ack.describe_task_info.route", Documented, "002, request syntax", "GET /tasks/{task_id}.";
    "ack.describe_task_info.task_id.required", Documented, "002, request parameters: task_id", "task_id is a required part of the path.";
    "ack.describe_task_info.task_id.sample", Documented, "002, sample request and answer", "The sample request asks with T-5faa48fb31b6b8078d00****, the answer shows T-5faa48fb31b6b8078d000006; both find the task.";
    "ack.describe_task_info.state", Vendor, "current vendor page; 002 leaves the values blank", "running, fail, success.";
    "ack.describe_task_info.state.fail", Vendor, "current vendor page, SDK from 6.7.1; SDK 3.3.5 to 6.0.0 says failed", "A task that failed has the state fail; failed is a dialect.";
    "ack.describe_task_info.task_result.status", Sdk, "SDK 7.2.3; 002 leaves the values blank", "success, failed, initial.";
    "ack.describe_task_info.created", Documented, "002, response parameters: created, updated", "created and updated are RFC 3339 with +08:00.";
    "ack.describe_task_info.updated", Assumed, "the sample's is later than created", "updated is when anything of the task last changed.";
    "ack.describe_task_info.stages.time", Documented, "002, response parameters: stages, start_time, end_time", "start_time and end_time are YYYY-MM-DD HH:MM:SS without a zone.";
    "ack.describe_task_info.stages.zone", Assumed, "created shows +08:00", "Stage times are in China's time.";
    "ack.describe_task_info.stages.running", Assumed, "nobody", "Stages that have not begun are not listed; one that runs has no end_time.";
    "ack.describe_task_info.stages.state", Assumed, "002, response parameters: stages, state: running", "The states of a stage are those of a task; the stage at which a task ends badly ends as the task.";
    "ack.describe_task_info.current_stage", Documented, "002, response parameters: current_stage", "The stage that the task is at.";
    "ack.describe_task_info.events.timestamp", Documented, "002, response parameters: events, timestamp", "Milliseconds since 1970 as a string.";
    "ack.describe_task_info.error.code", Documented, "002, response parameters: error, code", "A string, such as \"400\".";
    "ack.describe_task_info.outputs", Sdk, "SDK 7.x, DescribeTaskInfoResponseBody; not in 002", "outputs is a map.";
    "ack.describe_task_info.map.xml", Assumed, "nobody", "In XML, parameters and outputs hold JSON text.";
    "ack.describe_task_info.xml.root", Assumed, "002, sample: XML without a root", "The XML has the root <DescribeTaskInfoResponse>; the rootless fragment is a dialect.";
    "ack.describe_task_info.empty", Sdk, "SDKs decode a missing list as empty", "A list, map or object that holds nothing is left out, as in the sample.";
    "ack.describe_task_info.error.not_found", Vendor, "alibaba-cloud-sdk-go issue 476; the HTTP status is assumed to be its status", "An unknown task is 400 `the task T-… not found`, code \"400\".";
};
