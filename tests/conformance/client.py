"""A client that `taskmock conformance client` can ask, in place of yours: every operation, in JSON."""

import json
import sys
import urllib.error
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

EHPC = "/?Version=2018-04-12&Format=JSON&Action="
TARGETS = {
    "ehpc.list_tasks": EHPC + "ListTasks&",
    "ehpc.list_invocation_status": EHPC + "ListInvocationStatus&",
    "ehpc.add_nodes": EHPC + "AddNodes&",
    "ack.describe_task_info": "/tasks/{task_id}?",
    "dws.list_logical_cluster_tasks": "/v2/{project_id}/clusters/{cluster_id}/logical-clusters/tasks?",
}


def ask(operation, endpoint, input):
    """The decoded answer: what your client does."""
    target = TARGETS[operation].format(**{name: quote(str(value), safe="") for name, value in input.items()})
    query = {name: str(value).lower() if isinstance(value, bool) else value
             for name, value in input.items() if "{" + name + "}" not in TARGETS[operation]}
    headers = {"x-acs-version": "2015-12-15"} if operation == "ack.describe_task_info" else {}
    with urlopen(Request(endpoint + target + urlencode(query), headers=headers)) as response:
        return json.loads(response.read())


def error(refused):
    """The four fields of an error, out of the envelopes of both clouds."""
    body = json.loads(refused.read())
    first = lambda *names: next((body[name] for name in names if name in body), refused.headers["x-request-id"])
    return {"http_status": refused.status, "code": first("Code", "code", "error_code"),
            "message": first("Message", "message", "error_msg"), "request_id": first("RequestId", "requestId")}


for line in sys.stdin:
    question = json.loads(line)
    try:
        if question["format"] == "json":
            answer = {"output": ask(question["operation"], question["endpoint"], question["input"])}
        else:
            answer = {"unsupported": "it speaks JSON only"}
    except urllib.error.HTTPError as refused:
        answer = {"error": error(refused)}
    except ValueError as unreadable:
        answer = {"error": {"message": str(unreadable)}}
    print(json.dumps({"case": question["case"], **answer}), flush=True)
