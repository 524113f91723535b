"""Tells clients of all protocol versions of what another process writes, and checks every line against the schemas.

Usage: events.py BINARY
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time

from client import Tandem
from report import Report
from schemas import LEGACY, META, MODERN, Schema
from servers import ReplicaSet

TABLE = {"databaseId": "shop", "tableId": "orders"}
CHANNEL = "tablesdb.shop.tables.orders.rows"
STREAM = "io.modelcontextprotocol/subscriptionId"


class Client:
    """A client of one version that keeps every line."""

    def __init__(self, binary, options, version):
        self.version = version
        self.schema = Schema(version)
        self.problems = []
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            [binary, "mcp", *options], cwd="/", env={"HOME": "/nonexistent"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self._read, daemon=True).start()
        self._last = 0
        if version != MODERN:
            self.request("initialize", protocolVersion=version, capabilities={}, clientInfo={"name": "t", "version": "1"})

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def next(self, seconds=20):
        """The next line, None when there is none in time or none any more."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if line is not None:
            problem = self.schema.problem("JSONRPCMessage", line)
            if problem:
                self.problems.append((line, problem))
        return line

    def send(self, method, **params):
        """Sends a request and returns its id."""
        self._last += 1
        if self.version == MODERN:
            params["_meta"] = {**META, **params.get("_meta", {})}
        self._write({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last

    def cancel(self, id):
        self._write({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})

    def _write(self, message):
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def request(self, method, **params):
        """The answer, which must be the next line."""
        id = self.send(method, **params)
        answer = self.next()
        assert answer and answer.get("id") == id, (method, answer)
        return answer

    def result(self, kind, method, **params):
        answer = self.request(method, **params)
        problem = self.schema.problem(kind, answer.get("result"))
        if problem:
            self.problems.append((answer, problem))
        return answer.get("result") or {}

    def call(self, operation, **arguments):
        """The result of a tool call."""
        return self.result(
            "CallToolResult", "tools/call", name="execute-operation",
            arguments={"operation": operation, "arguments": arguments})

    def execute(self, operation, **arguments):
        return json.loads(self.call(operation, **arguments)["content"][0]["text"])["result"]

    def read(self, uri):
        """The names of the events at a resource."""
        contents = self.result("ReadResourceResult", "resources/read", uri=uri)["contents"]
        return [event["event"] for event in json.loads(contents[0]["text"])["events"]]

    def end(self):
        """Closes the input; the lines that still come."""
        self._process.stdin.close()
        rest = []
        while (line := self.next()) is not None:
            rest.append(line)
        self._process.wait(10)
        return rest


def write(writer, id):
    writer.execute("tablesDB.createRow", **TABLE, rowId=id, data={"n": 1})
    return f"databases.shop.tables.orders.rows.{id}.create"


def updated(client, line, uri, stream):
    """Whether a line says that the resource is worth reading."""
    problem = client.schema.problem("ResourceUpdatedNotification", line)
    params = (line or {}).get("params", {})
    return problem is None and params.get("uri") == uri and params.get("_meta", {}).get(STREAM) == stream


def subscribe(report, name, client, uri):
    """Asks for notifications in the way of the version; the id of the stream where there is one."""
    if client.version != MODERN:
        client.result("EmptyResult", "resources/subscribe", uri=uri)
        return None
    stream = client.send("subscriptions/listen", notifications={"resourceSubscriptions": [uri]})
    line = client.next()
    problem = client.schema.problem("SubscriptionsAcknowledgedNotification", line)
    report.check(f"{name}: the stream is acknowledged", problem is None and line["params"]["_meta"][STREAM] == stream, line)
    return stream


def unsubscribe(client, uri, stream):
    if client.version != MODERN:
        client.result("EmptyResult", "resources/unsubscribe", uri=uri)
    else:
        client.cancel(stream)


def check_notifications(report, name, client, writer, uri, prefix):
    stream = subscribe(report, name, client, uri)
    expected = [write(writer, f"{prefix}-{number}") for number in range(5)]
    line = client.next()
    report.check(f"{name}: it is told of a row", updated(client, line, uri, stream), line)
    line = client.next(0.5)
    report.check(f"{name}: once", line is None, line)
    found = client.read(uri)
    report.check(f"{name}: all of them are read", found == expected, found)
    again = write(writer, f"{prefix}-again")
    line = client.next()
    report.check(f"{name}: it is told again after it has read", updated(client, line, uri, stream), line)
    found = client.read(uri)
    report.check(f"{name}: and reads what is new", found == [again], found)
    unsubscribe(client, uri, stream)
    write(writer, f"{prefix}-late")
    line = client.next(0.5)
    report.check(f"{name}: after that it is told nothing", line is None, line)


def check_note(report, name, client, writer, id, prefix):
    """A subscription that was waited for is mentioned once in what is answered next."""
    client.execute("realtime.wait", subscriptionId=id, timeout=0)
    write(writer, f"{prefix}-note")
    content = []
    end = time.monotonic() + 10
    while len(content) < 2 and time.monotonic() < end:
        result = client.call("project.describe")
        content = result["content"]
        time.sleep(0.02)
    note = content[1]["text"] if len(content) == 2 else None
    expected = f'1 subscription has news: realtime.wait {{"subscriptionId":"{id}"}}'
    report.check(f"{name}: the next result mentions it", note == expected, content)
    content = client.call("project.describe")["content"]
    report.check(f"{name}: once", len(content) == 1, content)
    content = client.call("realtime.wait", subscriptionId=id, timeout=0)["content"]
    report.check(f"{name}: waiting mentions nothing", len(content) == 1, content)


def check_waiting(report, name, client, writer, id, prefix):
    """Waiting says every five seconds that it goes on, ends with an event, and ends at once when it is cancelled."""
    arguments = {"operation": "realtime.wait", "arguments": {"subscriptionId": id, "timeout": 60}}
    call = client.send(
        "tools/call", name="execute-operation", arguments=arguments, _meta={"progressToken": "p"})
    began = time.monotonic()
    line = client.next()
    seconds = time.monotonic() - began
    problem = client.schema.problem("ProgressNotification", line)
    report.check(f"{name}: progress after five seconds", problem is None and 4.5 < seconds < 15, (seconds, line))
    event = write(writer, f"{prefix}-awaited")
    line = client.next() or {}
    text = json.loads(line.get("result", {}).get("content", [{"text": "{}"}])[0]["text"])
    names = [event["event"] for event in text.get("result", {}).get("events", [])]
    report.check(f"{name}: it ends with the event", line.get("id") == call and names == [event], line)
    call = client.send("tools/call", name="execute-operation", arguments=arguments)
    time.sleep(0.3)
    client.cancel(call)
    found = client.execute("tablesDB.getRow", **TABLE, rowId=f"{prefix}-awaited")
    report.check(f"{name}: a cancelled wait is silent", found["n"] == 1, found)


def check_version(report, binary, kind, options, writer, version):
    name, prefix = f"{kind} {version}", version.replace("-", "")
    client = Client(binary, options, version)
    made = client.execute("realtime.subscribe", channels=[CHANNEL])
    uri = f"tandem://realtime/subscriptions/{made['subscriptionId']}"
    listed = client.result("ListResourcesResult", "resources/list")["resources"]
    report.check(f"{name}: the subscription is a resource", uri in [resource["uri"] for resource in listed], listed)
    check_notifications(report, name, client, writer, uri, prefix)
    check_notifications(report, f"{name} channels", client, writer, f"tandem://realtime/channels/{CHANNEL}", prefix + "-c")
    check_note(report, name, client, writer, made["subscriptionId"], prefix)
    if kind == "SQLite" and version in (LEGACY[-1], MODERN):
        check_waiting(report, name, client, writer, made["subscriptionId"], prefix)
    client.execute("realtime.unsubscribe", subscriptionId=made["subscriptionId"])
    code = client.request("resources/read", uri=uri).get("error", {}).get("code")
    report.check(f"{name}: an ended one is not found", code == (-32602 if version == MODERN else -32002), code)
    # Nothing is left to be told of.
    client.read(f"tandem://realtime/channels/{CHANNEL}")
    stream = subscribe(report, name, client, f"tandem://realtime/channels/{CHANNEL}")
    began = time.monotonic()
    rest = client.end()
    report.check(f"{name}: it ends by itself", time.monotonic() - began < 1.5)
    if stream is None:
        report.check(f"{name}: with nothing more to say", rest == [], rest)
    else:
        problem = client.schema.problem("SubscriptionsListenResultResponse", rest[0] if rest else None)
        report.check(f"{name}: with the result of the stream", problem is None and len(rest) == 1, rest)
    report.check(f"{name}: every line is in the schema", not client.problems, client.problems[:3])


def check(report, binary, kind, options):
    with Tandem(binary, *options) as writer:
        writer.execute("tablesDB.create", databaseId="shop", name="Shop")
        writer.execute("tablesDB.createTable", **TABLE, name="Orders", columns=[{"key": "n", "type": "integer"}])
        for version in LEGACY + [MODERN]:
            check_version(report, binary, kind, options, writer, version)


def main():
    binary = sys.argv[1]
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        check(report, binary, "SQLite", ["--data", folder])
    if os.environ.get("TANDEM_TEST_MONGOD"):
        with ReplicaSet() as deployment:
            check(report, binary, "MongoDB", ["--mongodb", deployment.uri(), "--project", "events"])
    report.end()


main()
