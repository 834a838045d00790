"""Signatures: what every SDK signs verifies, and with a wrong secret every SDK raises what the gateway says."""

from clients import all_clients
from mock import Mock

from . import armed_errors

# The clock is the time of day, which is what SDKs sign.
NOW = ("--clock", "now", "--speed", "1")


def run(mock, clients, report):
    names = [client.name for client in clients]
    with Mock(mock.command, *NOW, *users("testsecret", "testsk")) as strict:
        strict.put({**armed_errors.WORLD, "clock": strict.control("GET", "clock")["clock"]})
        for client, operation, answer in answers(strict, names):
            refused = answer.get("raised") or answer.get("crashed")
            report.check(client.name, operation, "a right signature passes", None, refused)
    with Mock(mock.command, *NOW, *users("another", "another")) as strict:
        strict.put({**armed_errors.WORLD, "clock": strict.control("GET", "clock")["clock"]})
        for client, operation, answer in answers(strict, names):
            # Classic Python compares the server's string to sign with its own, and blames the secret.
            codes = ["APIGW.0301"] if operation.startswith("dws") else ["SignatureDoesNotMatch", "InvalidAccessKeySecret"]
            raised = str(answer.get("raised"))
            report.check(client.name, operation, "a wrong secret is raised", True, any(code in raised for code in codes))


def users(alibaba, huawei):
    return "--credentials", f"testid:{alibaba}", "--credentials", f"testak:{huawei}"


def answers(strict, names):
    for client in [client for client in all_clients(strict.url) if client.name in names]:
        for operation, params in armed_errors.PARAMS.items():
            if client.has(operation):
                yield client, operation, client.ask(operation, params)
