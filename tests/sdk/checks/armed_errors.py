"""Every error of every table, armed: status, code, message and request id as each SDK shows them."""

from errors import GATEWAY, TABLES
from state import DWS_EMPTY, EMPTY, PROJECT, TYPES

from . import RequestIds, has, refuses

# Requests that are answered when no error is armed.
PARAMS = {
    "ehpc.list_tasks": {"ClusterId": EMPTY},
    "ehpc.list_invocation_status": {"ClusterId": TYPES, "CommandId": "c"},
    "ack.describe_task_info": {"task_id": "T-1"},
    "dws.list_logical_cluster_tasks": {"project_id": PROJECT, "cluster_id": DWS_EMPTY},
}

WORLD = {
    "ehpc": {"clusters": [EMPTY], "commands": [{"command_id": "c", "cluster_id": TYPES, "nodes": []}]},
    "ack": {"tasks": [{"task_id": "T-1", "cluster_id": "c", "task_type": "t"}]},
    "dws": {"clusters": [{"project_id": PROJECT, "cluster_id": DWS_EMPTY}]},
}


def run(mock, clients, report):
    ids = RequestIds()
    for operation, table in TABLES.items():
        for row in table + GATEWAY[operation.split(".")[0]]:
            for client in has(clients, operation):
                check(mock, report, client, operation, row, ids)


def check(mock, report, client, operation, row, ids):
    """Two calls get the error, the next one does not."""
    chosen = [ids.next(operation), ids.next(operation)]
    mock.put({**WORLD, "request_ids": {operation: chosen}})
    argument = {"argument": row.argument} if row.argument else {}
    mock.arm(operation=operation, code=row.code, times=2, **argument)
    for request_id in chosen:
        refuses(report, client, operation, PARAMS[operation], f"{row.code} armed", row.refused(operation, request_id))
    came = client.ask(operation, PARAMS[operation])
    report.check(client.name, operation, f"an answer after {row.code} is used up", True, "body" in came)
