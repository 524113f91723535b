"""Runs the shell session of docs/http.md against the binary, each command against what it shows.

Usage: http_document.py BINARY             compares
       http_document.py BINARY --write     puts what came into the document

All commands run in one shell, in an empty folder that is also its home, and the port is a free one. What differs from
run to run is left out of the comparison.
"""

import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time

from report import Report

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "http.md"
SESSION = re.compile(r"(<!-- session: scripts/http-session -->\n```console\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
PORT = "8080"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
ID = re.compile(r'"[0-9a-f]{20}"')


def normalised(text):
    return ID.sub('"ID"', TIME.sub("TIME", text)).rstrip("\n")


def examples(session):
    """Pairs of a command and what it shows; a line that ends in a backslash goes on in the next one."""
    command, shown = None, []
    for line in session.splitlines():
        if command is not None and command.endswith("\\"):
            command += "\n" + line
        elif line.startswith("$ "):
            if command is not None:
                yield command, "\n".join(shown)
            command, shown = line[2:], []
        elif command is not None:
            shown.append(line)
    if command is not None:
        yield command, "\n".join(shown)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Shell:
    """A shell that keeps its variables from one command to the next. Use it with `with`."""

    def __init__(self, binary):
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        (folder / "bin").mkdir()
        (folder / "bin" / "tandem").symlink_to(pathlib.Path(binary).resolve())
        (folder / "here").mkdir()
        self._port = free_port()
        self._errors = open(folder / "errors", "w+b")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "XDG_"))}
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder / "here", text=True, start_new_session=True,
            env={**kept, "HOME": str(folder / "here"), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # What it has started belongs to its group and ends with it.
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.stdin.close()
        self._process.wait(30)
        self._errors.close()
        self._folder.cleanup()

    @property
    def errors(self):
        return os.pread(self._errors.fileno(), 1 << 16, 0).decode(errors="replace")[-500:]

    def run(self, command):
        """What a command prints on its standard output."""
        end = secrets.token_hex(8)
        self._process.stdin.write(f"{command.replace(PORT, str(self._port))}\nprintf '\\n%s\\n' {end}\n")
        self._process.stdin.flush()
        lines = []
        while (line := self._process.stdout.readline()) != end + "\n":
            if not line:
                raise EOFError(f"the shell has ended: {self.errors}")
            lines.append(line)
        if command.endswith("&"):
            self._wait_for_server()
        return "".join(lines).rstrip("\n").replace(str(self._port), PORT)

    def _wait_for_server(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError(f"the server does not answer: {self.errors}")


def compare(binary, session):
    report = Report()
    with Shell(binary) as shell:
        for number, (command, shown) in enumerate(examples(session), 1):
            came = shell.run(command)
            same = normalised(came) == normalised(shown)
            report.check(
                f"docs/http.md shows what comes of command {number}", same, f"$ {command}\n{came}\n{shell.errors}")
    report.check("docs/http.md has a session", session.count("$ ") > 3)
    report.end()


def write(binary, text, match):
    parts = []
    with Shell(binary) as shell:
        for command, shown in examples(match[2]):
            came = shell.run(command)
            # What differs only from run to run stays, so that the document does not change for nothing.
            kept = shown if normalised(came) == normalised(shown) else came
            parts.append(f"$ {command}\n" + (kept + "\n" if kept else ""))
    DOCUMENT.write_text(text[:match.start(2)] + "".join(parts) + text[match.end(2):])


def main():
    text = DOCUMENT.read_text()
    match = SESSION.search(text)
    if sys.argv[2:] == ["--write"]:
        write(sys.argv[1], text, match)
    else:
        compare(sys.argv[1], match[2])


main()
