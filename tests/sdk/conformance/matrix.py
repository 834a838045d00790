"""Asks every SDK all cases with the exact list of what it is known to fail, and holds the matrix of the README to the results.

    matrix.py TASKMOCK              checks
    matrix.py TASKMOCK --write      writes the matrix into the README
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
README = HERE.parent.parent.parent / "README.md"

ALIBABA, HUAWEI = "testid:testsecret", "testak:testsk"

CLIENTS = [
    # list, the client by its name in tests/sdk/clients, credentials, packages, what a user of it has to know
    (
        "python-tea",
        "Python Tea, V3 signature",
        ALIBABA,
        ["alibabacloud-ehpc20180412", "alibabacloud-cs20151215"],
        "of `null`, of a list and of `Tasks` as an object the user gets a body of `None`, and no error",
    ),
    (
        "python-classic",
        "classic Python, GET",
        ALIBABA,
        ["aliyun-python-sdk-core", "aliyun-python-sdk-ehpc"],
        "`/`, `?` and `#` of a task id are sent as they are, so another task is asked for; the code of a refusal by "
        "Container Service is lost (`SDK.UnknownServerError`)",
    ),
    (
        "python-huawei",
        "Python Huawei, sync",
        HUAWEI,
        ["huaweicloudsdkdws"],
        "an empty project id asks for the project `{project_id}`; a page of HTML with status 200 is an answer of `None`; "
        "the code of a 429 is lost",
    ),
    (
        "node-pop-core",
        "Node pop-core, GET",
        ALIBABA,
        ["@alicloud/pop-core"],
        "it has no models: what is not as documented reaches the user as it came",
    ),
    (
        "node-pop-core-roa",
        "Node pop-core, ROA",
        ALIBABA,
        ["@alicloud/pop-core"],
        "`/`, `?` and `#` of a task id are sent as they are; code and message of a refusal by Container Service are empty",
    ),
    (
        "node-openapi-client",
        "Node openapi-client",
        ALIBABA,
        ["@alicloud/openapi-client"],
        "it has no models: what is not as documented reaches the user as it came",
    ),
    (
        "node-cs",
        "Node cs20151215",
        ALIBABA,
        ["@alicloud/cs20151215"],
        "of a task id with `'`, `!`, `(` or `)` the signed path is not encoded as RFC 3986 has it",
    ),
    (
        "node-huawei",
        "Node Huawei",
        HUAWEI,
        ["@huaweicloud/huaweicloud-sdk-core"],
        "`count` is rounded to a double; a body that is cut off is an answer without tasks; an empty project id asks for "
        "the project `{project_id}`",
    ),
]

# The version of each package that is installed.
VERSIONS = dict(re.findall(r"^(\S+)==(\S+)$", (HERE.parent / "requirements.txt").read_text(), re.MULTILINE))
VERSIONS |= json.loads((HERE.parent / "package.json").read_text())["dependencies"]

LEVELS = ("must", "should", "may")
BEGIN, END = "<!-- The matrix: written by tests/sdk/conformance/matrix.py. -->", "<!-- The end of the matrix. -->"


def main():
    taskmock, *options = sys.argv[1:]
    passed = failed = 0
    rows = []
    for name, client, credentials, packages, note in CLIENTS:
        conforms, results = ask(taskmock, name, client, credentials)
        passed, failed = passed + conforms, failed + (not conforms)
        rows.append(row(results, packages, note))
    matrix = "\n".join(
        [BEGIN, "| SDK | calls | must | should | may | what its users have to know |", "|---|---|---|---|---|---|", *rows, END]
    )
    readme = README.read_text()
    start, end = readme.index(BEGIN), readme.index(END) + len(END)
    if options == ["--write"]:
        README.write_text(readme[:start] + matrix + readme[end:])
    elif readme[start:end] != matrix:
        failed += 1
        print(f"the matrix of the README should be:\n{matrix}")
    print(f"conformance: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def ask(taskmock, name, client, credentials):
    """Whether an SDK fails exactly what it is known to fail, and the results."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "results.json"
        command = [taskmock, "conformance", "client", "--credentials", credentials, "--fail-on", "may"]
        command += ["--known-failing", str(HERE / "known-failing" / f"{name}.txt"), "--json", str(report)]
        command += ["--timeout", "60", "--", sys.executable, str(HERE / "client.py"), client]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(f"== {client}\n{done.stdout}")
        else:
            print(f"{client}: as it is known to be")
        return done.returncode == 0, json.loads(report.read_text() if report.exists() else '{"cases": []}')


def row(results, packages, note):
    """A row of the matrix: of each level how many cases pass, of how many."""
    asked = [case for case in results["cases"] if case["outcome"] != "unsupported"]
    of = {level: [case["outcome"] == "passed" for case in asked if case["level"] == level] for level in LEVELS}
    calls = []
    for case in asked:
        call = case["id"].split("/")[0]
        if call not in calls:
            calls.append(call)
    numbers = " | ".join(f"{sum(of[level])} of {len(of[level])}" for level in LEVELS)
    language = "Node" if packages[0].startswith("@") else "Python"
    names = ", ".join(f"{package} {VERSIONS[package]}" for package in packages)
    return f"| {names} ({language}) | {', '.join(f'`{call}`' for call in calls)} | {numbers} | {note} |"


main()
