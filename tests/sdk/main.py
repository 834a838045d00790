"""Starts the mock, asks it with every SDK, compares what they decoded with the state, and counts."""

import argparse
import logging
import os
import sys
import tempfile
import time
import traceback
import warnings

from mock import Mock
from report import Report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("taskmock", help="the command to check")
    parser.add_argument("--only", default="python,node,go,java", help="the languages whose SDKs to ask")
    parser.add_argument("--latest", action="store_true", help="ask only whether what was found is mended")
    arguments = parser.parse_args()

    # Huawei's SDKs keep a file in the home folder; the others log and warn about what is checked here.
    home = tempfile.TemporaryDirectory()
    os.environ["HOME"] = home.name
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")

    report = Report()
    try:
        with Mock(arguments.taskmock) as mock:
            run(mock, report, arguments.only.split(","), arguments.latest)
            report.check("-", "taskmock serve", "it ends cleanly on SIGTERM", 0, mock.stop())
    except Exception:
        traceback.print_exc(file=sys.stdout)
        report.failed += 1
    print(f"sdk: {report.passed} passed, {report.failed} failed; {report.unsupported} that the SDK's types cannot say")
    sys.exit(1 if report.failed else 0)


def run(mock, report, languages, is_latest):
    # After HOME is set, which SDKs read when they are imported.
    from checks import (
        armed_errors,
        describe_task_info,
        documents,
        endpoints,
        found,
        list_invocation_status,
        list_logical_cluster_tasks,
        list_tasks,
        refused_requests,
        request_ids,
        signatures,
        to_the_letter,
    )
    from clients import all_clients

    every = [client for client in all_clients(mock.url) if client.language in languages]
    if is_latest:
        found.latest(mock, every)
        return
    # What asks for XML is asked the catalogue, by conformance/matrix.py, and what was found in it.
    clients = [client for client in every if client.format == "json"]
    print(f"{len(clients)} clients: {'; '.join(client.name for client in clients)}")
    # The first needs the mock as it was started.
    for checks in (
        documents,
        list_tasks,
        list_invocation_status,
        describe_task_info,
        list_logical_cluster_tasks,
        armed_errors,
        refused_requests,
        request_ids,
        to_the_letter,
        signatures,
        endpoints,
        found,
    ):
        before, began = report.passed + report.failed, time.monotonic()
        checks.run(mock, every if checks is found else clients, report)
        asked = report.passed + report.failed - before
        print(f"{checks.__name__.split('.')[1]}: {asked} checks in {time.monotonic() - began:.1f} s", flush=True)


main()
