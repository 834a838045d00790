"""Request ids: fresh for every request, and determined by the state and the number of requests."""

from request_id import request_id

from . import armed_errors


def run(mock, clients, report):
    given = set()
    for seed in (7, 8):
        mock.put({**armed_errors.WORLD, "seed": seed})
        number = 0
        for client in clients:
            for operation, params in armed_errors.PARAMS.items():
                for _ in range(3 if client.has(operation) else 0):
                    ids = client.ask(operation, params).get("ids", "no answer")
                    expected = request_id(operation.split(".")[0], seed, number)
                    assert expected not in given
                    given.add(expected)
                    what = f"request {number} of the seed {seed}"
                    report.check(client.name, operation, what, {place: expected for place in ids}, ids)
                    number += 1
