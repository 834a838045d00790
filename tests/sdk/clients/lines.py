"""Programs in other languages that have SDKs: asked line by line, each started when it is first asked.

A question is one line of JSON on their standard input:

    {"sdk": "tea-v3", "endpoint": "http://127.0.0.1:1", "action": "ListTasks", "version": "2018-04-12", "params": {...}}

The answer is one line on their standard output, in the shape that `Client` describes, or

    {"crashed": "its type", "message": "..."}   what the SDK does not mean its user to see
    {"unsupported": "why"}                      the types of the SDK cannot say the question
"""

import json
import pathlib
import subprocess

SDK = pathlib.Path(__file__).parent.parent


class Program:
    def __init__(self, *command, env=None):
        self.command = [str(part) for part in command]
        self.env = env
        self.process = None

    def ask(self, question):
        if self.process is None:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.env
            )
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if answer:
            answer = json.loads(answer)
            if answer.get("crashed") == "endless":
                # The program ends with it, and the next question has a fresh one.
                self.process.wait()
                self.process = None
            return answer
        status, self.process = self.process.wait(), None
        return {"crashed": f"{pathlib.Path(self.command[0]).name} has ended with status {status}"}

    def sdk(self, name, url):
        """The function of a `Client` that asks with one of the program's SDKs."""

        def ask(action, version, params):
            return self.ask({"sdk": name, "endpoint": url, "action": action, "version": version, "params": params})

        return ask


def reading(ask):
    """Reads the message of an error that is a whole body of JSON: what it is where an SDK cannot read the body."""

    def ask_and_read(*question):
        came = ask(*question)
        message = came.get("raised", {}).get("message") or ""
        if message.startswith("{"):
            came["raised"]["message"] = json.loads(message)
        return came

    return ask_and_read
