"""What was found in SDKs: each file of found/ by the smallest answer that shows it, on the pinned versions.

With `run --latest` the same is asked of the newest versions, and says which are mended.
"""

import pathlib

from state import DWS_EMPTY

from . import armed_errors
from .to_the_letter import response

FOUND = pathlib.Path(__file__).parent.parent / "found"

EHPC, INVOCATION, ACK, DWS = armed_errors.PARAMS
ERROR = {"Code": "NotAuthorized", "Message": "m", "RequestId": "r"}
JSON_READER = "Java classic 4.7.10, typed E-HPC (rebuilt)"

SHOWN = [
    # the file, the client, the operation, its parameters if they matter, the answer if it is not the
    # mock's own, the part of what comes that shows it
    (
        "go-classic-task-result",
        "Go classic, typed CS",
        ACK,
        None,
        response(200, {"task_id": "T-1", "task_result": [{"data": "i-1", "status": "success"}]}),
        {"raised": {"code": "SDK.JsonUnmarshalError"}},
    ),
    (
        "go-classic-lower-case-error",
        "Go classic, CommonRequest",
        ACK,
        None,
        response(400, {"code": "400", "message": "the task T-1 not found", "requestId": "R", "status": 400}),
        {"raised": {"status": 400, "code": "", "request_id": ""}},
    ),
    (
        "go-classic-raw-path",
        "Go classic, CommonRequest",
        ACK,
        {"task_id": "T/1"},
        None,
        {"raised": {"code": "InvalidAction.NotFound"}},
    ),
    (
        "go-classic-empty-id",
        "Go classic, typed CS",
        ACK,
        {"task_id": ""},
        None,
        {"raised": {"message": {"message": "the task [task_id] not found"}}},
    ),
    (
        "go-classic-numeric-code",
        "Go classic, CommonRequest",
        EHPC,
        None,
        response(400, {"Code": 400, "Message": "m", "RequestId": "r"}),
        {"crashed": "panic"},
    ),
    (
        "go-classic-xml-error",
        "Go classic, typed E-HPC, XML",
        EHPC,
        None,
        response(
            407,
            "<Error><RequestId>r</RequestId><HostId>h</HostId><Code>NotAuthorized</Code><Message>m</Message></Error>",
            **{"content-type": "text/xml;charset=utf-8"},
        ),
        {"raised": {"status": 407, "code": "", "request_id": ""}},
    ),
    (
        "go-tea-flattened-error",
        "Go Tea, V3 signature",
        EHPC,
        None,
        response(407, ERROR),
        {"raised": {"type": "SDKError", "status": 407}},
    ),
    (
        "go-tea-html",
        "Go Tea, V3 signature",
        EHPC,
        None,
        response(502, "<html>Bad Gateway</html>", **{"content-type": "text/html"}),
        {"crashed": "error", "message": "invalid character '<' looking for beginning of value"},
    ),
    *[
        (
            "huawei-empty-project",
            client,
            DWS,
            {"project_id": "", "cluster_id": DWS_EMPTY},
            None,
            {"raised": {"code": "DWS.0047"}},
        )
        for client in ("Go Huawei", "Java Huawei, sync", "Python Huawei, sync", "Node Huawei")
    ],
    (
        "java-tea-407",
        "Java Tea, V3 signature",
        EHPC,
        None,
        response(407, ERROR),
        {"crashed": "com.aliyun.tea.TeaUnretryableException"},
    ),
    *[
        # Of two requests it shows the answer of the second.
        (
            "java-okhttp-503",
            client,
            operation,
            None,
            response(503, {"Code": "ServiceUnavailable"}, **{"retry-after": "0"}),
            {"status": 200},
        )
        for client, operation in (("Java Tea, V3 signature", EHPC), ("Java Huawei, sync", DWS))
    ],
    (
        "java-classic-cut-json",
        JSON_READER,
        EHPC,
        None,
        response(200, '{"RequestId":"r","Tasks":[{"Status":"Processing"},'),
        {"crashed": "endless"},
    ),
    (
        "java-classic-null-in-list",
        JSON_READER,
        EHPC,
        None,
        response(200, '{"RequestId":"r","More":[1,null]}'),
        {"crashed": "java.lang.NullPointerException"},
    ),
    (
        "java-classic-control-character",
        JSON_READER,
        EHPC,
        None,
        response(200, '{"RequestId":"a\\u0000b"}'),
        {"ids": {"body": "au0000b"}},
    ),
    (
        "python-classic-signature-message",
        "classic Python, GET",
        EHPC,
        None,
        response(400, {"Code": "SignatureDoesNotMatch", "Message": "no"}),
        {"crashed": "builtins.IndexError"},
    ),
    (
        "python-huawei-429",
        "Python Huawei, sync",
        DWS,
        None,
        response(429, {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached"}),
        {"raised": {"status": 429, "code": "429", "request_id": ""}},
    ),
    (
        "python-tea-no-body",
        "Python Tea, V3 signature",
        EHPC,
        None,
        response(200, {"Tasks": {"TaskId": "T"}, "TotalCount": 10}),
        {"status": 200, "body": None},
    ),
    (
        "node-pop-core-status",
        "Node pop-core, GET",
        EHPC,
        None,
        response(404, {"nothing": 1}),
        {"status": 404, "body": {"nothing": 1}},
    ),
    (
        "node-huawei-count",
        "Node Huawei",
        DWS,
        None,
        response(200, '{"logical_cluster_tasks":[],"count":9007199254740993}'),
        {"body": {"count": 9007199254740992}},
    ),
]


def run(mock, clients, report):
    by_name = {client.name: client for client in clients}
    for name, client, *question, shows in SHOWN:
        if client in by_name:
            came = ask(mock, by_name[client], *question)
            report.check(client, question[0], f"found/{name}.md", shows, part(shows, came))
    files = sorted(path.stem for path in FOUND.glob("*.md") if path.stem != "README")
    report.check("-", "found", "each file is shown", sorted({row[0] for row in SHOWN}), files)


def latest(mock, clients):
    """Says of each whether it is mended in the versions that are installed."""
    by_name = {client.name: client for client in clients}
    for name, client, *question, shows in SHOWN:
        came = ask(mock, by_name[client], *question)
        is_there = part(shows, came) == shows
        print(f"{'as found' if is_there else 'MENDED  '}  {name} ({client})" + ("" if is_there else f": {came}"))


def ask(mock, client, operation, params, answer):
    mock.put(armed_errors.WORLD)
    if answer:
        mock.inject(operation=operation, times=1, fault={"response": answer})
    return client.ask(operation, params or armed_errors.PARAMS[operation])


def part(shape, came):
    """As much of what came as the shape has."""
    if isinstance(shape, dict) and isinstance(came, dict):
        return {key: part(shape[key], came[key]) for key in shape if key in came}
    return came
