"""Checks: each file asks every SDK about one thing. Here is how an answer and a refusal are judged."""

from expect import opened
from request_id import SHAPE


def has(clients, operation):
    return [client for client in clients if client.has(operation)]


def answers(report, client, operation, params, what, expected, request_id=None, read=opened):
    """The SDK decodes this body, and wherever it shows the request id there is the same one."""
    came = client.ask(operation, params)
    if "unsupported" in came:
        report.unsupported += 1
        return
    sees = client.sees(expected)
    if "raised" in sees:
        raised = came.get("raised", came)
        report.check(client.name, operation, what, sees["raised"], {key: raised.get(key) for key in sees["raised"]})
    else:
        report.check(client.name, operation, what, answer(operation, came, sees["body"], request_id), shown(came, read))


def answer(operation, came, expected, request_id):
    """What `shown` must show of an answer with this body."""
    ids = came.get("ids", {})
    shape = SHAPE[operation.split(".")[0]]
    fresh = next((id for id in ids.values() if id and shape.fullmatch(id)), "a request id")
    return {"status": 200, "body": expected, "ids": {place: request_id or fresh for place in ids}}


def shown(came, read):
    if "body" not in came:
        return came
    # Some SDKs show no status.
    status = came.get("status")
    return {"status": 200 if status is None else status, "body": read(came["body"]), "ids": came["ids"]}


def refuses(report, client, operation, params, what, refused, **asked_as):
    """The SDK raises what its source says that it raises for this refusal."""
    came = client.ask(operation, params, **asked_as)
    if "unsupported" in came:
        report.unsupported += 1
        return
    shows = client.shows(refused)
    report.check(client.name, operation, what, shows if "crashed" in shows else {"raised": shows}, came)
