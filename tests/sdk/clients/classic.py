"""Alibaba's classic SDK for Python: GET, POST and ROA, and its deprecated calls, which get XML."""

import importlib
import json
from xml.etree import ElementTree

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from . import Client


def clients(host):
    address, port = host.split(":")
    acs = AcsClient("testid", "testsecret", "cn-hangzhou", port=int(port))

    def request(action, version, params):
        """The SDK's own class for the action."""
        module = importlib.import_module(f"aliyunsdkehpc.request.v20180412.{action}Request")
        made = getattr(module, f"{action}Request")()
        made.set_endpoint(address)
        for name, value in params.items():
            getattr(made, f"set_{name}")(value)
        return made

    def post(action, version, params):
        made = CommonRequest(domain=address, version=version, action_name=action)
        made.set_method("POST")
        for name, value in params.items():
            made.add_body_params(name, value)
        return made

    def roa(action, version, params):
        """There is no class for DescribeTaskInfo in any version."""
        made = CommonRequest(domain=address, version=version, uri_pattern="/tasks/[task_id]")
        made.set_method("GET")
        made.add_path_param("task_id", params["task_id"])
        return made

    def with_exception(make):
        """`do_action_with_exception`, which asks for JSON and returns the bytes of the body."""

        def ask(*question):
            try:
                body = json.loads(acs.do_action_with_exception(make(*question)))
            except ServerException as error:
                return {"raised": raised(error)}
            return {"body": body, "ids": {"body": body.pop("RequestId", None)} if make is not roa else {}}

        return ask

    def without_exception(make, accept_format, read):
        """`get_response`, which is `do_action` with the status and the headers besides the bytes."""

        def ask(*question):
            made = make(*question)
            if accept_format:
                made.set_accept_format(accept_format)
            status, headers, body = acs.get_response(made)
            body = read(body)
            if status >= 400:
                return {"raised": {"status": status, "data": body, "header": headers.get("x-acs-request-id")}}
            ids = {"header": headers.get("x-acs-request-id")}
            if make is not roa:
                ids["body"] = body.pop("RequestId", None)
            return {"status": status, "body": body, "ids": ids}

        return ask

    return [
        Client("classic Python, GET", {"ehpc": with_exception(request), "ack": with_exception(roa)}, shows),
        Client("classic Python, POST", {"ehpc": with_exception(post), "ack": with_exception(roa)}, shows, True),
        # E-HPC: Format=None, which is answered in XML; ROA: Accept: application/octet-stream, in JSON.
        Client(
            "classic Python, do_action",
            {"ehpc": without_exception(request, None, read_xml), "ack": without_exception(roa, None, json.loads)},
            shows_bytes,
        ),
        Client(
            "classic Python, do_action, XML",
            {"ehpc": without_exception(request, "XML", read_xml), "ack": without_exception(roa, "XML", read_xml)},
            shows_bytes,
        ),
    ]


def raised(error):
    message = error.get_error_msg()
    prefix = "ServerResponseBody: "
    return {
        "type": type(error).__name__,
        "status": error.get_http_status(),
        "code": error.get_error_code(),
        "message": json.loads(message[len(prefix) :]) if message.startswith(prefix) else message,
        "request_id": error.get_request_id(),
    }


def shows(refused):
    # It reads Code, Message and RequestId in capitals only: of Container Service's own refusals,
    # which are in lower case, it knows nothing and shows the whole body for a message.
    is_read = "Code" in refused.envelope()
    return {
        "type": "ServerException",
        "status": refused.status,
        "code": refused.code if is_read else "SDK.UnknownServerError",
        "message": refused.message if is_read else refused.envelope(),
        "request_id": refused.request_id if is_read else None,
    }


def shows_bytes(refused):
    # It raises nothing: the user has the body to read.
    return {"status": refused.status, "data": refused.envelope(), "header": refused.request_id}


# What XML does not say by itself: what is a number, what holds the JSON of a map, which elements may
# come again, and which of those stand for a list that may be empty.
NUMBERS = ("PageNumber", "PageSize", "TotalCount", "CurrentStep", "TotalSteps")
MAPS = ("parameters", "outputs")
REPEATED = ("Tasks", "InvokeInstance", "stages", "events", "task_result")
HOLDS = {"ListTasksResponse": "Tasks", "InvokeInstances": "InvokeInstance"}


def read_xml(text):
    root = ElementTree.fromstring(text)
    value = read_element(root)
    if root.tag == "Error" and "status" in value:
        value["status"] = int(value["status"])
    return value


def read_element(element):
    text = element.text or ""
    if element.tag in MAPS:
        return json.loads(text)
    if not len(element) and element.tag not in HOLDS:
        return int(text) if element.tag in NUMBERS else text
    value = {HOLDS[element.tag]: []} if element.tag in HOLDS else {}
    for child in element:
        if child.tag in REPEATED:
            value.setdefault(child.tag, []).append(read_element(child))
        else:
            value[child.tag] = read_element(child)
    return value
