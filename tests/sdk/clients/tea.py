"""Alibaba's current SDKs for Python (Tea): E-HPC and Container Service, sync and async."""

import asyncio

from alibabacloud_cs20151215.client import Client as Cs
from alibabacloud_ehpc20180412 import models as ehpc_models
from alibabacloud_ehpc20180412.client import Client as Ehpc
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from darabonba.runtime import RuntimeOptions as CsRuntimeOptions

from . import Client, snake


def clients(host):
    return [
        client(host, "Python Tea, V3 signature", None),
        client(host, "Python Tea, V1 signature", "v2"),
        client(host, "Python Tea, V3 signature, async", None, asyncio.new_event_loop()),
        client(host, "Python Tea, V1 signature, async", "v2", asyncio.new_event_loop()),
    ]


def client(host, name, signature_algorithm, loop=None):
    def config():
        return Config(
            access_key_id="testid",
            access_key_secret="testsecret",
            endpoint=host,
            protocol="http",
            region_id="cn-hangzhou",
            signature_algorithm=signature_algorithm,
        )

    ehpc, cs = Ehpc(config()), Cs(config())

    def call(sdk, action, *arguments):
        name = snake(action) + "_with_options" + ("_async" if loop else "")
        try:
            answer = getattr(sdk, name)(*arguments)
            return loop.run_until_complete(answer) if loop else answer
        except AlibabaCloudException as error:
            return {"raised": raised(error)}

    def ask_ehpc(action, version, params):
        request = getattr(ehpc_models, f"{action}Request")(**{snake(name): value for name, value in params.items()})
        answer = call(ehpc, action, request, RuntimeOptions())
        if isinstance(answer, dict):
            return answer
        body = answer.body and answer.body.to_map()
        ids = {"body": body and body.pop("RequestId", None), "header": answer.headers.get("x-acs-request-id")}
        return {"status": answer.status_code, "body": body, "ids": ids}

    def ask_ack(action, version, params):
        answer = call(cs, action, params["task_id"], {}, CsRuntimeOptions())
        if isinstance(answer, dict):
            return answer
        # The SDK turns a list that is not there into one that is empty.
        body = answer.body and {name: value for name, value in answer.body.to_map().items() if value != []}
        return {"status": answer.status_code, "body": body, "ids": {"header": answer.headers.get("x-acs-request-id")}}

    return Client(name, {"ehpc": ask_ehpc, "ack": ask_ack}, shows)


def raised(error):
    return {
        "type": type(error).__name__,
        "status": error.status_code,
        "code": error.code,
        "message": error.message,
        "request_id": error.request_id,
        "data": error.data,
    }


def shows(refused):
    return {
        "type": "ClientException" if refused.status < 500 else "ServerException",
        "status": refused.status,
        "code": refused.code,
        # The SDK writes its own text around the message.
        "message": f"code: {refused.status}, {refused.message} request id: {refused.request_id}",
        "request_id": refused.request_id,
        "data": {**refused.envelope(), "statusCode": refused.status},
    }
