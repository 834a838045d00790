"""The SDKs for Node: one program has them all."""

import os

from . import Client, huawei
from .lines import SDK, Program

NODE = Program("node", SDK / "clients" / "node.js", env={**os.environ, "NODE_NO_WARNINGS": "1"})


def clients(url):
    def ask(name):
        return NODE.sdk(name, url)

    return [
        Client("Node pop-core, GET", {"ehpc": ask("pop-get")}, shows_pop, True),
        Client("Node pop-core, POST", {"ehpc": ask("pop-post")}, shows_pop, True),
        Client("Node pop-core, ROA", {"ack": ask("pop-roa")}, shows_pop_roa, True),
        Client("Node openapi-client", {"ehpc": ask("openapi")}, shows_openapi, True),
        Client("Node cs20151215", {"ack": ask("cs")}, shows_cs),
        Client("Node Huawei", {"dws": ask("huawei")}, huawei.shows),
    ]


def shows_pop(refused):
    # What makes it an error is the Code in the body, not the status.
    return {
        "name": f"{refused.code}Error",
        "status": refused.status,
        "code": refused.code,
        "message": refused.message,
        "data": refused.envelope(),
        "header": refused.request_id,
    }


def shows_pop_roa(refused):
    # It reads Code, Message and RequestId in capitals only; of Container Service's own refusals,
    # which are in lower case, the user finds the code and the message in the whole body only.
    envelope = refused.envelope()
    code, message, request_id = (envelope.get(name, "") for name in ("Code", "Message", "RequestId"))
    return {
        "name": f"{code}Error",
        "status": refused.status,
        "code": code,
        "message": f"code: {refused.status}, {message}, requestid: {request_id}",
        "data": envelope,
    }


def shows_openapi(refused):
    return {
        "name": "Error",
        "status": refused.status,
        "code": refused.code,
        "message": f"{refused.code}: code: {refused.status}, {refused.message} request id: {refused.request_id}",
        "data": {**refused.envelope(), "statusCode": refused.status},
    }


def shows_cs(refused):
    return {
        "name": "ClientError" if refused.status < 500 else "ServerError",
        "status": refused.status,
        "code": refused.code,
        "message": f"{refused.code}: code: {refused.status}, {refused.message} request id: {refused.request_id}",
        "request_id": refused.request_id,
        "data": refused.envelope(),
    }
