"""Asks every SDK all cases with the exact list of what it is known to fail, and holds the matrix of the README to the results.

    matrix.py TASKMOCK [--only LANGUAGES]            checks, of these languages alone
    matrix.py TASKMOCK [--only LANGUAGES] --write    writes their rows into the README
    matrix.py TASKMOCK --list NAME                   prints what one client fails: a list to be explained
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import typing

HERE = pathlib.Path(__file__).parent
SDK = HERE.parent
README = SDK.parent.parent / "README.md"

ALIBABA, HUAWEI = "testid:testsecret", "testak:testsk"

LEVELS = ("must", "should", "may")
# What a client refuses itself, where the server would refuse it too, is right.
RIGHT = ("passed", "refused_by_client")
BEGIN, END = "<!-- The matrix: written by tests/sdk/conformance/matrix.py. -->", "<!-- The end of the matrix. -->"
HEADING = ["| SDK | calls | must | should | may | what its users have to know |", "|---|---|---|---|---|---|"]


class Asked(typing.NamedTuple):
    """A client of the matrix."""

    # Its list of what it is known to fail: known-failing/NAME.txt.
    name: str
    # Its name in tests/sdk/clients.
    client: str
    credentials: str
    # The packages of it, as requirements.txt, package.json, go.mod or pom.xml name them.
    packages: list
    # What a user of it has to know.
    note: str
    # Which part of the packages it is, and what it asks for, if there are several.
    part: str = ""
    # The module of go/ or java/ that has the packages.
    module: str = ""
    # Fields that the SDK never shows.
    ignored: tuple = ()

    @property
    def language(self):
        return self.name.split("-")[0]

    @property
    def label(self):
        names = [f"{package.removeprefix('github.com/')} {self.version(package)}" for package in self.packages]
        part = f" {self.part}" if self.part else ""
        return f"{', '.join(names)}{part} ({self.language.capitalize()})"

    def version(self, package):
        """The version of a package that is installed."""
        if self.language == "python":
            return found(r"^%s==(\S+)$", package, SDK / "requirements.txt")
        if self.language == "node":
            return json.loads((SDK / "package.json").read_text())["dependencies"][package]
        if self.language == "go":
            return found(r"^\s+%s v(\S+)$", package, SDK / "go" / self.module / "go.mod")
        return found(r"<artifactId>%s</artifactId>\s*<version>(\S+)</version>", package, SDK / "java" / self.module / "pom.xml")


def found(pattern, package, path):
    return re.search(pattern % re.escape(package), path.read_text(), re.MULTILINE)[1]


CLIENTS = [
    Asked(
        "python-tea",
        "Python Tea, V3 signature",
        ALIBABA,
        ["alibabacloud-ehpc20180412", "alibabacloud-cs20151215"],
        "of `null`, of a list and of `Tasks` as an object the user gets a body of `None`, and no error",
    ),
    Asked(
        "python-classic",
        "classic Python, GET",
        ALIBABA,
        ["aliyun-python-sdk-core", "aliyun-python-sdk-ehpc"],
        "`/`, `?` and `#` of a task id are sent as they are, so another task is asked for; the code of a refusal by "
        "Container Service is lost (`SDK.UnknownServerError`)",
    ),
    Asked(
        "python-huawei",
        "Python Huawei, sync",
        HUAWEI,
        ["huaweicloudsdkdws"],
        "an empty project id asks for the project `{project_id}`; a page of HTML with status 200 is an answer of `None`; "
        "the code of a 429 is lost",
    ),
    Asked(
        "node-pop-core",
        "Node pop-core, GET",
        ALIBABA,
        ["@alicloud/pop-core"],
        "it has no models: what is not as documented reaches the user as it came",
        "RPC",
    ),
    Asked(
        "node-pop-core-roa",
        "Node pop-core, ROA",
        ALIBABA,
        ["@alicloud/pop-core"],
        "`/`, `?` and `#` of a task id are sent as they are; code and message of a refusal by Container Service are empty",
        "ROA",
    ),
    Asked(
        "node-openapi-client",
        "Node openapi-client",
        ALIBABA,
        ["@alicloud/openapi-client"],
        "it has no models: what is not as documented reaches the user as it came",
    ),
    Asked(
        "node-cs",
        "Node cs20151215",
        ALIBABA,
        ["@alicloud/cs20151215"],
        "of a task id with `'`, `!`, `(` or `)` the signed path is not encoded as RFC 3986 has it",
    ),
    Asked(
        "node-huawei",
        "Node Huawei",
        HUAWEI,
        ["@huaweicloud/huaweicloud-sdk-core"],
        "`count` is rounded to a double; a body that is cut off is an answer without tasks; an empty project id asks for "
        "the project `{project_id}`",
    ),
    Asked(
        "go-classic",
        "Go classic, CommonRequest",
        ALIBABA,
        ["github.com/aliyun/alibaba-cloud-sdk-go"],
        "`/`, `?` and `#` of a task id are sent as they are, so another task is asked for; code and request id of "
        "a refusal by Container Service are lost",
        "`CommonRequest`",
        "current",
    ),
    Asked(
        "go-classic-ehpc",
        "Go classic, typed E-HPC",
        ALIBABA,
        ["github.com/aliyun/alibaba-cloud-sdk-go"],
        "what is missing or null becomes an empty text or 0, and no error",
        "`services/ehpc`",
        "ehpc-v1.62.461",
    ),
    Asked(
        "go-classic-ehpc-xml",
        "Go classic, typed E-HPC, XML",
        ALIBABA,
        ["github.com/aliyun/alibaba-cloud-sdk-go"],
        "of a refusal in XML code, message and request id are lost; a page of HTML is an answer without fields",
        "`services/ehpc`, XML",
        "ehpc-v1.62.461",
    ),
    Asked(
        "go-classic-cs",
        "Go classic, typed CS",
        ALIBABA,
        ["github.com/aliyun/alibaba-cloud-sdk-go"],
        "every answer that has a `task_result` is an error; no stages, events and error; an empty task id asks for "
        "the task `[task_id]`",
        "`services/cs`",
        "current",
    ),
    Asked(
        "go-classic-cs-xml",
        "Go classic, typed CS, XML",
        ALIBABA,
        ["github.com/aliyun/alibaba-cloud-sdk-go"],
        "no results, stages, events and error; of a refusal in XML everything but the status is lost",
        "`services/cs`, XML",
        "current",
    ),
    Asked(
        "go-tea-v3",
        "Go Tea, V3 signature",
        ALIBABA,
        ["github.com/alibabacloud-go/darabonba-openapi/v2"],
        "the request id of an error is only inside its `Data`; what follows the JSON is not seen",
        "`CallApi`, V3",
        "current",
    ),
    Asked(
        "go-tea-v1",
        "Go Tea, V1 signature",
        ALIBABA,
        ["github.com/alibabacloud-go/darabonba-openapi/v2"],
        "as with V3",
        "`CallApi`, V1",
        "current",
    ),
    Asked(
        "go-huawei",
        "Go Huawei",
        HUAWEI,
        ["github.com/huaweicloud/huaweicloud-sdk-go-v3"],
        "an empty project id asks for the project `{project_id}`",
        module="current",
    ),
    Asked(
        "java-classic",
        "Java classic 4.7.10, CommonRequest",
        ALIBABA,
        ["aliyun-java-sdk-core"],
        "errors have no HTTP status; `/`, `?` and `#` of a task id are sent as they are",
        "`CommonRequest`",
        "clients",
        ("error.http_status",),
    ),
    Asked(
        "java-classic-ehpc",
        "Java classic 4.7.10, typed E-HPC (rebuilt)",
        ALIBABA,
        ["aliyun-java-sdk-core"],
        "errors have no HTTP status; a body that is cut off can keep the reader busy for ever; `\\u0000` is read "
        "as `u0000`; a list of `[1,null]` is a NullPointerException",
        "typed E-HPC, *rebuilt*",
        "clients",
        ("error.http_status",),
    ),
    Asked(
        "java-classic-ehpc-xml",
        "Java classic 4.7.10, typed E-HPC (rebuilt), XML",
        ALIBABA,
        ["aliyun-java-sdk-core"],
        "errors have no HTTP status; of a `<Tasks>` for each task it reads no task, and no error",
        "typed E-HPC, *rebuilt*, XML",
        "clients",
        ("error.http_status",),
    ),
    Asked(
        "java-old-classic",
        "Java classic 4.0.3, CommonRequest",
        ALIBABA,
        ["aliyun-java-sdk-core"],
        "errors have no HTTP status; of a 5xx and of a refusal by Container Service code and request id are lost",
        "`CommonRequest`",
        "core-4.0.3",
        ("error.http_status",),
    ),
    Asked(
        "java-old-classic-ehpc",
        "Java classic 4.0.3, typed E-HPC (rebuilt)",
        ALIBABA,
        ["aliyun-java-sdk-core"],
        "as 4.7.10, and of a 5xx code and request id are lost",
        "typed E-HPC, *rebuilt*",
        "core-4.0.3",
        ("error.http_status",),
    ),
    Asked(
        "java-old-classic-ehpc-xml",
        "Java classic 4.0.3, typed E-HPC (rebuilt), XML",
        ALIBABA,
        ["aliyun-java-sdk-core"],
        "as 4.7.10; a body that is cut off is an answer without fields",
        "typed E-HPC, *rebuilt*, XML",
        "core-4.0.3",
        ("error.http_status",),
    ),
    Asked(
        "java-tea-v3",
        "Java Tea, V3 signature",
        ALIBABA,
        ["tea-openapi"],
        "a 407 is an error of OkHttp, without status, code and request id",
        "`callApi`, V3",
        "clients",
    ),
    Asked(
        "java-tea-v1",
        "Java Tea, V1 signature",
        ALIBABA,
        ["tea-openapi"],
        "as with V3; a parameter that is empty is sent and not signed",
        "`callApi`, V1",
        "clients",
    ),
    Asked(
        "java-cs",
        "Java cs20151215",
        ALIBABA,
        ["cs20151215"],
        "an old model: no stages, events and error",
        module="clients",
    ),
    Asked(
        "java-huawei",
        "Java Huawei, sync",
        HUAWEI,
        ["huaweicloud-sdk-dws"],
        "an empty project id asks for the project `{project_id}`; an empty body is an answer of nulls",
        "sync",
        "clients",
    ),
    Asked(
        "java-huawei-async",
        "Java Huawei, async",
        HUAWEI,
        ["huaweicloud-sdk-dws"],
        "as sync",
        "async",
        "clients",
    ),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("taskmock")
    parser.add_argument("--only", default="python,node,go,java")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--list", metavar="NAME")
    arguments = parser.parse_args()
    if arguments.list:
        return print_failures(arguments.taskmock, next(asked for asked in CLIENTS if asked.name == arguments.list))

    passed = failed = 0
    rows = rows_of(README.read_text())
    for asked in CLIENTS:
        if asked.language not in arguments.only.split(","):
            continue
        conforms, results = ask(arguments.taskmock, asked)
        passed, failed = passed + conforms, failed + (not conforms)
        rows[asked.label] = row(results, asked)
    matrix = "\n".join([BEGIN, *HEADING, *(rows[asked.label] for asked in CLIENTS if asked.label in rows), END])
    readme = README.read_text()
    start, end = readme.index(BEGIN), readme.index(END) + len(END)
    if arguments.write:
        README.write_text(readme[:start] + matrix + readme[end:])
    elif readme[start:end] != matrix:
        failed += 1
        print(f"the matrix of the README should be:\n{matrix}")
    print(f"conformance: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def rows_of(readme):
    """The rows of the README by what stands in their first column."""
    matrix = readme[readme.index(BEGIN) : readme.index(END)]
    return {line.split(" | ")[0].removeprefix("| "): line for line in matrix.splitlines()[len(HEADING) + 1 :]}


def ask(taskmock, asked):
    """Whether an SDK fails exactly what it is known to fail, and the results."""
    known = ["--known-failing", str(HERE / "known-failing" / f"{asked.name}.txt")]
    began = time.monotonic()
    done, results = run(taskmock, asked, known)
    if done.returncode:
        print(f"== {asked.client}\n{done.stdout}")
    else:
        print(f"{asked.client}: as it is known to be, in {time.monotonic() - began:.1f} s", flush=True)
    return done.returncode == 0, results


def run(taskmock, asked, options):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "results.json"
        command = [taskmock, "conformance", "client", "--credentials", asked.credentials, "--fail-on", "may", *options]
        command += ["--format", "xml" if "xml" in asked.name.split("-") else "json"]
        command += [part for field in asked.ignored for part in ("--ignore", field)]
        command += ["--timeout", "60", "--json", str(report), "--", sys.executable, str(HERE / "client.py"), asked.client]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done, json.loads(report.read_text() if report.exists() else '{"cases": []}')


def print_failures(taskmock, asked):
    _, results = run(taskmock, asked, [])
    for case in results["cases"]:
        if case["outcome"] not in (*RIGHT, "unsupported"):
            print(json.dumps(case))


def row(results, asked):
    """A row of the matrix: of each level how many cases pass, of how many."""
    cases = [case for case in results["cases"] if case["outcome"] != "unsupported"]
    of = {level: [case["outcome"] in RIGHT for case in cases if case["level"] == level] for level in LEVELS}
    calls = []
    for case in cases:
        call = case["id"].split("/")[0]
        if call not in calls:
            calls.append(call)
    numbers = " | ".join(f"{sum(of[level])} of {len(of[level])}" for level in LEVELS)
    return f"| {asked.label} | {', '.join(f'`{call}`' for call in calls)} | {numbers} | {asked.note} |"


main()
