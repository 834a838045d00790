"""The documents' world: the documents' own sample requests get the documents' own sample values."""

import json

from . import answer, has, shown

# 000 and 001: the newest of ten tasks; the samples are abridged to it. What the samples escape twice
# is escaped once here, as SDKs can read it.
LIST_TASKS = {
    "Status": "Processing",
    "TaskType": "StopCluster",
    "TotalSteps": 35,
    "CurrentStep": 16,
    "Result": json.loads(
        '{"Instances":[{"InstanceId":"i-bp1inb1j2xz8pnoi****","Ip":"192.168.*.*","Hostname":"login0","role":"login"}]}'
    ),
    "Errors": [],
    "TaskId": "B745C159-3155-4B94-95D0-4B73D4D2****",
    "Request": json.loads(
        '{"requestId":"0A6CA33E-BFBF-4F92-BDAE-4E8860DA****","uid":"160998252992****","bid":"268**","clusterId":"ehpc-hz-ysQtcZ****"}'
    ),
    "ClusterId": "ehpc-hz-FYUr32****",
}

# 003
LIST_INVOCATION_STATUS = {
    "CommandId": "c-hz01v8x80o3****",
    "InvokeStatus": "Finished",
    "InvokeInstances": {
        "InvokeInstance": [
            {"InstanceId": "i-uf6abz34m2714bp4****", "InstanceInvokeStatus": "Finished"},
            {"InstanceId": "i-uf68t1zu3jkhs8wy****", "InstanceInvokeStatus": "Finished"},
        ]
    },
}

# 002
DESCRIBE_TASK_INFO = {
    "cluster_id": "c78592bfe92244365b3c3ad47f1de****",
    "task_id": "T-5faa48fb31b6b8078d000006",
    "created": "2020-11-10T16:02:04+08:00",
    "updated": "2020-11-10T16:03:06+08:00",
    "state": "running",
    "task_type": "cluster_scaleout",
    "task_result": [{"data": "i-xxx", "status": "success"}],
}

# 004
GROW = {
    "type": "Grow",
    "logical_cluster_name": "elastic_group",
    "start_time": "2023-06-05 01:58:43",
    "end_time": "2023-06-05 02:11:50",
    "result": "success",
    "log": "Expand from outside success",
}
CREATE = {
    "type": "Create",
    "logical_cluster_name": "test_logical",
    "start_time": "2023-06-21 08:35:58",
    "end_time": "2023-06-21 08:36:14",
    "result": "failed",
    "log": "list index out of range\\nChecking whether the reentry command is consistent with the previous command.",
}

EHPC = {"ClusterId": "ehpc-hz-FYUr32****"}
TASK = {**EHPC, "TaskId": "B745C159-3155-4B94-95D0-4B73D4D2****"}
COMMAND = {**EHPC, "CommandId": "c-hz01v8x80o3****"}
DWS = {"project_id": "9b06d044ea4f49f1a58b2bed2b0084bd", "cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b"}
FILTER = {"offset": 0, "limit": 10, "logical_cluster_name": "test_logical", "order_by": "startTime", "order": "DESC"}

PAGE = {"PageNumber": 1, "PageSize": 10, "TotalCount": 10}
ONE_TASK = {"PageNumber": 1, "PageSize": 10, "TotalCount": 1, "Tasks": [LIST_TASKS]}

SAMPLES = [
    # what, operation, parameters, body, the sample's request id
    ("the sample request", "ehpc.list_tasks", EHPC, {**PAGE, "Tasks": [LIST_TASKS]}, "89A1AC0F-4A6C-4F3D-98F9-BEF9A823****"),
    ("the sample TaskId", "ehpc.list_tasks", TASK, ONE_TASK, "89A1AC0F-4A6C-4F3D-98F9-BEF9A823****"),
    ("the sample request", "ehpc.list_invocation_status", COMMAND, LIST_INVOCATION_STATUS, "04F0F334-1335-436C-A1D7-6C044FE73368"),
    ("the id of the sample request", "ack.describe_task_info", {"task_id": "T-5faa48fb31b6b8078d00****"}, DESCRIBE_TASK_INFO, None),
    ("the id of the sample answer", "ack.describe_task_info", {"task_id": "T-5faa48fb31b6b8078d000006"}, DESCRIBE_TASK_INFO, None),
    ("the first sample request", "dws.list_logical_cluster_tasks", DWS, {"logical_cluster_tasks": [GROW, CREATE], "count": 2}, None),
    # Its filter, Expand, is the type of neither task of the sample.
    ("the second sample request", "dws.list_logical_cluster_tasks", {**DWS, **FILTER, "type": "Expand"}, {"logical_cluster_tasks": [], "count": 0}, None),
    ("the second sample request, any type", "dws.list_logical_cluster_tasks", {**DWS, **FILTER}, {"logical_cluster_tasks": [CREATE], "count": 1}, None),
]


def run(mock, clients, report):
    printed = mock.default_state()
    worlds = [("served without a state", mock.reset), ("as `taskmock state` prints it", lambda: mock.put(printed))]
    for world, go_there in worlds:
        for what, operation, params, body, request_id in SAMPLES:
            for client in has(clients, operation):
                go_there()
                came = client.ask(operation, params)
                seen = shown(came)
                if body.get("TotalCount") == 10 and len(seen["body"]["Tasks"]) == 10:
                    # The other nine are not in any document.
                    del seen["body"]["Tasks"][1:]
                report.check(client.name, operation, f"{what}, {world}", answer(operation, came, body, request_id), seen)
