"""Checks: each file asks every SDK about one thing. Here is how an answer and a refusal are judged."""

import re

from expect import opened

UUID = r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}"
REQUEST_ID = {"ehpc": UUID, "ack": UUID, "dws": r"[0-9a-f]{32}"}


def has(clients, operation):
    return [client for client in clients if client.has(operation)]


def answers(report, client, operation, params, what, expected):
    """The SDK decodes this body, and wherever it shows the request id there is the same one."""
    came = client.ask(operation, params)
    report.check(client.name, operation, what, answer(operation, came, expected), shown(came))


def answer(operation, came, expected, request_id=None):
    """What `shown` must show of an answer with this body."""
    ids = came.get("ids", {})
    fresh = next((id for id in ids.values() if id and re.fullmatch(REQUEST_ID[operation.split(".")[0]], id)), None)
    id = request_id or fresh or "a request id"
    return {"status": 200, "body": expected, "ids": {place: id for place in ids}}


def shown(came):
    if "body" not in came:
        return came
    return {"status": came.get("status", 200), "body": opened(came["body"]), "ids": came["ids"]}


def refuses(report, client, operation, params, what, refused, **asked_as):
    """The SDK raises what its source says that it raises for this refusal."""
    came = client.ask(operation, params, **asked_as)
    report.check(client.name, operation, what, {"raised": client.shows(refused)}, came)


class RequestIds:
    """Request ids that a test chooses, so that it knows what an error must show."""

    def __init__(self):
        self.given = 0

    def next(self, operation):
        self.given += 1
        id = f"{self.given:08X}-0000-4000-8000-00000000TEST"
        return f"{self.given:032x}" if operation.startswith("dws.") else id
