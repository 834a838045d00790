"""A client that `taskmock conformance client` can ask, in place of yours: all four operations, in JSON."""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request


def ask(operation, endpoint, parameters):
    """Returns the decoded answer, or raises an HTTPError: what your client does."""
    parameters = {name: value for name, value in parameters.items() if value is not None}
    if operation.startswith("ehpc."):
        action = {"ehpc.list_tasks": "ListTasks", "ehpc.list_invocation_status": "ListInvocationStatus"}[operation]
        path, parameters = "/", {"Action": action, "Version": "2018-04-12", "Format": "JSON", **parameters}
    elif operation == "ack.describe_task_info":
        path = "/tasks/" + urllib.parse.quote(parameters.pop("task_id"), safe="")
    else:
        project_id, cluster_id = (urllib.parse.quote(parameters.pop(name), safe="") for name in ("project_id", "cluster_id"))
        path = f"/v2/{project_id}/clusters/{cluster_id}/logical-clusters/tasks"
    query = urllib.parse.urlencode({name: str(value).lower() if value is True or value is False else value for name, value in parameters.items()})
    headers = {"x-acs-version": "2015-12-15"} if operation.startswith("ack.") else {}
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}{path}?{query}", headers=headers), timeout=5) as response:
        return json.loads(response.read())


def error(refused):
    """The four fields of an error, out of any of the clouds' envelopes."""
    body = json.loads(refused.read())
    first = lambda *names: next((body[name] for name in names if name in body), None)
    return {
        "http_status": refused.status,
        "code": first("Code", "code", "error_code"),
        "message": first("Message", "message", "error_msg"),
        "request_id": first("RequestId", "requestId") or refused.headers["x-request-id"],
    }


for line in sys.stdin:
    question = json.loads(line)
    try:
        if question["format"] != "json":
            answer = {"unsupported": f"it speaks JSON, not {question['format']}"}
        else:
            answer = {"output": ask(question["operation"], question["endpoint"], question["input"])}
    except urllib.error.HTTPError as refused:
        answer = {"error": error(refused)}
    except ValueError as unreadable:  # an answer that is no JSON
        answer = {"error": {"message": str(unreadable)}}
    print(json.dumps({"case": question["case"], **answer}), flush=True)
