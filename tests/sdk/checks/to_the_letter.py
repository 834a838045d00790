"""Answers to the letter: whatever bytes a test arms reach the SDK, which makes of them what it does."""

import json

from . import armed_errors, has


def response(status, body, **headers):
    body = body if isinstance(body, str) else json.dumps(body)
    return {"status": status, "headers": {"content-type": "application/json", **headers}, "body": body}


EHPC, DWS = "ehpc.list_tasks", "dws.list_logical_cluster_tasks"
THROTTLED = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached"}

ANSWERS = [
    # which SDKs, operation, the response, the part of what comes that matters
    # It takes the status for a reason to retry, gives up, and has lost the body by then; the async
    # one even lets an exception of the HTTP library through.
    ("Python Huawei, sync", DWS, response(429, THROTTLED), {"status": 429, "code": "429", "request_id": ""}),
    ("Python Huawei, async", DWS, response(429, THROTTLED), {"crashed": "requests.exceptions.RetryError"}),
    ("Node Huawei", DWS, response(429, THROTTLED), {"status": 429, "code": "APIGW.0308"}),
    # Without a Code in the body it is no error, whatever the status.
    ("Node pop-core", EHPC, response(404, {"nothing": 1}), {"status": 404, "body": {"nothing": 1}}),
    # A header makes a class of its own.
    (
        "Python Tea, V3",
        EHPC,
        response(503, {"Code": "Throttling"}, **{"x-acs-retry-after": "5"}),
        {"type": "ThrottlingException", "status": 503},
    ),
    # A message without a colon is more than it can take.
    (
        "classic Python, GET",
        EHPC,
        response(400, {"Code": "SignatureDoesNotMatch", "Message": "no"}),
        {"crashed": "builtins.IndexError"},
    ),
    # The sample of 000, where Tasks is an object, is silently nothing.
    ("Python Tea", EHPC, response(200, {"Tasks": {"TaskId": "T"}, "TotalCount": 10}), {"status": 200, "body": None}),
]


def run(mock, clients, report):
    for name, operation, armed, expected in ANSWERS:
        for client in [client for client in has(clients, operation) if client.name.startswith(name)]:
            mock.put(armed_errors.WORLD)
            mock.inject(operation=operation, fault={"response": armed})
            came = client.ask(operation, armed_errors.PARAMS[operation])
            came = came.get("raised", came)
            came = {key: came.get(key) for key in expected}
            report.check(client.name, operation, f"to the letter: {armed['body']}", expected, came)
