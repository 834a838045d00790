"""The documents' world: the documents' own sample requests get the documents' own sample values."""

from . import answers, has

# 000 and 001: the newest of ten tasks; the samples are abridged to it. What the samples escape twice
# is escaped once here, as SDKs can read it.
LIST_TASKS = {
    "Status": "Processing",
    "TaskType": "StopCluster",
    "TotalSteps": 35,
    "CurrentStep": 16,
    "Result": '{"Instances":[{"InstanceId":"i-bp1inb1j2xz8pnoi****","Ip":"192.168.*.*",'
    '"Hostname":"login0","role":"login"}]}',
    "Errors": "[]",
    "TaskId": "B745C159-3155-4B94-95D0-4B73D4D2****",
    "Request": '{"requestId":"0A6CA33E-BFBF-4F92-BDAE-4E8860DA****","uid":"160998252992****",'
    '"bid":"268**","clusterId":"ehpc-hz-ysQtcZ****"}',
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

# The samples of 002 and 004 show no request id.
REQUEST_IDS = {
    "ehpc.list_tasks": "89A1AC0F-4A6C-4F3D-98F9-BEF9A823****",
    "ehpc.list_invocation_status": "04F0F334-1335-436C-A1D7-6C044FE73368",
}

EHPC = {"ClusterId": "ehpc-hz-FYUr32****"}
TASK_ID = {"TaskId": "B745C159-3155-4B94-95D0-4B73D4D2****"}
COMMAND_ID = {"CommandId": "c-hz01v8x80o3****"}
DWS = {"project_id": "9b06d044ea4f49f1a58b2bed2b0084bd", "cluster_id": "9b7ff56b-47b3-4d00-a1fd-4c023d34404b"}
FILTER = {"offset": 0, "limit": 10, "logical_cluster_name": "test_logical", "order_by": "startTime", "order": "DESC"}

PAGE = {"PageNumber": 1, "PageSize": 10}
# No document shows the other nine.
TEN_TASKS = {**PAGE, "TotalCount": 10, "Tasks": [LIST_TASKS] + ["another"] * 9}
ONE_TASK = {**PAGE, "TotalCount": 1, "Tasks": [LIST_TASKS]}

SAMPLES = {
    # what, parameters, body
    "ehpc.list_tasks": [
        ("the sample request", EHPC, TEN_TASKS),
        ("the sample TaskId", {**EHPC, **TASK_ID}, ONE_TASK),
    ],
    "ehpc.list_invocation_status": [
        ("the sample request", {**EHPC, **COMMAND_ID}, LIST_INVOCATION_STATUS),
    ],
    "ack.describe_task_info": [
        ("the id of the sample request", {"task_id": "T-5faa48fb31b6b8078d00****"}, DESCRIBE_TASK_INFO),
        ("the id of the sample answer", {"task_id": "T-5faa48fb31b6b8078d000006"}, DESCRIBE_TASK_INFO),
    ],
    "dws.list_logical_cluster_tasks": [
        ("the first sample request", DWS, {"logical_cluster_tasks": [GROW, CREATE], "count": 2}),
        # Its type, Expand, is that of neither task of the sample.
        ("the second", {**DWS, **FILTER, "type": "Expand"}, {"logical_cluster_tasks": [], "count": 0}),
        ("the second without its type", {**DWS, **FILTER}, {"logical_cluster_tasks": [CREATE], "count": 1}),
    ],
}


def run(mock, clients, report):
    printed = mock.default_state()
    worlds = {"served without a state": mock.reset, "as `taskmock state` prints it": lambda: mock.put(printed)}
    for operation, samples in SAMPLES.items():
        for what, params, body in samples:
            for world, go_there in worlds.items():
                for client in has(clients, operation):
                    go_there()
                    id = REQUEST_IDS.get(operation)
                    answers(report, client, operation, params, f"{what}, {world}", body, id, abridged)


def abridged(body):
    if not isinstance(body, dict) or "Tasks" not in body:
        return body
    return {**body, "Tasks": body["Tasks"][:1] + ["another"] * len(body["Tasks"][1:])}
