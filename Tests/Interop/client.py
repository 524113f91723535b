"""Talks to the binary over stdio from many threads at once, without a library in between."""

import concurrent.futures
import contextlib
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time


class Refused(Exception):
    """An operation answered with an error."""

    def __init__(self, error):
        super().__init__(json.dumps(error, ensure_ascii=False))
        self.code = error.get("code")
        self.type = error.get("type")
        self.message = error.get("message", "")


class Tandem:
    """A running `tandem mcp`.

    Use it with `with`, which opens the session, and in the end closes the input and waits for the process.
    """

    def __init__(self, binary, *arguments):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TANDEM_")}
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [binary, "mcp", *arguments], cwd="/", env={**environment, "HOME": "/nonexistent"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors)
        self._serials = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting = {}
        self._has_ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        began = time.monotonic()
        self.tools = self.shake_hands()
        self.handshake_seconds = time.monotonic() - began
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._reader.join()

    @property
    def log(self):
        """What it has said on stderr so far."""
        return os.pread(self._errors.fileno(), 1 << 20, 0).decode(errors="replace")

    def has_loaded(self, library):
        return library in pathlib.Path(f"/proc/{self._process.pid}/maps").read_text()

    def _read(self):
        for line in self._process.stdout:
            if not line.endswith(b"\n"):
                # It was killed while it wrote.
                break
            message = json.loads(line)
            with self._lock:
                future = self._waiting.pop(message.get("id"), None)
            if future:
                future.set_result(message)
        with self._lock:
            self._has_ended = True
            for future in self._waiting.values():
                future.set_exception(self._ending())

    def _ending(self):
        return EOFError(f"tandem has ended; it said: {self.log[-500:]}")

    def kill(self):
        """As if it had crashed. Calls that were not answered raise an `EOFError`, as do those that come after it."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        with self._lock, contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def request(self, method, params, seconds=30):
        """The result of a request; raises what keeps it from having one."""
        future = concurrent.futures.Future()
        with self._lock:
            if self._has_ended:
                raise self._ending()
            serial = next(self._serials)
            self._waiting[serial] = future
            line = json.dumps({"jsonrpc": "2.0", "id": serial, "method": method, "params": params})
            # Where it has ended, the reader sees that too, and tells whoever waits.
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(line.encode() + b"\n")
                self._process.stdin.flush()
        answer = future.result(seconds)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def shake_hands(self):
        """What a client asks before anything else; answers with the names of the tools."""
        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}}
        self.request("initialize", client)
        return [tool["name"] for tool in self.request("tools/list", {})["tools"]]

    def call(self, tool, arguments, seconds=30):
        """What a tool answers, read from its text, in which integers are exact."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments}, seconds)
        answer = json.loads(result["content"][0]["text"])
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def execute(self, operation, **arguments):
        return self.call("execute-operation", {"operation": operation, "arguments": arguments})["result"]
