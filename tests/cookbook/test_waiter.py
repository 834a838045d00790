"""A waiter in Python, tested without waiting: with an injected sleep, and with a clock that steps."""

import json
import os
import pathlib
import subprocess
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TASKMOCK = os.environ.get("TASKMOCK", str(ROOT / "target/debug/taskmock"))


def wait_for_task(base, task_id, pause=60, sleep=time.sleep):
    """The waiter under test: polls until the task has ended, and returns how it ended."""
    while True:
        with urllib.request.urlopen(f"{base}/tasks/{task_id}") as answer:
            state = json.load(answer)["state"]
        if state != "running":
            return state
        sleep(pause)


class Mock:
    """`taskmock serve`, which ends with this process."""

    def __init__(self, *arguments):
        command = [TASKMOCK, "serve", "--listen", "127.0.0.1:0", "--quiet", "--until-stdin-closes", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()

    def control(self, method, route, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.base}/__taskmock__/{route}", data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def submit(self, **task):
        return self.control("POST", "tasks", {"ack_task": {"cluster_id": "c-1", "task_type": "cluster_scaleout", **task}})["id"]

    def sleep(self, seconds):
        self.control("POST", "clock", {"advance": seconds})


class Waiter(unittest.TestCase):
    def test_waits_half_an_hour_and_polls_each_minute(self):
        with Mock() as mock:
            task = mock.submit(takes="30m", ends="success")
            self.assertEqual(wait_for_task(mock.base, task, pause=60, sleep=mock.sleep), "success")
            polls = mock.control("GET", f"requests?operation=ack.describe_task_info&task_id={task}")
            # At 0, 1, …, 30 minutes.
            self.assertEqual(len(polls["requests"]), 31)

    def test_waits_as_it_is_while_each_call_takes_half_a_minute(self):
        with Mock("--step", "30s") as mock:
            task = mock.submit(takes="PT30M", ends="fail")
            self.assertEqual(wait_for_task(mock.base, task, pause=0), "fail")
            polls = mock.control("GET", "requests?operation=ack.describe_task_info")
            # Each call moves the clock first: the 60th is at 30 minutes.
            self.assertEqual(polls["total"], 60)


if __name__ == "__main__":
    unittest.main()
