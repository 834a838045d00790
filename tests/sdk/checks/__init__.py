"""Checks: each file asks every SDK about one thing. Here is how an answer and a refusal are judged."""

from expect import opened
from request_id import SHAPE


def has(clients, operation):
    return [client for client in clients if client.has(operation)]


def answers(report, client, operation, params, what, expected):
    """The SDK decodes this body, and wherever it shows the request id there is the same one."""
    came = client.ask(operation, params)
    report.check(client.name, operation, what, answer(operation, came, expected), shown(came))


def answer(operation, came, expected, request_id=None):
    """What `shown` must show of an answer with this body."""
    ids = came.get("ids", {})
    shape = SHAPE[operation.split(".")[0]]
    fresh = next((id for id in ids.values() if id and shape.fullmatch(id)), "a request id")
    return {"status": 200, "body": expected, "ids": {place: request_id or fresh for place in ids}}


def shown(came, read=opened):
    if "body" not in came:
        return came
    return {"status": came.get("status", 200), "body": read(came["body"]), "ids": came["ids"]}


def refuses(report, client, operation, params, what, refused, **asked_as):
    """The SDK raises what its source says that it raises for this refusal."""
    came = client.ask(operation, params, **asked_as)
    report.check(client.name, operation, what, {"raised": client.shows(refused)}, came)
