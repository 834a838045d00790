"""An official SDK behind the lines of `taskmock conformance client`; its argument is the name of the client."""

import functools
import importlib
import json
import logging
import os
import pathlib
import re
import sys
import tempfile
import warnings

# Huawei's SDKs keep a file in the home folder; the others log and warn.
home = tempfile.TemporaryDirectory()
os.environ["HOME"] = home.name
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from clients import OPERATIONS  # noqa: E402

# The answers have standard output to themselves.
answers, sys.stdout = sys.stdout, sys.stderr


@functools.lru_cache(maxsize=1)
def client_at(endpoint, name):
    """The client with a name, for an endpoint; only the module that has it is imported."""
    module = next(module for start, module in MODULES.items() if name.startswith(start))
    at = endpoint if module not in ("classic", "tea") else endpoint[len("http://") :]
    made = importlib.import_module(f"clients.{module}").clients(at)
    return next(client for client in made if client.name == name)


MODULES = {
    "Python Tea": "tea",
    "classic Python": "classic",
    "Python Huawei": "huawei",
    "Node": "node",
    "Go": "go",
    "Java": "java",
}


def answer(question, name):
    client, operation = client_at(question["endpoint"], name), question["operation"]
    if operation not in OPERATIONS:
        return {"unsupported": "this program does not ask it yet"}
    if question["format"] != client.format:
        return {"unsupported": f"it asks for {client.format.upper()} only"}
    if not client.has(operation):
        return {"unsupported": f"it has no {OPERATIONS[operation][1]}"}
    got = client.ask(operation, question["input"])
    if "unsupported" in got:
        return got
    if "crashed" in got:
        # An exception that the SDK does not mean its user to see.
        return {"error": {"message": f"{got['crashed']}: {got.get('message')}"}}
    if "raised" in got:
        return {"error": error(got["raised"])}
    body = got["body"]
    if operation.startswith("ehpc.") and isinstance(body, dict):
        body = {"RequestId": got["ids"].get("body"), **body}
    return {"output": body}


# What SDKs write around the message of the cloud.
AROUND = [r"(?:\S+: )?code: \d+, (.*) request id: .*", r"code: \d+, (.*), requestid: .*"]


def error(raised):
    """The four fields as the SDK's own error has them, and not the body, which some add."""
    message = raised.get("message")
    for pattern in AROUND:
        match = re.fullmatch(pattern, message, re.DOTALL) if isinstance(message, str) else None
        message = match[1] if match else message
    if not isinstance(message, str):
        message = json.dumps(message)
    data = raised.get("data")
    in_data = [data.get(name) for name in ("RequestId", "requestId")] if isinstance(data, dict) else []
    request_id = next(filter(None, [raised.get("request_id"), raised.get("header"), *in_data]), None)
    code, status = raised.get("code"), raised.get("status")
    return {
        "http_status": status if isinstance(status, int) else None,
        "code": code and str(code),
        "message": message,
        "request_id": request_id,
    }


for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"case": question["case"], **answer(question, sys.argv[1])}), file=answers, flush=True)
