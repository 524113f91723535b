"""Runs the receivers of docs/webhooks.md against the binary, with the right secret and with a wrong one.

Usage: webhooks.py BINARY
"""

import http.server
import os
import pathlib
import queue
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

from client import Tandem
from report import Report

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
BLOCK = re.compile(r"^```(\w+) receiver\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
SECRET = "s3cr3t-of-the-receivers"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(tandem, operation, **arguments):
    call = {"name": "execute-operation", "arguments": {"operation": operation, "arguments": arguments}}
    return tandem.request("tools/call", call)["structuredContent"]["result"]


class Process:
    """A receiver that is a program of its own and prints its verdicts."""

    def __init__(self, command, secret):
        self.verdicts = queue.Queue()
        self._process = subprocess.Popen(
            command, env={**os.environ, "SECRET": secret}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.verdicts.put(line.strip())

    def end(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()


class Recorder:
    """A receiver that keeps what comes."""

    def __init__(self):
        self.requests = queue.Queue()
        requests = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                requests.put((dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/in?a=1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self):
        self._server.shutdown()


def wait_for(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)


def check_program(report, tandem, name, command):
    """A receiver accepts what is signed with its secret, and refuses what is signed with another one."""
    for number, (secret, verdict, status) in enumerate([(SECRET, "accepted", 204), ("another", "refused", 401)]):
        port = free_port()
        url = f"http://127.0.0.1:{port}/in?a=1"
        receiver = Process([*command, str(port), url], secret)
        try:
            wait_for(port)
            webhook = f"{name}{number}"
            run(tandem, "webhooks.create", webhookId=webhook, url=url, events=["users.*"], secret=SECRET)
            answer = run(tandem, "webhooks.createTest", webhookId=webhook, payload={"a/b": "Zoë", "empty": {}})
            report.check(f"{name}: a test is {verdict}", answer.get("status") == status, answer)
            run(tandem, "users.create", userId=f"user-of-{webhook}", name="Zoë / 1")
            got = [receiver.verdicts.get(timeout=20) for _ in range(2)]
            report.check(f"{name}: an event is {verdict}", got == [verdict] * 2, got)
            run(tandem, "webhooks.delete", webhookId=webhook)
        finally:
            receiver.end()


def check_shell(report, tandem, script):
    recorder = Recorder()
    run(tandem, "webhooks.create", webhookId="sh", url=recorder.url, events=["users.*.create"], secret=SECRET)
    run(tandem, "users.create", userId="user-of-sh", name="Zoë / 1")
    headers, body = recorder.requests.get(timeout=20)
    recorder.end()
    report.check("sh: the name is escaped", rb'"name":"Zo\u00eb \/ 1"' in body, body)
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        for secret, verdict in [(SECRET, "accepted"), ("another", "refused")]:
            for header in ["X-Appwrite-Webhook-Signature", "X-Appwrite-Signature"]:
                command = ["sh", script, file.name, recorder.url, headers[header]]
                said = subprocess.run(command, env={**os.environ, "SECRET": secret}, capture_output=True, text=True)
                report.check(f"sh: {header} is {verdict}", said.stdout.strip() == verdict, said)


def main():
    binary = sys.argv[1]
    blocks = {language: code for language, code in BLOCK.findall(DOCUMENT.read_text())}
    report = Report()
    report.check("there are three receivers", set(blocks) == {"python", "javascript", "sh"}, set(blocks))
    with tempfile.TemporaryDirectory() as folder, Tandem(binary, "--ephemeral", "--allow-private-webhooks") as tandem:
        paths = {}
        for language, code in blocks.items():
            paths[language] = os.path.join(folder, f"receiver.{language}")
            pathlib.Path(paths[language]).write_text(code)
        check_program(report, tandem, "python", [sys.executable, paths["python"]])
        node = shutil.which("node")
        if node:
            os.rename(paths["javascript"], paths["javascript"] + ".cjs")
            check_program(report, tandem, "javascript", [node, paths["javascript"] + ".cjs"])
        else:
            print("node is not there: the receiver in JavaScript is left out")
        check_shell(report, tandem, paths["sh"])
    report.end()


main()
