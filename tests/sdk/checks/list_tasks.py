"""ListTasks: pages, Archived and TaskId, empty lists, every type and status, JSON in strings."""

from state import BARE, EMPTY, MANY, STATE, STRANGE, TASK_TYPES, TYPES, at
import expect

from . import answers, has

OPERATION = "ehpc.list_tasks"

# The cluster MANY has 50 tasks that run and 13 that are over.
PAGES = [
    # what, parameters, tasks on the page, TotalCount
    ("ten on a page without a PageSize", {}, 10, 50),
    ("the first page", {"PageNumber": 1, "PageSize": 20}, 20, 50),
    ("the last page, partial", {"PageNumber": 3, "PageSize": 20}, 10, 50),
    ("the last page, of one task", {"PageNumber": 8, "PageSize": 7}, 1, 50),
    ("the last page, full", {"PageNumber": 5}, 10, 50),
    ("a page past the end", {"PageNumber": 6}, 0, 50),
    ("the last page that there can be", {"PageNumber": 999, "PageSize": 50}, 0, 50),
    ("all on one page, exactly", {"PageSize": 50}, 50, 50),
    ("the page after an exact one", {"PageNumber": 2, "PageSize": 50}, 0, 50),
    ("pages of one", {"PageNumber": 50, "PageSize": 1}, 1, 50),
    ("history, the first page", {"PageSize": 50, "Archived": True}, 50, 63),
    ("history, the last page, partial", {"PageNumber": 2, "PageSize": 50, "Archived": True}, 13, 63),
    ("history, pages of nine, exactly", {"PageNumber": 7, "PageSize": 9, "Archived": True}, 9, 63),
]

# MANY-00 is over, MANY-01 runs.
ARCHIVED = [
    # what, parameters, TotalCount
    ("no Archived", {}, 50),
    ("an empty Archived", {"Archived": ""}, 50),
    ("Archived false", {"Archived": False}, 50),
    ("Archived FALSE", {"Archived": "FALSE"}, 50),
    ("Archived true", {"Archived": True}, 63),
    ("Archived TRUE", {"Archived": "TRUE"}, 63),
    ("a running TaskId", {"TaskId": "MANY-01"}, 1),
    ("a running TaskId, Archived false", {"TaskId": "MANY-01", "Archived": False}, 1),
    ("a running TaskId, Archived true", {"TaskId": "MANY-01", "Archived": True}, 1),
    ("a TaskId that is over", {"TaskId": "MANY-00"}, 1),
    ("a TaskId that is over, Archived false", {"TaskId": "MANY-00", "Archived": False}, 1),
    ("a TaskId that is over, Archived true", {"TaskId": "MANY-00", "Archived": True}, 1),
    ("a TaskId, page 2", {"TaskId": "MANY-01", "PageNumber": 2}, 1),
    ("an empty TaskId", {"TaskId": ""}, 50),
    ("an unknown TaskId", {"TaskId": "MANY-99"}, 0),
    ("the TaskId of another cluster", {"TaskId": "BARE"}, 0),
]

# By second: status and step. Four steps in four minutes, the first two of them before the start.
LIVES = {
    "CreateCluster-success": {
        0: ("Processing", 2),
        59: ("Processing", 2),
        60: ("Processing", 3),
        119: ("Processing", 3),
        120: ("Success", 4),
    },
    "CreateCluster-fail": {0: ("Processing", 2), 119: ("Processing", 3), 120: ("Fail", 4), 400: ("Fail", 4)},
    "CreateCluster-partial_fail": {119: ("Processing", 3), 120: ("PartialFail", 4), 400: ("PartialFail", 4)},
    "CreateCluster-never": {
        0: ("Processing", 2),
        120: ("Processing", 3),
        400: ("Processing", 3),
        1000000: ("Processing", 3),
    },
    "LATER": {
        0: None,
        99: None,
        100: ("Processing", 0),
        130: ("Processing", 5),
        159: ("Processing", 9),
        160: ("Success", 10),
    },
}


def run(mock, clients, report):
    clients = has(clients, OPERATION)
    mock.put(STATE)
    for client in clients:
        pages(client, report)
        archived(client, report)
        lists_of_none_and_one(client, report)

    moments = sorted({second for life in LIVES.values() for second in life})
    for second in moments:
        mock.set_clock(at(second))
        for client in clients:
            lives(client, report, second)
            every_type_and_ending(client, report, second)


def pages(client, report):
    for what, params, on_page, total in PAGES:
        expected = expect.list_tasks(STATE, 0, MANY, **params)
        assert (len(expected["Tasks"]), expected["TotalCount"]) == (on_page, total), what
        answers(report, client, OPERATION, {"ClusterId": MANY, **params}, what, expected)


def archived(client, report):
    for what, params, total in ARCHIVED:
        expected = expect.list_tasks(STATE, 0, MANY, **params)
        assert expected["TotalCount"] == total, what
        answers(report, client, OPERATION, {"ClusterId": MANY, **params}, what, expected)


def lists_of_none_and_one(client, report):
    nothing = {"PageNumber": 1, "PageSize": 10, "TotalCount": 0, "Tasks": []}
    answers(report, client, OPERATION, {"ClusterId": EMPTY}, "a cluster without tasks", nothing)
    answers(report, client, OPERATION, {"ClusterId": EMPTY, "Archived": True}, "a cluster without a history", nothing)
    one = {
        "ClusterId": BARE,
        "CurrentStep": 0,
        "Errors": [],
        "Request": {"clusterId": BARE},
        "Result": {},
        "Status": "Processing",
        "TaskId": "BARE",
        "TaskType": "StopCluster",
        "TotalSteps": 10,
    }
    page = {"PageNumber": 1, "PageSize": 10, "TotalCount": 1, "Tasks": [one]}
    answers(report, client, OPERATION, {"ClusterId": BARE}, "a cluster with one task", page)
    params = {"ClusterId": STRANGE, "TaskId": STRANGE}
    answers(report, client, OPERATION, params, "ids of strange characters", expect.list_tasks(STATE, 0, **params))


def lives(client, report, second):
    for task_id, life in LIVES.items():
        if second not in life:
            continue
        expected = expect.list_tasks(STATE, second, TYPES, TaskId=task_id)
        seen = [(task["Status"], task["CurrentStep"]) for task in expected["Tasks"]]
        assert seen == [life[second]] * (life[second] is not None), (task_id, second, seen)
        params = {"ClusterId": TYPES, "TaskId": task_id}
        answers(report, client, OPERATION, params, f"{task_id} after {second} s", expected)


def every_type_and_ending(client, report, second):
    for archived in (False, True):
        params = {"ClusterId": TYPES, "PageSize": 50, "Archived": archived}
        expected = expect.list_tasks(STATE, second, **params)
        assert {task["TaskType"] for task in expected["Tasks"]} == set(TASK_TYPES)
        answers(report, client, OPERATION, params, f"all types, Archived {archived}, after {second} s", expected)
