"""The state that the checks put: clusters, tasks of every type and ending, commands."""

import datetime

START = datetime.datetime(2026, 11, 21, 20, 21, tzinfo=datetime.timezone.utc)

# Text that JSON, XML, URLs and signatures each write in a way of their own.
TEXT = "节点 <1> & \"two\" 'three' \\ / + %41 é \U0001f600 \u2028"

EMPTY, BARE, TYPES, MANY = "ehpc-hz-empty****", "ehpc-hz-bare****", "ehpc-hz-types****", "ehpc-hz-many****"
STRANGE = "ehpc hz+/?#&=%41*(~)'é"

TASK_TYPES = [
    "CreateCluster",
    "StartCluster",
    "StopCluster",
    "DeleteCluster",
    "AddComputes",
    "StartComputes",
    "ResetComputes",
    "StopComputes",
    "DeleteComputes",
]
ENDINGS = ["success", "fail", "partial_fail", "never"]

PROJECT, OTHER_PROJECT = "9b06d044ea4f49f1a58b2bed2b0084bd", "0d1d044ea4f49f1a58b2bed2b00840000"
DWS, DWS_EMPTY, DWS_OTHER = (f"{digit * 8}-47b3-4d00-a1fd-4c023d34404b" for digit in "abc")
DWS_TYPES = [
    "Switch",
    "Create",
    "Expand",
    "Restart",
    "Delete",
    "Shrink",
    "Grow",
    "Start",
    "Stop",
    "ShrinkElasticGroup",
    "elasticExpand",
]


