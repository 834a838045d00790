//! What is stated of ListLogicalClusterTasks.

use crate::fact::{Fact, facts};

pub(super) const FACTS: &[Fact] = facts! {
    "dws.list_logical_cluster_tasks.route", Documented, "004, URI", "GET /v2/{project_id}/clusters/{cluster_id}/logical-clusters/tasks.";
    "dws.list_logical_cluster_tasks.cluster_id.uuid", Documented, "004, path parameters: cluster_id", "A cluster id is a 36-digit UUID.";
    "dws.list_logical_cluster_tasks.cluster_id.project", Assumed, "nobody", "A cluster of another project does not exist.";
    "dws.list_logical_cluster_tasks.offset.min", Documented, "004, query parameters: offset", "offset is at least 0.";
    "dws.list_logical_cluster_tasks.offset.default", Documented, "004, query parameters: offset", "The default of offset is 0.";
    "dws.list_logical_cluster_tasks.offset.unit", Documented, "004, query parameters: offset: page number minus 1; other vendor code counts rows", "offset is a page; rows are a dialect.";
    "dws.list_logical_cluster_tasks.limit.min", Documented, "004, query parameters: limit", "limit is greater than 0.";
    "dws.list_logical_cluster_tasks.limit.default", Documented, "004, query parameters: limit", "The default of limit is 10.";
    "dws.list_logical_cluster_tasks.number.max", Assumed, "SDKs hold 32-bit integers", "A number over 2147483647 is refused.";
    "dws.list_logical_cluster_tasks.number.syntax", Assumed, "nobody", "A number is decimal digits only.";
    "dws.list_logical_cluster_tasks.logical_cluster_name", Documented, "004, query parameters: logical_cluster_name; exact match is assumed", "Lists the tasks of one logical cluster.";
    "dws.list_logical_cluster_tasks.type", Documented, "004, query parameters: type; exact match is assumed", "Lists the tasks of one type; the sample's filter Expand matches neither task of its answer.";
    "dws.list_logical_cluster_tasks.order", Documented, "004, query parameters: order", "ASC or DESC.";
    "dws.list_logical_cluster_tasks.order.other", Assumed, "nobody", "Any other order, lower case included, is refused.";
    "dws.list_logical_cluster_tasks.order.default", Assumed, "the sample's tasks are ascending", "Without order and order_by the list ascends by start_time.";
    "dws.list_logical_cluster_tasks.order_by", Documented, "004, sample request: order_by=startTime", "order_by names a field as the sample does.";
    "dws.list_logical_cluster_tasks.order_by.alias", Assumed, "response parameters: start_time", "The field's own spelling, and the other fields, are accepted; any other name is refused.";
    "dws.list_logical_cluster_tasks.count", Documented, "004, response parameters: count", "count is the number of tasks, not of the page.";
    "dws.list_logical_cluster_tasks.count.filtered", Assumed, "nobody", "count counts after filtering.";
    "dws.list_logical_cluster_tasks.time", Documented, "004, sample", "start_time and end_time are YYYY-MM-DD HH:MM:SS.";
    "dws.list_logical_cluster_tasks.time.zone", Assumed, "sibling operations state UTC", "They are in UTC.";
    "dws.list_logical_cluster_tasks.task.running", Assumed, "the sibling's action_info has an empty result", "end_time, result and log are empty while a task runs; null is a dialect.";
    "dws.list_logical_cluster_tasks.log", Documented, "004, sample", "log is free text; the sample's holds a backslash and an n.";
    "dws.list_logical_cluster_tasks.error.body", Vendor, "terraform-provider-huaweicloud; 004 lists statuses only", "error_code and error_msg; errCode and externalMessage besides are a dialect.";
    "dws.list_logical_cluster_tasks.error.400", Documented, "004, status codes: 400; code and text: vendor error list", "400 DWS.0001 for a parameter out of its range, and for a cluster id that is no UUID.";
    "dws.list_logical_cluster_tasks.error.403", Documented, "004, status codes: 403; code and text: vendor error list", "403 DWS.0015.";
    "dws.list_logical_cluster_tasks.error.404", Documented, "004, status codes: 404; code: terraform-provider-huaweicloud; the text is assumed", "404 DWS.0047 for a cluster that does not exist.";
    "dws.list_logical_cluster_tasks.error.500", Documented, "004, status codes: 500; code and text: vendor error list", "500 DWS.0005.";
};
