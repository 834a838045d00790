"""What an answer must hold: read off a state at an instant, by the rules of the documents.

`now` is in seconds after the clock's start. The bodies are without their RequestId.
"""

import datetime
import json

from state import START

# What each service shows of an ending.
EHPC = {"success": "Success", "fail": "Fail", "partial_fail": "PartialFail"}
NODE = {"success": "Finished", "fail": "Failed", "stopped": "Stopped"}
DWS = {"success": "success", "fail": "failed"}
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def seconds(instant):
    """Seconds after the clock's start; a time that the state does not say is that of its loading."""
    if instant is None:
        return 0
    return (datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")) - START).total_seconds()


def span(text):
    return int(text.rstrip("s"))


def moment(after_start, zone):
    return (START + datetime.timedelta(seconds=after_start)).astimezone(zone)


def list_tasks(state, now, ClusterId, PageNumber=1, PageSize=10, TaskId=None, Archived=False):
    tasks = [task for task in state["ehpc"]["tasks"] if task["cluster_id"] == ClusterId]
    listed = [task for task in tasks if seconds(task.get("started")) <= now]
    if TaskId:
        listed = [task for task in listed if task["task_id"] == TaskId]
    elif str(Archived).lower() != "true":
        listed = [task for task in listed if now < ehpc_end(task)]
    # The newest first; of two of one instant, the later in the state.
    listed = sorted(reversed(listed), key=lambda task: -seconds(task.get("started")))
    page = listed[(PageNumber - 1) * PageSize :][:PageSize]
    return {
        "PageNumber": PageNumber,
        "PageSize": PageSize,
        "TotalCount": len(listed),
        "Tasks": [ehpc_task(task, now) for task in page],
    }


def ehpc_end(task):
    never = task.get("ends") == "never"
    return float("inf") if never else seconds(task.get("started")) + span(task.get("takes", "600s"))


def ehpc_task(task, now):
    steps, is_over = task.get("steps", 10), now >= ehpc_end(task)
    elapsed = now - seconds(task.get("started"))
    taken = int(elapsed * steps // span(task.get("takes", "600s")))
    instances = {"Instances": []} if task["task_type"] in ("CreateCluster", "AddComputes") else {}
    return {
        "ClusterId": task["cluster_id"],
        "CurrentStep": steps if is_over else min(taken, steps - 1),
        "Errors": task.get("reasons", []) if is_over else [],
        "Request": task.get("request", {"clusterId": task["cluster_id"]}),
        "Result": task.get("result", instances),
        "Status": EHPC[task.get("ends", "success")] if is_over else "Processing",
        "TaskId": task["task_id"],
        "TaskType": task["task_type"],
        "TotalSteps": steps,
    }


def opened(body):
    """A body of ListTasks with the JSON in its strings read; what is no string of JSON stays."""

    def read(text):
        try:
            return json.loads(text)
        except (TypeError, ValueError):
            return f"no string of JSON: {text!r}"

    if not isinstance(body, dict) or not isinstance(body.get("Tasks"), list):
        return body
    strings = ("Request", "Result", "Errors")
    tasks = [{**task, **{name: read(task.get(name)) for name in strings}} for task in body["Tasks"]]
    return {**body, "Tasks": tasks}


def list_invocation_status(state, now, ClusterId, CommandId):
    command = next(command for command in state["ehpc"]["commands"] if command["command_id"] == CommandId)
    elapsed = now - seconds(command.get("started"))
    statuses = [
        (
            "Running"
            if node.get("ends") == "never" or elapsed < span(node.get("takes", "60s"))
            else NODE[node.get("ends", "success")]
        )
        for node in command["nodes"]
    ]
    overall = next((status for status in ("Running", "Failed", "Stopped") if status in statuses), "Finished")
    instances = [
        {"InstanceId": node["instance_id"], "InstanceInvokeStatus": status}
        for node, status in zip(command["nodes"], statuses)
    ]
    return {"CommandId": CommandId, "InvokeStatus": overall, "InvokeInstances": {"InvokeInstance": instances}}


def describe_task_info(state, now, task_id):
    """A list, map or object that holds nothing is left out."""
    is_meant = lambda task: task_id in [task["task_id"], *task.get("aliases", [])]
    task = next(task for task in state["ack"]["tasks"] if is_meant(task))
    created, stages = seconds(task.get("started")), task.get("stages", [])
    takes = span(task["takes"]) if "takes" in task else sum(span(stage["takes"]) for stage in stages) or 300
    end = float("inf") if task.get("ends") == "never" else created + takes
    ends = task.get("ends", "success")
    changes = [created] + [end] * (now >= end)

    shown, current_stage, begins = [], None, created
    for stage in stages:
        if begins > now or begins >= end:
            break
        ended = min(begins + span(stage["takes"]), end)
        is_over = now >= ended
        shown.append(
            {
                "state": "running" if not is_over else ends if ended == end else "success",
                "start_time": f"{moment(begins, CHINA):%Y-%m-%d %H:%M:%S}",
                **({"end_time": f"{moment(ended, CHINA):%Y-%m-%d %H:%M:%S}"} if is_over else {}),
                "message": stage.get("message", ""),
                **({"outputs": stage["outputs"]} if is_over and "outputs" in stage else {}),
            }
        )
        changes.append(ended if is_over else begins)
        current_stage, begins = stage["name"], begins + span(stage["takes"])

    events = []
    for event in task.get("events", []):
        happened = created + span(event.get("after", "0s"))
        if happened <= now:
            changes.append(happened)
            events.append(
                {
                    "action": event.get("action", "start"),
                    "level": event.get("level", "Normal"),
                    "message": event["message"],
                    "reason": event["reason"],
                    "source": event.get("source", "ACK"),
                    "timestamp": str(round(moment(happened, CHINA).timestamp() * 1000)),
                }
            )

    results = []
    for result in task.get("results", []):
        known = created + span(result.get("after", "0s"))
        changes += [known] * (known <= now)
        results.append(
            {"data": result["data"], "status": result.get("status", "success") if known <= now else "initial"}
        )

    body = {
        "task_id": task["task_id"],
        "cluster_id": task["cluster_id"],
        "task_type": task["task_type"],
        "state": ends if now >= end else "running",
        "created": moment(created, CHINA).isoformat(timespec="seconds"),
        "updated": moment(max(changes), CHINA).isoformat(timespec="seconds"),
        "current_stage": current_stage,
        "target": task.get("target"),
        "parameters": task.get("parameters"),
        "stages": shown,
        "events": events,
        "task_result": results,
        "error": {"code": "400", "message": "; ".join(task["reasons"])} if now >= end and "reasons" in task else None,
        "outputs": task.get("outputs") if now >= end else None,
    }
    return {name: value for name, value in body.items() if value}


def list_logical_cluster_tasks(
    state,
    now,
    project_id,
    cluster_id,
    offset=0,
    limit=10,
    logical_cluster_name="",
    type="",
    order_by="start_time",
    order="ASC",
):
    tasks = [task for task in state["dws"]["tasks"] if task["cluster_id"] == cluster_id]
    tasks = [task for task in tasks if seconds(task.get("started")) <= now]
    # Without an order, by start.
    shown = [dws_task(task, now) for task in sorted(tasks, key=lambda task: seconds(task.get("started")))]
    shown = [task for task in shown if logical_cluster_name in ("", task["logical_cluster_name"])]
    shown = [task for task in shown if type in ("", task["type"])]
    field = {"startTime": "start_time", "endTime": "end_time", "logicalClusterName": "logical_cluster_name"}
    shown.sort(key=lambda task: task[field.get(order_by, order_by)])
    if order == "DESC":
        shown.reverse()
    # The offset is a page, not a row.
    return {"logical_cluster_tasks": shown[offset * limit :][:limit], "count": len(shown)}


def dws_task(task, now):
    started = seconds(task.get("started"))
    ends = task.get("ends", "success")
    end = float("inf") if ends == "never" else started + span(task.get("takes", "600s"))
    is_over = now >= end
    return {
        "type": task["type"],
        "logical_cluster_name": task["logical_cluster_name"],
        "start_time": f"{moment(started, datetime.timezone.utc):%Y-%m-%d %H:%M:%S}",
        "end_time": f"{moment(end, datetime.timezone.utc):%Y-%m-%d %H:%M:%S}" if is_over else "",
        "result": DWS[ends] if is_over else "",
        "log": "\\n".join(task.get("reasons", [])) or task.get("log", "") if is_over else "",
    }
