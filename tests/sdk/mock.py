"""The mock under test: its process and its control interface."""

import json
import subprocess
import tempfile
import urllib.request


class Mock:
    """`taskmock serve` on a free port, in the documents' world until a state is put."""

    def __init__(self, command, *options):
        self.command = command
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [command, "serve", "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        first_line = self.process.stdout.readline()
        if not first_line.startswith("listening on http://"):
            raise RuntimeError(f"taskmock did not say where it listens: {first_line!r} {self.last_words()}")
        self.url = first_line.split()[-1]
        self.host = self.url[len("http://") :]

    def control(self, method, route, body=None):
        """Asks the control interface; an answer that is not 2xx is an exception."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/__taskmock__/{route}", data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read())

    def put(self, state):
        self.control("PUT", "state", state)

    def set_clock(self, to):
        self.control("POST", "clock", {"set": to})

    def advance(self, span):
        self.control("POST", "clock", {"advance": span})

    def inject(self, **fault):
        self.control("POST", "faults", fault)

    def reset(self):
        self.control("POST", "reset")

    def default_state(self):
        """What `taskmock state` prints."""
        return json.loads(subprocess.run([self.command, "state"], stdout=subprocess.PIPE, check=True).stdout)

    def stop(self):
        """Ends the process as a terminal would; returns its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.kill()

    def last_words(self):
        self.log.seek(0)
        return "".join(self.log.readlines()[-5:])
