"""Clients: every SDK in every way of using it, behind one question and one answer."""

import re
import typing

OPERATIONS = {
    # id: service, the vendor's name, the version
    "ehpc.list_tasks": ("ehpc", "ListTasks", "2018-04-12"),
    "ehpc.list_invocation_status": ("ehpc", "ListInvocationStatus", "2018-04-12"),
    "ack.describe_task_info": ("ack", "DescribeTaskInfo", "2015-12-15"),
    "dws.list_logical_cluster_tasks": ("dws", "ListLogicalClusterTasks", "v2"),
}


LANGUAGES = ("python", "node", "go", "java")


class Client(typing.NamedTuple):
    """One way of using one SDK.

    `asks` has a function for each service that the SDK has: it takes an action, a version and
    parameters by their names on the wire. It returns what the SDK gave its user:

        {"status": 200, "body": ..., "ids": {...}}   an answer: the decoded body by the wire's names
                                                     without its RequestId; the request ids by where
                                                     the SDK shows one; no status if it shows none
        {"raised": {...}}                            an exception of the SDK: what its user can read
        {"unsupported": "why"}                       the types of the SDK cannot say the question

    `shows` says, of a refusal, what "raised" holds, by the SDK's own source, or that it crashes; `sees` says, of a body,
    what the SDK makes of it where that is less: another body, or the part of "raised" that matters.
    """

    name: str
    asks: dict
    shows: typing.Callable
    # Whether it takes any action and version, rather than those that the SDK was made for.
    is_generic: bool = False
    sees: typing.Callable = lambda body: {"body": body}
    # What it asks the server for.
    format: str = "json"

    @property
    def language(self):
        return next(language for language in LANGUAGES if language in self.name.lower().split(",")[0].split())

    def has(self, operation):
        return OPERATIONS[operation][0] in self.asks

    def ask(self, operation, params, action=None, version=None):
        service, own_action, own_version = OPERATIONS[operation]
        try:
            return self.asks[service](action or own_action, version or own_version, params)
        except Exception as error:  # nothing that the SDK means its user to see
            return {"crashed": f"{type(error).__module__}.{type(error).__name__}", "message": str(error)}


def snake(name):
    """ListTasks as Python writes it: list_tasks."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def all_clients(url):
    """Every client, at an address; the programs of other languages start when they are asked."""
    from . import classic, go, huawei, java, node, tea

    host = url[len("http://") :]
    return [
        *tea.clients(host),
        *classic.clients(host),
        *huawei.clients(url),
        *node.clients(url),
        *go.clients(url),
        *java.clients(url),
    ]
