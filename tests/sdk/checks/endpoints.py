"""The snippets of ENDPOINTS.md for Python and Node run as they stand; those for Go and Java are in go and java."""

import os
import pathlib
import re
import subprocess
import sys

SDK = pathlib.Path(__file__).parent.parent
COMMANDS = {"python": (sys.executable, "-W", "ignore", "-c"), "node": ("node", "-e")}


def run(mock, clients, report):
    mock.put(mock.default_state())
    port = mock.url.split(":")[-1]
    env = {**os.environ, "NODE_PATH": str(SDK / "node_modules"), "NODE_NO_WARNINGS": "1"}
    languages = {client.language for client in clients}
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", (SDK / "ENDPOINTS.md").read_text(), re.MULTILINE | re.DOTALL):
        language = {"js": "node"}.get(language, language)
        if language not in COMMANDS or language not in languages:
            continue
        # The port that the page says.
        done = subprocess.run(
            [*COMMANDS[language], code.replace("8080", port)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        report.check(language, "-", f"a snippet of ENDPOINTS.md runs:\n{done.stdout}", 0, done.returncode)
