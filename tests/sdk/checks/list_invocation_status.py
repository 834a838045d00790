"""ListInvocationStatus: one record a node, every status, the overall status that follows."""

from state import STATE, TYPES
import expect

from . import answers, has

OPERATION = "ehpc.list_invocation_status"

# By second: the overall status, then those of the nodes.
LIVES = {
    "c-mixed": {
        0: ["Running", "Running", "Running", "Running"],
        10: ["Running", "Finished", "Running", "Running"],
        20: ["Running", "Finished", "Failed", "Running"],
        29: ["Running", "Finished", "Failed", "Running"],
        30: ["Failed", "Finished", "Failed", "Stopped"],
    },
    "c-finished": {0: ["Running"] * 3, 10: ["Running", "Finished", "Running"], 20: ["Finished"] * 3},
    "c-stopped": {10: ["Running", "Running", "Finished"], 20: ["Stopped", "Stopped", "Finished"]},
    "c-never": {0: ["Running"] * 3, 60: ["Running", "Running", "Failed"]},
    "c-none": {0: ["Finished"]},
    "c-later": {20: ["Running", "Running"], 29: ["Running", "Running"], 30: ["Finished", "Finished"]},
    "c-bare": {0: ["Running", "Running"], 59: ["Running", "Running"], 60: ["Finished", "Finished"]},
}


def run(mock, clients, report):
    mock.put(STATE)
    now = 0
    for second in sorted({second for life in LIVES.values() for second in life}):
        mock.advance(f"{second - now}s")
        now = second
        for client in has(clients, OPERATION):
            for command_id, life in LIVES.items():
                if second in life:
                    check(client, report, command_id, second, life[second])


def check(client, report, command_id, second, statuses):
    expected = expect.list_invocation_status(STATE, second, TYPES, command_id)
    nodes = [node["InstanceInvokeStatus"] for node in expected["InvokeInstances"]["InvokeInstance"]]
    assert [expected["InvokeStatus"], *nodes] == statuses, (command_id, second)
    params = {"ClusterId": TYPES, "CommandId": command_id}
    answers(report, client, OPERATION, params, f"{command_id} after {second} s", expected)
