"""DescribeTaskInfo: every state, stages, events and results as they come, and all nested objects."""

from state import ACK_TASKS, STATE, TEXT, at
import expect

from . import answers, has

OPERATION = "ack.describe_task_info"

# By second: the state, the current stage, stages and events shown, the statuses of the results.
LIVES = {
    "T-success": {
        0: ("running", "CreateNodes", 1, 1, ["initial", "initial", "success"]),
        10: ("running", "DrainNodes", 2, 1, ["initial", "initial", "success"]),
        12: ("running", "DrainNodes", 2, 1, ["success", "initial", "success"]),
        15: ("running", "DrainNodes", 2, 2, ["success", "initial", "success"]),
        20: ("running", "JoinNodes", 3, 2, ["success", "initial", "success"]),
        25: ("running", "JoinNodes", 3, 2, ["success", "failed", "success"]),
        30: ("success", "JoinNodes", 3, 2, ["success", "failed", "success"]),
    },
    "T-fail": {
        5: ("running", "CreateNodes", 1, 1, None),
        15: ("running", "DrainNodes", 2, 1, None),
        20: ("fail", "DrainNodes", 2, 1, None),
        300: ("fail", "DrainNodes", 2, 1, None),
    },
    "T-never": {0: ("running", None, None, None, None), 1000000: ("running", None, None, None, None)},
    "T-canceled": {0: ("running", None, None, None, None), 5: ("canceled", None, None, None, None)},
    "T-later": {20: ("running", None, None, None, None), 25: ("success", None, None, None, None)},
    "T-+*~'()": {0: ("running", None, None, None, None)},
    "T-bare": {0: ("running", None, None, None, None), 300: ("success", None, None, None, None)},
}


def run(mock, clients, report):
    clients = has(clients, OPERATION)
    mock.put(STATE)
    for second in sorted({second for life in LIVES.values() for second in life}):
        mock.set_clock(at(second))
        for client in clients:
            for task_id, life in LIVES.items():
                if second in life:
                    check(client, report, task_id, second, life[second])
            if second == 30:
                every_field(client, report)


def check(client, report, task_id, second, seen):
    expected = expect.describe_task_info(STATE, second, task_id)
    count = lambda name: len(expected[name]) if name in expected else None
    results = [result["status"] for result in expected["task_result"]] if "task_result" in expected else None
    assert seen == (expected["state"], expected.get("current_stage"), count("stages"), count("events"), results), (
        task_id,
        second,
    )
    answers(report, client, OPERATION, {"task_id": task_id}, f"{task_id} after {second} s", expected)


def every_field(client, report):
    """Written by hand: the task that has every field, at its end, asked for by its other id."""
    task = ACK_TASKS[0]
    expected = {
        "task_id": "T-success",
        "cluster_id": "c78592bfe92244365b3c3ad47f1de****",
        "task_type": "cluster_scaleout",
        "state": "success",
        "created": "2026-11-22T04:21:00+08:00",
        "updated": "2026-11-22T04:21:30+08:00",
        "current_stage": "JoinNodes",
        "target": {"id": "c78592bfe92244365b3c3ad47f1de****", "type": "cluster"},
        "parameters": task["parameters"],
        "stages": [
            {
                "state": "success",
                "start_time": "2026-11-22 04:21:00",
                "end_time": "2026-11-22 04:21:10",
                "message": TEXT,
                "outputs": {"nodes": ["i-1", "i-2"], "text": TEXT},
            },
            {
                "state": "success",
                "start_time": "2026-11-22 04:21:10",
                "end_time": "2026-11-22 04:21:20",
                "message": "success to drain",
            },
            {
                "state": "success",
                "start_time": "2026-11-22 04:21:20",
                "end_time": "2026-11-22 04:21:30",
                "message": "",
            },
        ],
        "events": [
            {
                "action": "start",
                "level": "Normal",
                "message": "start to scale",
                "reason": "NodePoolUpgradeStart",
                "source": "ACK",
                "timestamp": "1795292460000",
            },
            {
                "action": "drain",
                "level": "Warning",
                "message": TEXT,
                "reason": "NodeDrain",
                "source": "kubelet",
                "timestamp": "1795292475000",
            },
        ],
        "task_result": [
            {"data": "i-1", "status": "success"},
            {"data": "i-2", "status": "failed"},
            {"data": "i-3", "status": "success"},
        ],
        "outputs": {"ready": 1, "text": TEXT},
    }
    answers(report, client, OPERATION, {"task_id": "T-alias****"}, "every field, by an alias", expected)
