"""Every error of every table, armed: status, code, message and request id as each SDK shows them."""

from errors import GATEWAY, TABLES
from state import DWS_EMPTY, EMPTY, PROJECT, TYPES

from . import has, refuses

# Requests that are answered when no error is armed.
PARAMS = {
    "ehpc.list_tasks": {"ClusterId": EMPTY},
    "ehpc.list_invocation_status": {"ClusterId": TYPES, "CommandId": "c"},
    "ack.describe_task_info": {"task_id": "T-1"},
    "dws.list_logical_cluster_tasks": {"project_id": PROJECT, "cluster_id": DWS_EMPTY},
}

WORLD = {
    "seed": 7,
    "ehpc": {"clusters": [EMPTY], "commands": [{"command_id": "c", "cluster_id": TYPES, "nodes": []}]},
    "ack": {"tasks": [{"task_id": "T-1", "cluster_id": "c", "task_type": "cluster_scaleout"}]},
    "dws": {"clusters": [{"project_id": PROJECT, "cluster_id": DWS_EMPTY}]},
}


def run(mock, clients, report):
    for operation, table in TABLES.items():
        for row in table + GATEWAY[operation.split(".")[0]]:
            for client in has(clients, operation):
                check(mock, report, client, operation, row)


def check(mock, report, client, operation, row):
    """Two calls get the error, the next one does not. No SDK repeats a call by itself."""
    mock.put(WORLD)
    argument = {"argument": row.argument} if row.argument else {}
    mock.inject(operation=operation, times=2, fault={"error": {"code": row.code, **argument}})
    for number in (0, 1):
        refused = row.refused(operation, WORLD["seed"], number)
        refuses(report, client, operation, PARAMS[operation], f"{row.code} armed, call {number + 1}", refused)
    came = client.ask(operation, PARAMS[operation])
    report.check(client.name, operation, f"an answer after {row.code} is used up", True, "body" in came)