def at(seconds):
    """The instant so many seconds after the clock's start, as a state file says it."""
    return (START + datetime.timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ehpc_task(cluster_id, task_id, task_type, started, takes, **more):
    task = {"task_id": task_id, "cluster_id": cluster_id, "task_type": task_type}
    return {**task, "started": at(started), "takes": f"{takes}s", **more}


def ehpc_tasks():
    # All that a task must say; the rest is documented as its default.
    yield {"task_id": "BARE", "cluster_id": BARE, "task_type": "StopCluster"}
    # Nine types by four endings, started in the two minutes before the start, over from the second
    # minute after it.
    for number, task_type in enumerate(TASK_TYPES):
        for ending in ENDINGS:
            more = {"steps": 4 + number, "ends": ending}
            if ending != "success":
                more["reasons"] = [f"{task_type}: {TEXT}"]
            if ending != "fail":
                more["request"] = {"clusterId": TYPES, "text": TEXT}
                more["result"] = {"Instances": [{"InstanceId": "i-bp1inb1j2xz8pnoi****", "Ip": "192.168.*.*"}]}
            yield ehpc_task(TYPES, f"{task_type}-{ending}", task_type, number * 10 - 120, 240, **more)
    yield ehpc_task(TYPES, "LATER", "AddComputes", 100, 60)
    # Fifty that run, thirteen that are over.
    for number in range(63):
        ends = "never" if number % 5 else "success"
        yield ehpc_task(MANY, f"MANY-{number:02}", "AddComputes", number - 5000, 3600, ends=ends)
    yield ehpc_task(STRANGE, STRANGE, "StopCluster", 0, 60, steps=1)


def ehpc_command(command_id, nodes, started=0):
    nodes = [
        {"instance_id": f"i-{number}", "takes": f"{takes}s", "ends": ends} for number, (takes, ends) in enumerate(nodes)
    ]
    return {"command_id": command_id, "cluster_id": TYPES, "started": at(started), "nodes": nodes}


EHPC_COMMANDS = [
    ehpc_command("c-mixed", [(10, "success"), (20, "fail"), (30, "stopped")]),
    ehpc_command("c-finished", [(10, "success"), (20, "success")]),
    ehpc_command("c-stopped", [(20, "stopped"), (10, "success")]),
    ehpc_command("c-never", [(10, "never"), (20, "fail")]),
    ehpc_command("c-none", []),
    ehpc_command("c-later", [(10, "success")], started=20),
    # All that a command must say.
    {"command_id": "c-bare", "cluster_id": TYPES, "nodes": [{"instance_id": "i-bp1****"}]},
]


def ack_stage(name, takes, **more):
    return {"name": name, "takes": f"{takes}s", **more}


STAGES = [
    ack_stage("CreateNodes", 10, message=TEXT, outputs={"nodes": ["i-1", "i-2"], "text": TEXT}),
    ack_stage("DrainNodes", 10, message="success to drain"),
    ack_stage("JoinNodes", 10),
]

ACK_TASKS = [
    {
        "task_id": "T-success",
        "aliases": ["T-alias****"],
        "cluster_id": "c78592bfe92244365b3c3ad47f1de****",
        "task_type": "cluster_scaleout",
        "started": at(0),
        "target": {"id": "c78592bfe92244365b3c3ad47f1de****", "type": "cluster"},
        "parameters": {"count": 2, "spot": False, "zone": None, "nested": {"list": [1, "2", {}], "text": TEXT}},
        "stages": STAGES,
        "events": [
            {"after": "0s", "message": "start to scale", "reason": "NodePoolUpgradeStart"},
            {
                "after": "15s",
                "action": "drain",
                "level": "Warning",
                "message": TEXT,
                "reason": "NodeDrain",
                "source": "kubelet",
            },
        ],
        "results": [
            {"data": "i-1", "after": "12s", "status": "success"},
            {"data": "i-2", "after": "22s", "status": "failed"},
            {"data": "i-3"},
        ],
        "outputs": {"ready": 1, "text": TEXT},
    },
    {
        "task_id": "T-fail",
        "cluster_id": "c-2",
        "task_type": "cluster_upgrade",
        # Not on a second: only the event shows it.
        "started": at(0.286),
        "takes": "15s",
        "ends": "fail",
        "stages": STAGES,
        "events": [{"after": "2s", "message": "m", "reason": "r"}],
        "reasons": [f"failed to {TEXT}"],
    },
    {"task_id": "T-never", "cluster_id": "c-3", "task_type": "cluster_scaleout", "started": at(0), "ends": "never"},
    # An end that nobody documented.
    {
        "task_id": "T-canceled",
        "cluster_id": "c-3",
        "task_type": "t",
        "started": at(0),
        "takes": "5s",
        "ends": "canceled",
        "undocumented": True,
    },
    {"task_id": "T-later", "cluster_id": "c-3", "task_type": "cluster_scaleout", "started": at(20), "takes": "5s"},
    {"task_id": "T-+*~'()", "cluster_id": "c-3", "task_type": "cluster_scaleout", "started": at(0)},
    # All that a task must say.
    {"task_id": "T-bare", "cluster_id": "c-3", "task_type": "cluster_scaleout"},
]


def dws_tasks():
    for number, task_type in enumerate(DWS_TYPES + DWS_TYPES):
        ends = ["success", "fail", "never"][number % 3]
        log = f"{number % 4} {TEXT}\\n" if number % 2 else ""
        yield {
            "cluster_id": DWS,
            "type": task_type,
            "logical_cluster_name": ["elastic_group", "test_logical", "lc 节点 *"][number % 3],
            "started": at(number * 10 - 200),
            "takes": f"{100 + number}s",
            "ends": ends,
            **({"reasons": [log]} if ends == "fail" and log else {"log": log}),
        }
    yield {"cluster_id": DWS, "type": "Create", "logical_cluster_name": "later", "started": at(60)}
    # All that a task must say.
    yield {"cluster_id": DWS_OTHER, "type": "Grow", "logical_cluster_name": "bare"}


STATE = {
    "clock": at(0),
    "seed": 7,
    "ehpc": {"clusters": [EMPTY], "tasks": list(ehpc_tasks()), "commands": EHPC_COMMANDS},
    "ack": {"tasks": ACK_TASKS},
    "dws": {
        "clusters": [
            {"project_id": PROJECT, "cluster_id": DWS},
            {"project_id": PROJECT, "cluster_id": DWS_EMPTY},
            {"project_id": OTHER_PROJECT, "cluster_id": DWS_OTHER},
        ],
        "tasks": list(dws_tasks()),
    },
}
