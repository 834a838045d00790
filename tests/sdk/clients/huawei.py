"""Huawei's SDK for Python: GaussDB(DWS), sync and async."""

import functools

import huaweicloudsdkdws.v2 as dws
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.http.http_handler import HttpHandler

from . import Client, snake


def clients(url):
    headers = {}

    @functools.lru_cache(maxsize=None)
    def build(kind, project_id):
        handler = HttpHandler().add_response_handler(lambda response, **_: headers.update(response.headers))
        builder = kind.new_builder().with_http_config(HttpConfig.get_default_config()).with_http_handler(handler)
        return builder.with_credentials(BasicCredentials("testak", "testsk", project_id)).with_endpoint(url).build()

    def ask(kind, call):
        def ask_dws(action, version, params):
            params = dict(params)
            sdk = build(kind, params.pop("project_id"))
            headers.clear()
            try:
                answer = call(sdk, snake(action), getattr(dws, f"{action}Request")(**params))
            except ServiceResponseException as error:
                return {"raised": raised(error)}
            tasks = answer.logical_cluster_tasks
            body = {"logical_cluster_tasks": tasks and [task.to_dict() for task in tasks], "count": answer.count}
            # Only a handler of one's own sees the header of an answer.
            ids = {"header": headers.get("x-request-id")}
            return {"status": answer.status_code, "body": body, "ids": ids}

        return {"dws": ask_dws}

    sync = ask(dws.DwsClient, lambda sdk, name, request: getattr(sdk, name)(request))
    future = ask(dws.DwsAsyncClient, lambda sdk, name, request: getattr(sdk, f"{name}_async")(request).result())
    return [Client("Python Huawei, sync", sync, shows), Client("Python Huawei, async", future, shows)]


def raised(error):
    return {
        "type": type(error).__name__,
        "status": error.status_code,
        "code": error.error_code,
        "message": error.error_msg,
        "request_id": error.request_id,
    }


def shows(refused):
    return {
        "type": "ClientRequestException" if refused.status < 500 else "ServerResponseException",
        "status": refused.status,
        "code": refused.code,
        "message": refused.message,
        "request_id": refused.request_id,
    }
