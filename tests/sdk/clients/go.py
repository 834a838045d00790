"""The SDKs for Go: one program has the newest, another the last that has the typed package of E-HPC.

`run` builds both into go/.build; the programs say how each SDK is used.
"""

from . import Client, huawei
from .lines import SDK, Program, reading

CURRENT, EHPC = Program(SDK / "go/.build/current"), Program(SDK / "go/.build/ehpc")


def clients(url):
    classic, typed_ehpc, typed_cs = CURRENT.sdk("classic", url), EHPC.sdk("typed-ehpc", url), CURRENT.sdk("typed-cs", url)
    v3, v1 = CURRENT.sdk("tea-v3", url), CURRENT.sdk("tea-v1", url)
    return [
        Client("Go classic, CommonRequest", {"ehpc": reading(classic), "ack": reading(classic)}, shows_classic, True),
        Client("Go classic, typed E-HPC", {"ehpc": reading(typed_ehpc)}, shows_classic),
        Client("Go classic, typed CS", {"ack": reading(typed_cs)}, shows_classic, sees=sees_typed_cs),
        Client("Go Tea, V3 signature", {"ehpc": v3, "ack": v3}, shows_tea, True),
        Client("Go Tea, V1 signature", {"ehpc": v1, "ack": v1}, shows_tea, True),
        Client("Go Huawei", {"dws": CURRENT.sdk("huawei", url)}, shows_huawei),
        Client("Go classic, typed E-HPC, XML", {"ehpc": EHPC.sdk("typed-ehpc-xml", url)}, shows_classic, format="xml"),
        Client("Go classic, typed CS, XML", {"ack": CURRENT.sdk("typed-cs-xml", url)}, shows_classic, format="xml"),
    ]


def shows_classic(refused):
    # It reads Code, Message, RequestId and HostId in capitals only: of Container Service's own refusals,
    # which are in lower case, it knows nothing and shows the whole body for a message.
    envelope = refused.envelope()
    is_read = "Code" in envelope
    return {
        "type": "ServerError",
        "status": refused.status,
        "code": refused.code if is_read else "",
        "message": refused.message if is_read else envelope,
        "request_id": refused.request_id if is_read else "",
        "host_id": envelope.get("HostId", ""),
        "header": refused.request_id,
    }


# The fields of its model; the list of results is an object there.
TYPED_CS = ("cluster_id", "created", "task_id", "state", "task_type", "updated")


def sees_typed_cs(body):
    if "task_result" in body:
        return {"raised": {"type": "ClientError", "code": "SDK.JsonUnmarshalError"}}
    return {"body": {name: body[name] for name in TYPED_CS}}


def shows_tea(refused):
    # Whatever type the error had, its user gets one without the request id.
    return {
        "type": "SDKError",
        "status": refused.status,
        "code": refused.code,
        # The SDK writes its own text around the message.
        "message": f"code: {refused.status}, {refused.message} request id: {refused.request_id}",
        "data": refused.envelope(),
    }


def shows_huawei(refused):
    return {**huawei.shows(refused), "type": "ServiceResponseError"}
