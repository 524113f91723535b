"""Traces and logs as others see them: the trace of a caller goes through calls, webhooks and lines of the log, and each
line of the log is what its reader expects, with no secret in it."""

import http.server
import json
import os
import queue
import re
import secrets
import sys
import tempfile
import threading
import urllib.error
import urllib.request

from client import Refused, Tandem
from front import stores
from report import Report

LOUD = ["--log-format", "json", "--log-level", "trace"]
PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])")


class Receiver:
    """Keeps the headers of what webhooks send. Use it with `with`."""

    def __enter__(self):
        self.arrivals = arrivals = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                arrivals.put(dict(self.headers))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Watched:
    """A process that answers HTTP and stdio and says all it can. Use it with `with`."""

    def __init__(self, binary, *options):
        self.project = "p" + secrets.token_hex(6)
        self.tandem = Tandem(
            binary, "--http", "127.0.0.1:0", "--project", self.project, "--allow-private-webhooks", *LOUD, *options)

    def __enter__(self):
        self.tandem.__enter__()
        self.tandem.execute("health.get")
        while not (address := re.search(r"http://\S+/v1", self.tandem.log)):
            pass
        self.api = address[0]
        return self

    def __exit__(self, *problem):
        self.tandem.__exit__(*problem)

    def lines(self):
        """Every line of the log, once the one that is last said is there."""
        return [json.loads(line) for line in self.tandem.log.splitlines() if not line.startswith("tandem: ")]

    def calls(self, trace):
        return [line for line in self.lines() if line["message"] == "call" and line.get("trace_id") == trace]

    def ask(self, path, headers=(), body=None):
        """The status and the headers of an answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data=data, headers={"X-Appwrite-Project": self.project})
        if data:
            request.add_header("Content-Type", "application/json")
        for name, value in headers:
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.headers


def new_parent():
    trace = secrets.token_hex(16)
    return trace, f"00-{trace}-{secrets.token_hex(8)}-01"


def follows_callers(store, watched):
    trace, parent = new_parent()
    status, headers = watched.ask("/health/version", [("traceparent", parent)])
    found = PARENT.fullmatch(headers["traceparent"] or "")
    report.check(f"{store}: an answer has the trace of its caller", found and found[1] == trace, headers["traceparent"])
    report.check(f"{store}: with a share of its own", found and found[2] not in parent)
    report.check(f"{store}: and its flag", found and found[3] == "01")
    calls = watched.calls(trace)
    report.check(f"{store}: the call is logged under it", len(calls) == 1 and calls[0]["span_id"] == found[2], calls)
    line = calls[0] if calls else {}
    wanted = {"level": "info", "logger": "tandem", "front": "http", "method": "GET", "operation": "health.getVersion",
              "status": 200, "project": watched.project, "caller": "guest"}
    report.check(f"{store}: with what is known of it", wanted.items() <= line.items(), line)
    report.check(f"{store}: and measured", line.get("bytes", 0) > 10 and 0 < line.get("duration_ms", 0) < 10_000, line)

    for name, wrong in [("none", None), ("a broken one", "00-xyz"), ("zeros", f"00-{'0' * 32}-{'1' * 16}-01"),
                        ("version ff", "ff" + parent[2:]), ("capitals", parent.upper())]:
        _, headers = watched.ask("/health/version", [("traceparent", wrong)] if wrong else [])
        found = PARENT.fullmatch(headers["traceparent"] or "")
        report.check(f"{store}: {name} begins a trace", found and found[1] not in parent and found[3] == "00",
                     headers["traceparent"])
    status, headers = watched.ask("/nowhere", [("traceparent", parent)])
    report.check(f"{store}: refusals have it too", status == 404 and trace in (headers["traceparent"] or ""))
    calls = [line for line in watched.calls(trace) if line["status"] == 404]
    report.check(f"{store}: and are no operation", [line["operation"] for line in calls] == ["none"], calls)


def meta(tandem, parent, operation, state=None, **arguments):
    """Calls an operation over MCP under a trace."""
    described = {"traceparent": parent} | ({"tracestate": state} if state else {})
    return tandem.request("tools/call", {
        "name": "execute-operation", "arguments": {"operation": operation, "arguments": arguments}, "_meta": described})


def follows_agents(store, watched):
    trace, parent = new_parent()
    meta(watched.tandem, parent, "health.get")
    meta(watched.tandem, parent, "tablesDB.get", databaseId="nope")
    calls = watched.calls(trace)
    report.check(f"{store}: calls over MCP are logged",
                 [(line["front"], line["method"], line["operation"], line["status"], line["project"]) for line in calls] == [
                     ("mcp", "execute-operation", "health.get", 200, watched.project),
                     ("mcp", "execute-operation", "tablesDB.get", 404, watched.project)], calls)
    answer = meta(watched.tandem, 7, "health.get")
    report.check(f"{store}: what is no trace harms nobody", not answer.get("isError"), answer)


def reaches_webhooks(store, watched, receiver):
    tandem = watched.tandem
    tandem.execute("tablesDB.create", databaseId="shop", name="Shop")
    tandem.execute("tablesDB.createTable", databaseId="shop", tableId="notes", name="Notes",
                   permissions=['create("any")'], columns=[{"key": "title", "type": "varchar", "size": 50}])
    tandem.execute("webhooks.create", webhookId="w", name="W", url=receiver.url,
                   events=["databases.*.tables.*.rows.*.create"])

    def arrival():
        headers = receiver.arrivals.get(timeout=20)
        found = PARENT.fullmatch(headers.get("traceparent", ""))
        return (found and found[1]), headers.get("tracestate")

    trace, parent = new_parent()
    meta(tandem, parent, "tablesDB.createRow", "vendor=1,other=2", databaseId="shop", tableId="notes", rowId="a",
         data={"title": "x"})
    got = arrival()
    report.check(f"{store}: a webhook hears of the trace", got == (trace, "vendor=1,other=2"), got)
    trace, parent = new_parent()
    status, _ = watched.ask("/tablesdb/shop/tables/notes/rows", [("traceparent", parent)],
                            {"rowId": "b", "data": {"title": "y"}})
    got = arrival()
    report.check(f"{store}: over HTTP too", status == 201 and got == (trace, None), (status, got))
    trace, parent = new_parent()
    steps = [{"id": "one", "operation": "tablesDB.get", "arguments": {"databaseId": "shop"}},
             {"operation": "tablesDB.createRow", "arguments": {
                 "databaseId": "$ref:one#/$id", "tableId": "notes", "rowId": "c", "data": {"title": "z"}}}]
    tandem.request("tools/call", {
        "name": "execute-operation", "arguments": {"steps": steps}, "_meta": {"traceparent": parent}})
    got = arrival()
    report.check(f"{store}: from a batch too", got == (trace, None), got)
    trace, parent = new_parent()
    meta(tandem, parent, "webhooks.createTest", webhookId="w")
    got = arrival()
    report.check(f"{store}: and at a test", got == (trace, None), got)
    tandem.execute("tablesDB.createRow", databaseId="shop", tableId="notes", rowId="d", data={"title": "q"})
    got = arrival()
    report.check(f"{store}: a call without one begins one", got[0] not in (None, trace), got)


def keeps_secrets(store, watched):
    """Whatever is told, what callers have sent is in no line."""
    planted = [f"planted-{secrets.token_hex(8)}" for _ in range(9)]
    word = "word" + secrets.token_hex(8)
    watched.ask("/account", [("X-Appwrite-Key", planted[0])])
    watched.ask("/account", [("X-Appwrite-Session", planted[1])])
    watched.ask("/account", [("X-Appwrite-JWT", planted[2])])
    watched.ask("/account", [("Cookie", f"a_session_{watched.project}={planted[3]}")])
    watched.ask("/account/sessions/email", body={"email": "ann@example.org", "password": planted[4]})
    watched.ask(f"/tablesdb/shop/tables/notes/rows?queries[]={planted[5]}&x={word}")
    watched.ask(f"/{planted[6]}")
    watched.ask("/health", [("Authorization", f"Bearer {planted[7]}"), ("User-Agent", word)])
    try:
        watched.tandem.execute(planted[8], x=word)
    except Refused:
        pass
    log = watched.tandem.log
    report.check(f"{store}: no secret is logged", not any(text in log for text in planted),
                 [text for text in planted if text in log])
    report.check(f"{store}: nor what was asked", word not in log)
    keys = {key for line in watched.lines() if line["message"] == "call" for key in line}
    known = {"ts", "level", "logger", "message", "front", "method", "operation", "status", "duration_ms", "bytes",
             "project", "caller", "trace_id", "span_id"}
    report.check(f"{store}: a call has these fields only", keys <= known, keys - known)
    callers = {line["caller"] for line in watched.lines() if "caller" in line}
    report.check(f"{store}: who calls is told by its kind", {"guest"} <= callers, callers)


def is_quiet(binary):
    """Without the level nothing is said, and the text for people is the usual one."""
    with Tandem(binary, "--ephemeral") as tandem:
        tandem.execute("health.get")
        report.check("calls are not logged at the usual level", tandem.log == "", tandem.log)
    with Tandem(binary, "--ephemeral", "--log-level", "info") as tandem:
        tandem.execute("health.get")
        report.check("text is for people", re.search(
            r"^\d{4}-\S+ info tandem:? .*operation=health\.get .*status=200", tandem.log, re.M), tandem.log)
    with Tandem(binary, "--ephemeral", "--log-format", "json", "--log-level", "info") as tandem:
        tandem.execute("health.get")
        lines = [json.loads(line) for line in tandem.log.splitlines()]
        report.check("all of JSON is JSON", any(line["message"] == "call" for line in lines), lines)


def tells_faults(binary):
    """What goes wrong here is told with its cause, under the trace of the call that met it."""
    with tempfile.TemporaryDirectory() as folder:
        with Tandem(binary, "--data", folder) as tandem:
            tandem.execute("tablesDB.create", databaseId="shop", name="Shop")
        path = f"{folder}/projects/default.sqlite"
        with open(path, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (os.path.getsize(path) - 4096))
        trace, parent = new_parent()
        with Tandem(binary, "--data", folder, "--log-format", "json", "--log-level", "info") as tandem:
            meta(tandem, parent, "tablesDB.list")
            lines = [json.loads(line) for line in tandem.log.splitlines()]
        mine = [line for line in lines if line.get("trace_id") == trace]
        calls = [line for line in mine if line["message"] == "call"]
        causes = [line for line in mine if line["level"] == "error"]
        report.check("a fault is a call that failed", [line["status"] >= 500 for line in calls] == [True], lines)
        report.check("and a line with its cause", causes and "damaged" in causes[0]["message"], lines)


def main():
    binary = sys.argv[1]
    is_quiet(binary)
    tells_faults(binary)
    for store, options in stores():
        with Receiver() as receiver, Watched(binary, *options) as watched:
            follows_callers(store, watched)
            follows_agents(store, watched)
            reaches_webhooks(store, watched, receiver)
            keeps_secrets(store, watched)
    report.end()


report = Report()
main()
