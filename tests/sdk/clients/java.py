"""The SDKs for Java: one program has the newest, another the classic core before 4.5.3.

`run` builds both into java/*/target; the programs say how each SDK is used.
"""

from . import Client, huawei
from .lines import SDK, Program, reading


def program(module, main):
    target = SDK / "java" / module / "target"
    # Little memory: one reader fills all that there is with an answer that is cut off.
    options = ["-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
    return Program("java", *options, "-cp", f"{target}/classes:{target}/lib/*", f"taskmock.{main}")


CURRENT, OLD = program("clients", "Current"), program("core-4.0.3", "Classic")


def clients(url):
    v3, v1, cs = CURRENT.sdk("tea-v3", url), CURRENT.sdk("tea-v1", url), CURRENT.sdk("cs", url)
    made = [
        Client("Java Tea, V3 signature", {"ehpc": v3, "ack": v3}, shows_tea, True),
        Client("Java Tea, V1 signature", {"ehpc": v1, "ack": v1}, shows_tea, True),
        Client("Java cs20151215", {"ack": cs}, shows_tea, sees=sees_cs),
        Client("Java Huawei, sync", {"dws": CURRENT.sdk("huawei", url)}, huawei.shows),
        Client("Java Huawei, async", {"dws": CURRENT.sdk("huawei-async", url)}, huawei.shows),
    ]
    for version, program, shows in (("4.7.10", CURRENT, shows_classic), ("4.0.3", OLD, shows_old_classic)):
        common, typed = reading(program.sdk("classic", url)), reading(program.sdk("typed-ehpc", url))
        xml, name = program.sdk("typed-ehpc-xml", url), f"Java classic {version}"
        made += [
            Client(f"{name}, CommonRequest", {"ehpc": common, "ack": common}, shows, True),
            Client(f"{name}, typed E-HPC (rebuilt)", {"ehpc": typed}, shows),
            Client(f"{name}, typed E-HPC (rebuilt), XML", {"ehpc": xml}, shows, format="xml"),
        ]
    return made


def shows_classic(refused):
    # It has no status.
    return {
        "type": "ClientException" if refused.status < 500 else "ServerException",
        "code": refused.code,
        "message": refused.message,
        "request_id": refused.request_id,
    }


def shows_old_classic(refused):
    envelope = refused.envelope()
    if refused.status >= 500:
        return {"type": "ClientException", "code": "SDK.UnknownError", "message": envelope, "request_id": None}
    if "Code" not in envelope:
        # It reads Code, Message and RequestId in capitals only.
        return {"type": "ClientException", "code": None, "message": None, "request_id": None}
    return shows_classic(refused)


# The fields of its model.
CS = ("cluster_id", "created", "state", "task_id", "task_result", "task_type", "updated")


def sees_cs(body):
    return {"body": {name: body[name] for name in CS if name in body}}


def shows_tea(refused):
    if refused.status == 407:
        message = "Received HTTP_PROXY_AUTH (407) code while not using proxy"
        return {"crashed": "com.aliyun.tea.TeaUnretryableException", "message": message}
    return {
        "type": "TeaException",
        "status": refused.status,
        "code": refused.code,
        # The SDK writes its own text around the message.
        "message": f"code: {refused.status}, {refused.message} request id: {refused.request_id}",
        "data": {**refused.envelope(), "statusCode": refused.status},
    }
