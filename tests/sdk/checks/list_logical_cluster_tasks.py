"""ListLogicalClusterTasks: pages, filters, orders, empty lists, tasks that run and that are over."""

from state import DWS, DWS_EMPTY, DWS_OTHER, OTHER_PROJECT, PROJECT, STATE, at
import expect

from . import answers, has

OPERATION = "dws.list_logical_cluster_tasks"
CLUSTER = {"project_id": PROJECT, "cluster_id": DWS}

# At the start the cluster has 21 tasks.
PAGES = [
    # what, parameters, tasks on the page, count
    ("ten on a page without a limit", {}, 10, 21),
    ("the first page", {"offset": 0, "limit": 8}, 8, 21),
    ("the second page: the offset is a page, not a row", {"offset": 1, "limit": 8}, 8, 21),
    ("the last page, partial", {"offset": 2}, 1, 21),
    ("the last page, full", {"offset": 2, "limit": 7}, 7, 21),
    ("a page past the end", {"offset": 3}, 0, 21),
    ("all on one page, exactly", {"limit": 21}, 21, 21),
    ("the page after an exact one", {"offset": 1, "limit": 21}, 0, 21),
    ("the largest numbers of the SDKs", {"offset": 2147483647, "limit": 2147483647}, 0, 21),
    ("the largest limit", {"limit": 2147483647}, 21, 21),
    ("one type", {"type": "Create"}, 2, 2),
    ("a type in lower case", {"type": "elasticExpand"}, 1, 1),
    ("a type that no task has", {"type": "create"}, 0, 0),
    ("one logical cluster", {"logical_cluster_name": "elastic_group"}, 7, 7),
    ("a name of strange characters", {"logical_cluster_name": "lc 节点 *"}, 7, 7),
    ("a part of a name", {"logical_cluster_name": "elastic"}, 0, 0),
    ("a name and a type", {"logical_cluster_name": "test_logical", "type": "Create"}, 1, 1),
    ("a page of a filter", {"logical_cluster_name": "elastic_group", "offset": 1, "limit": 5}, 2, 7),
    ("empty filters", {"logical_cluster_name": "", "type": "", "order": "", "order_by": ""}, 10, 21),
]

ORDERS = [
    {"order_by": field, **order}
    for field in ("startTime", "start_time", "endTime", "type", "logicalClusterName", "result", "log")
    for order in ({}, {"order": "ASC"}, {"order": "DESC"})
] + [{"order": "ASC"}, {"order": "DESC"}]


def run(mock, clients, report):
    clients = has(clients, OPERATION)
    mock.put(STATE)
    for client in clients:
        pages(client, report)
        lists_of_none_and_one(client, report)
    for second in (0, 9, 10, 60, 119, 150, 660, 1000):
        mock.set_clock(at(second))
        for client in clients:
            orders(client, report, second)


def pages(client, report):
    for what, params, on_page, count in PAGES:
        asked = {**CLUSTER, **params}
        defaults = {name: value for name, value in asked.items() if value != ""}
        expected = expect.list_logical_cluster_tasks(STATE, 0, **defaults)
        assert (len(expected["logical_cluster_tasks"]), expected["count"]) == (on_page, count), what
        answers(report, client, OPERATION, asked, what, expected)


def lists_of_none_and_one(client, report):
    nothing = {"logical_cluster_tasks": [], "count": 0}
    params = {"project_id": PROJECT, "cluster_id": DWS_EMPTY}
    answers(report, client, OPERATION, params, "a cluster without tasks", nothing)
    running = {
        "type": "Grow",
        "logical_cluster_name": "bare",
        "start_time": "2026-11-21 20:21:00",
        "end_time": "",
        "result": "",
        "log": "",
    }
    params = {"project_id": OTHER_PROJECT, "cluster_id": DWS_OTHER}
    one = {"logical_cluster_tasks": [running], "count": 1}
    answers(report, client, OPERATION, params, "a cluster with one task, which runs", one)


def orders(client, report, second):
    for order in ORDERS:
        params = {**CLUSTER, "limit": 30, **order}
        expected = expect.list_logical_cluster_tasks(STATE, second, **params)
        answers(report, client, OPERATION, params, f"{order} after {second} s", expected)
