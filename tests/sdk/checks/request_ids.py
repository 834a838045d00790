"""Request ids: fresh for every request, and the same again for the same state and requests."""

import re

from state import STATE

from . import REQUEST_ID, armed_errors


def run(mock, clients, report):
    first, again, of_another_seed = [], [], []
    for ids, seed in ((first, 7), (again, 7), (of_another_seed, 8)):
        mock.put({**armed_errors.WORLD, "seed": seed})
        for client in clients:
            for operation, params in armed_errors.PARAMS.items():
                if client.has(operation):
                    ids += [(client.name, operation, id) for _ in range(3) for id in shown(client, operation, params)]

    seen = {}
    for name, operation, id in first + of_another_seed:
        is_id = bool(re.fullmatch(REQUEST_ID[operation.split(".")[0]], str(id)))
        report.check(name, operation, f"a request id in the cloud's shape: {id}", True, is_id)
        report.check(name, operation, "a request id that was never given", None, seen.get(id))
        seen[id] = (name, operation)
    report.check("all", "all", "the same ids for the same state and requests", first, again)


def shown(client, operation, params):
    """The request id of an answer, if the SDK shows it."""
    ids = client.ask(operation, params)["ids"]
    return list(ids.values())[:1]
