"""Errors that a request causes itself: missing, out of range, unknown, and what no service has."""

from errors import row
from state import DWS, DWS_OTHER, EMPTY, PROJECT, STATE, TYPES

from . import has, refuses

LIST_TASKS = "ehpc.list_tasks"
LIST_INVOCATION_STATUS = "ehpc.list_invocation_status"
DESCRIBE_TASK_INFO = "ack.describe_task_info"
LIST_LOGICAL_CLUSTER_TASKS = "dws.list_logical_cluster_tasks"

CLUSTER = {"ClusterId": EMPTY}
DWS_CLUSTER = {"project_id": PROJECT, "cluster_id": DWS}
UNKNOWN_UUID = "00000000-0000-0000-0000-000000000000"

REFUSED = [
    # operation, parameters, code, what it is about
    (LIST_TASKS, {}, "Missing%s", "ClusterId"),
    (LIST_TASKS, {"ClusterId": ""}, "Missing%s", "ClusterId"),
    (LIST_TASKS, {"TaskId": "BARE", "PageSize": 10}, "Missing%s", "ClusterId"),
    (LIST_TASKS, {"ClusterId": "ehpc-hz-nowhere****"}, "ClusterNotFound", None),
    (LIST_TASKS, {**CLUSTER, "PageSize": 51}, "InvalidParams", "PageSize"),
    (LIST_TASKS, {**CLUSTER, "PageSize": 0}, "InvalidParams", "PageSize"),
    (LIST_TASKS, {**CLUSTER, "PageSize": -1}, "InvalidParams", "PageSize"),
    (LIST_TASKS, {**CLUSTER, "PageSize": "ten"}, "InvalidParams", "PageSize"),
    (LIST_TASKS, {**CLUSTER, "PageNumber": 0}, "InvalidParams", "PageNumber"),
    (LIST_TASKS, {**CLUSTER, "PageNumber": 1000}, "InvalidParams", "PageNumber"),
    (LIST_TASKS, {**CLUSTER, "Archived": "maybe"}, "InvalidParams", "Archived"),
    (LIST_INVOCATION_STATUS, {}, "Missing%s", "ClusterId"),
    (LIST_INVOCATION_STATUS, {"CommandId": "c-mixed"}, "Missing%s", "ClusterId"),
    (LIST_INVOCATION_STATUS, {"ClusterId": TYPES}, "Missing%s", "CommandId"),
    (LIST_INVOCATION_STATUS, {"ClusterId": "nowhere", "CommandId": "c-mixed"}, "ClusterNotFound", None),
    (LIST_INVOCATION_STATUS, {"ClusterId": TYPES, "CommandId": "c-unknown"}, "ObjectNotFound", None),
    # Of another cluster, and not started yet.
    (LIST_INVOCATION_STATUS, {"ClusterId": EMPTY, "CommandId": "c-mixed"}, "ObjectNotFound", None),
    (LIST_INVOCATION_STATUS, {"ClusterId": TYPES, "CommandId": "c-later"}, "ObjectNotFound", None),
    (DESCRIBE_TASK_INFO, {"task_id": "T-unknown****"}, "400", "T-unknown****"),
    (DESCRIBE_TASK_INFO, {"task_id": "t-success"}, "400", "t-success"),
    # Not created yet.
    (DESCRIBE_TASK_INFO, {"task_id": "T-later"}, "400", "T-later"),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "cluster_id": "no-uuid"}, "DWS.0001", None),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "cluster_id": UNKNOWN_UUID}, "DWS.0047", None),
    # Of another project.
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "cluster_id": DWS_OTHER}, "DWS.0047", None),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "offset": -1}, "DWS.0001", None),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "offset": "one"}, "DWS.0001", None),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "limit": 0}, "DWS.0001", None),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "limit": 1.5}, "DWS.0001", None),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "order": "desc"}, "DWS.0001", None),
    (LIST_LOGICAL_CLUSTER_TASKS, {**DWS_CLUSTER, "order_by": "id"}, "DWS.0001", None),
]

UNKNOWN_ACTIONS = [
    # operation, parameters, what to call instead of it: the SDKs have it, the mock has not; code
    (LIST_TASKS, {}, "ListClusters", "InvalidAction.NotFound"),
    (LIST_LOGICAL_CLUSTER_TASKS, DWS_CLUSTER, "ListLogicalClusters", "APIGW.0101"),
]

OTHER_VERSIONS = [
    # operation, parameters
    (LIST_TASKS, CLUSTER),
    (LIST_INVOCATION_STATUS, {"ClusterId": TYPES, "CommandId": "c-mixed"}),
    (DESCRIBE_TASK_INFO, {"task_id": "T-success"}),
]


def run(mock, clients, report):
    for operation, params, code, about in REFUSED:
        for client in has(clients, operation):
            mock.put(STATE)
            refused = row(operation, code, about).refused(operation, STATE["seed"])
            refuses(report, client, operation, params, f"{params} is refused", refused)

    for operation, params, action, code in UNKNOWN_ACTIONS:
        for client in has(clients, operation):
            mock.put(STATE)
            refused = row(operation, code).refused(operation, STATE["seed"])
            refuses(report, client, operation, params, f"{action} is unknown", refused, action=action)

    for operation, params in OTHER_VERSIONS:
        for client in has(clients, operation):
            if client.is_generic:
                mock.put(STATE)
                refused = row(operation, "InvalidVersion").refused(operation, STATE["seed"])
                refuses(report, client, operation, params, "another Version", refused, version="2017-01-01")
