"""Every kind of fault over a real socket: what Python's http.client sees, and requests where it is there.

Each row asks twice over one connection; the fault hits the first call. What a client sees is the class of
its exception, or the status and what the body is.
"""

import http.client
import json
import os
import pathlib
import subprocess
import unittest
import zlib

try:
    import requests
except ImportError:
    requests = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
TASKMOCK = os.environ.get("TASKMOCK", str(ROOT / "target/debug/taskmock"))
TARGET = "/tasks/T-5faa48fb31b6b8078d00****"
TIMEOUT = 1

OK = "200 the task"

# The fault; what http.client sees of the two calls; what requests sees.
ROWS = [
    ("pass", (OK, OK), (OK, OK)),
    ("reset_idle", (OK, "ConnectionResetError"), (OK, "ConnectionError")),
    # requests looks whether its connection is still there, and may or may not look too early.
    ("close_idle", (OK, "RemoteDisconnected"), (OK, None)),
    ("reset", ("ConnectionResetError", OK), ("ConnectionError", OK)),
    ({"reset": {"processed": True}}, ("ConnectionResetError", OK), ("ConnectionError", OK)),
    ("close", ("RemoteDisconnected", OK), ("ConnectionError", OK)),
    ({"html": {"status": 502}}, ("502 no JSON", OK), ("502 no JSON", OK)),
    ({"throttle": {"retry_after": "5s"}}, ("400 Throttling.User, retry after 5", OK), ("400 Throttling.User, retry after 5", OK)),
    ({"http_error": {"status": 503, "retry_after": "2s"}}, ("503 no JSON, retry after 2", OK), ("503 no JSON, retry after 2", OK)),
    ({"cut": {"after": 10}}, ("IncompleteRead", OK), ("ChunkedEncodingError", OK)),
    ({"cut": {"after": 10, "chunked": True}}, ("IncompleteRead", OK), ("ChunkedEncodingError", OK)),
    ("stall", ("TimeoutError", OK), ("ReadTimeout", OK)),
    ({"stall": {"after": 10}}, ("TimeoutError", OK), ("ConnectionError", OK)),
    ({"dribble": {"bytes_per_second": 10000}}, (OK, OK), (OK, OK)),
    ({"delay": {"by": "1h"}}, ("TimeoutError", OK), ("ReadTimeout", OK)),
    ({"redirect": {"to": "http://127.0.0.1:1/", "status": 302}}, ("302 no JSON", OK), ("ConnectionError", OK)),
    # Both read ahead and lose what nobody asked for.
    ({"trailing": {"bytes": "HTTP/1.1 204 No Content\r\n\r\n"}}, (OK, OK), (OK, OK)),
    ({"gzip": {}}, ("200 gzip of the task", OK), (OK, OK)),
    ({"gzip": {"broken": True}}, ("200 broken gzip", OK), ("ContentDecodingError", OK)),
    ({"wrong_length": {"by": 5}}, ("TimeoutError", OK), ("ConnectionError", OK)),
    ({"wrong_length": {"by": -5}}, ("200 no JSON", OK), ("200 no JSON", OK)),
    ({"error": {"code": "InternalError"}}, ("500 InternalError", OK), ("500 InternalError", OK)),
    ({"response": {"status": 200, "body": "not JSON"}}, ("200 no JSON", OK), ("200 no JSON", OK)),
]


def describe(status, headers, body):
    """An answer in a few words."""
    headers = {name.lower(): value for name, value in headers.items()}
    what = what_is(body)
    if headers.get("content-encoding") == "gzip" and body.startswith(b"\x1f\x8b"):
        try:
            what = f"gzip of {what_is(zlib.decompress(body, wbits=31))}"
        except zlib.error:
            what = "broken gzip"
    if "retry-after" in headers:
        what += f", retry after {headers['retry-after']}"
    return f"{status} {what}"


def what_is(body):
    try:
        value = json.loads(body)
    except ValueError:
        return "no JSON"
    return "the task" if value.get("state") == "running" else value.get("Code") or value.get("code")


class OverHttpClient:
    def __init__(self, base):
        self.connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=TIMEOUT)

    def ask(self):
        try:
            self.connection.request("GET", TARGET)
            answer = self.connection.getresponse()
            return describe(answer.status, dict(answer.headers), answer.read())
        except (OSError, http.client.HTTPException) as error:
            # The next call opens a connection of its own.
            self.connection.close()
            return type(error).__name__

    def close(self):
        self.connection.close()


class OverRequests:
    def __init__(self, base):
        self.base, self.session = base, requests.Session()
        self.session.trust_env = False

    def ask(self):
        try:
            answer = self.session.get(self.base + TARGET, timeout=TIMEOUT)
            headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-encoding"}
            return describe(answer.status_code, headers, answer.content)
        except requests.RequestException as error:
            return type(error).__name__

    def close(self):
        self.session.close()


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = [TASKMOCK, "serve", "--listen", "127.0.0.1:0", "--quiet", "--until-stdin-closes"]
        cls.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.base = cls.process.stdout.readline().split()[-1]

    @classmethod
    def tearDownClass(cls):
        cls.process.communicate()

    def control(self, method, route, body=None):
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=20)
        text = None if body is None else json.dumps(body)
        connection.request(method, f"/__taskmock__/{route}", text, {"content-type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        self.assertEqual(answer.status, 200, said)
        connection.close()
        return json.loads(said)

    def test_every_kind_is_here(self):
        kinds = {kind["name"] for kind in self.control("GET", "fault_kinds")["fault_kinds"]}
        self.assertEqual(kinds, {fault if isinstance(fault, str) else next(iter(fault)) for fault, *_ in ROWS})

    def test_what_http_client_sees(self):
        self.see(OverHttpClient, 1)

    @unittest.skipUnless(requests, "requests is not installed")
    def test_what_requests_sees(self):
        self.see(OverRequests, 2)

    def see(self, client, column):
        for row in ROWS:
            with self.subTest(row[0]):
                self.control("POST", "reset")
                self.control("POST", "faults", {"operation": "ack.describe_task_info", "fault": row[0]})
                asking = client(self.base)
                seen = (asking.ask(), asking.ask())
                asking.close()
                for expected, got in zip(row[column], seen):
                    self.assertIn(expected, (got, None), seen)
                entry = self.control("GET", "requests")["requests"][0]
                self.assertEqual(entry["fault"], 1)


if __name__ == "__main__":
    unittest.main()
