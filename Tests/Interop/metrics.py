"""What Prometheus is told, read with Prometheus' own parser: it is well formed, moves as calls are made, and whoever
reads it badly harms nobody."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from client import Refused, Tandem
from front import stores
from report import Report


class Watched:
    """A process with metrics, which answers HTTP too. Use it with `with`."""

    def __init__(self, binary, *options):
        self.project = "p" + secrets.token_hex(6)
        self.tandem = Tandem(
            binary, "--http", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--project", self.project, *options)

    def __enter__(self):
        self.tandem.__enter__()
        deadline = time.monotonic() + 30
        while not ((api := re.search(r"http://\S+/v1", self.tandem.log))
                   and (metrics := re.search(r"http://\S+/metrics", self.tandem.log))):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no addresses are told: {self.tandem.log[-500:]}")
            time.sleep(0.01)
        self.api, self.metrics = api[0], metrics[0]
        return self

    def __exit__(self, *problem):
        self.tandem.__exit__(*problem)

    @property
    def port(self):
        return int(re.search(r":(\d+)/", self.metrics)[1])

    def read(self):
        """All samples by name and labels, after a look at the form."""
        with urllib.request.urlopen(self.metrics, timeout=10) as answer:
            self.type = answer.headers["Content-Type"]
            text = answer.read().decode()
        samples, self.kinds, self.helps = {}, {}, {}
        for family in text_string_to_metric_families(text):
            self.kinds[family.name], self.helps[family.name] = family.type, family.documentation
            for sample in family.samples:
                samples[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
        self.text = text
        return samples

    def fresh(self):
        """The same, once what the store is asked for is not the last answer any more."""
        time.sleep(5.2)
        return self.read()

    def get(self, path, headers=None):
        request = urllib.request.Request(self.api + path, headers={"X-Appwrite-Project": self.project, **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


def total(samples, name, **labels):
    return samples.get((name, tuple(sorted(labels.items()))), 0)


def requests(samples, front, operation, status):
    return total(samples, "tandem_requests_total", front=front, operation=operation, status=status)


def is_well_formed(store, watched):
    samples = watched.read()
    report.check(f"{store}: the type says the format", watched.type == "text/plain; version=0.0.4; charset=utf-8",
                 watched.type)
    report.check(f"{store}: everything has a help", all(watched.helps.values()), watched.helps)
    names = [line.split()[2] for line in watched.text.splitlines() if line.startswith("# TYPE")]
    report.check(f"{store}: every name comes once", len(names) == len(set(names)), names)
    report.check(f"{store}: the process is known", total(samples, "process_resident_memory_bytes") > 1e6)
    began = total(samples, "process_start_time_seconds")
    report.check(f"{store}: its beginning is", abs(time.time() - began) < 60, began)
    build = [labels for name, labels in samples if name == "tandem_build_info"]
    report.check(f"{store}: its version is", build and build[0][0][0] == "version", build)


def counts_calls(store, watched):
    before = watched.read()
    tandem = watched.tandem
    tandem.execute("tablesDB.create", databaseId="shop", name="Shop")
    tandem.execute("tables_db_list")
    try:
        tandem.execute("tablesDB.get", databaseId="nope")
    except Refused:
        pass
    try:
        tandem.execute("no.such", x=1)
    except Refused:
        pass
    tandem.call("catalog-search", {"query": "add a column"})
    tandem.call("execute-operation", {"steps": [{"operation": "tablesDB.list"}, {"operation": "health.getVersion"}]})
    key = tandem.execute("project.createKey", keyId="unique()", name="k", scopes=["databases.read", "health.read"])
    statuses = [
        watched.get("/tablesdb", {"X-Appwrite-Key": key["secret"]}), watched.get("/health"), watched.get("/health/version"),
        watched.get("/" + secrets.token_hex(8)), watched.get("/" + secrets.token_hex(8))]
    report.check(f"{store}: HTTP answers", statuses == [200, 401, 200, 404, 404], statuses)
    after = watched.read()

    def moved(name, wanted, *key):
        got = requests(after, *key) - requests(before, *key)
        report.check(f"{store}: {name}", got == wanted, got)

    moved("a call over MCP counts", 1, "mcp", "tablesDB.create", "2xx")
    moved("in whatever spelling", 1, "mcp", "tablesDB.list", "2xx")
    moved("a refusal counts", 1, "mcp", "tablesDB.get", "4xx")
    moved("no operation is none", 1, "mcp", "none", "4xx")
    moved("a search counts", 1, "mcp", "catalog-search", "2xx")
    moved("a batch counts once", 1, "mcp", "batch", "2xx")
    moved("a call over HTTP counts", 1, "http", "tablesDB.list", "2xx")
    moved("one without rights does", 1, "http", "health.get", "4xx")
    moved("one of a guest does", 1, "http", "health.getVersion", "2xx")
    moved("unknown routes are one", 2, "http", "none", "4xx")
    labels = {"front": "http", "operation": "tablesDB.list"}
    count = total(after, "tandem_request_duration_seconds_count", **labels)
    last = total(after, "tandem_request_duration_seconds_bucket", le="+Inf", **labels)
    report.check(f"{store}: durations are counted", count == 1 == last, (count, last))
    seconds = total(after, "tandem_request_duration_seconds_sum", **labels)
    report.check(f"{store}: and summed", 0 < seconds < 10, seconds)
    operations = {entry["id"] for entry in json.loads(open(catalog_path()).read())["operations"]}
    known = {dict(labels)["operation"] for name, labels in after if name == "tandem_requests_total"}
    report.check(f"{store}: labels are of the catalog", known <= operations | {"none", "batch", "catalog-search"},
                 known - operations)


def catalog_path():
    return os.path.join(os.path.dirname(__file__), "..", "..", "catalog.json")


def counts_lists(store, watched):
    tandem = watched.tandem
    tandem.execute("tablesDB.createTable", databaseId="shop", tableId="notes", name="Notes", permissions=['read("any")'],
                   columns=[{"key": "title", "type": "varchar", "size": 50}])
    tandem.execute("tablesDB.createRow", databaseId="shop", tableId="notes", rowId="a", data={"title": "x"})
    before = watched.read()
    for _ in range(3):
        tandem.execute("tablesDB.listRows", databaseId="shop", tableId="notes", ttl=60)
    after = watched.read()

    def moved(name):
        return total(after, name) - total(before, name)

    report.check(f"{store}: a list misses once", moved("tandem_list_cache_misses_total") == 1)
    report.check(f"{store}: and is found twice", moved("tandem_list_cache_hits_total") == 2)
    report.check(f"{store}: it is kept", moved("tandem_list_cache_entries") == 1)
    report.check(f"{store}: it takes memory", moved("tandem_list_cache_bytes") > 0)


def counts_sockets(store, watched):
    before = watched.read()
    address = watched.api.replace("http", "ws") + f"/realtime?project={watched.project}&channels[]=rows"
    with connect(address) as socket_of_rows:
        json.loads(socket_of_rows.recv(10))
        watched.tandem.execute("tablesDB.createRow", databaseId="shop", tableId="notes", rowId="b", data={"title": "y"})
        json.loads(socket_of_rows.recv(10))
        during = watched.fresh()
    report.check(f"{store}: a socket is open", total(during, "tandem_realtime_sockets") == 1)
    report.check(f"{store}: with its subscription", total(during, "tandem_realtime_subscriptions") == 1)
    report.check(f"{store}: a connection is open", total(during, "tandem_http_connections") >= 1)
    sent = total(during, "tandem_realtime_messages_sent_total") - total(before, "tandem_realtime_messages_sent_total")
    report.check(f"{store}: two messages were sent", sent == 2, sent)
    delay = total(during, "tandem_event_delay_seconds")
    report.check(f"{store}: the event came at once", 0 <= delay < 10, delay)
    if store == "SQLite":
        report.check(f"{store}: the log has a place", total(during, "tandem_event_log_position") > 2)
        report.check(f"{store}: nothing is untold", during.get(("tandem_event_log_lag_records", ())) == 0)
    try:
        with connect(watched.api.replace("http", "ws") + "/realtime?project=nobody") as refused:
            refused.recv(10)
            refused.recv(10)
    except Exception:  # noqa: BLE001: it is closed in one way or another
        pass
    deadline = time.monotonic() + 10
    while total(after := watched.read(), "tandem_realtime_sockets") and time.monotonic() < deadline:
        time.sleep(0.05)
    report.check(f"{store}: it is gone", total(after, "tandem_realtime_sockets") == 0)
    refused = total(after, "tandem_realtime_sockets_refused_total")
    report.check(f"{store}: who is turned away counts", refused == 1, refused)


def counts_what_waits(store, watched):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        watched.tandem.execute(
            "webhooks.create", webhookId="w", name="W", url=f"http://127.0.0.1:{deaf.getsockname()[1]}/",
            events=["databases.*.tables.*.rows.*.create"])
        watched.tandem.execute("tablesDB.createRow", databaseId="shop", tableId="notes", rowId="c", data={"title": "z"})
        samples = watched.fresh()
    waiting = total(samples, "tandem_deliveries", state="waiting")
    report.check(f"{store}: a delivery waits", waiting == 1, waiting)
    report.check(f"{store}: none was given up", samples.get(("tandem_deliveries", (("state", "dead"),))) == 0)
    report.check(f"{store}: no job waits", samples.get(("tandem_jobs", (("state", "waiting"),))) == 0)
    report.check(f"{store}: the store is up", total(samples, "tandem_store_up") == 1)


def send(port, data):
    """What a port answers to bytes, up to its end or a second of silence."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(data)
        connection.settimeout(1)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except (TimeoutError, ConnectionError):
            pass
        return answer


def suffers_bad_readers(store, watched):
    port = watched.port
    report.check(f"{store}: other paths are none", send(port, b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
                 .startswith(b"HTTP/1.1 404"))
    report.check(f"{store}: nothing is written", send(port, b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
                 .startswith(b"HTTP/1.1 405"))
    head = send(port, b"HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    report.check(f"{store}: a head has no body", head.startswith(b"HTTP/1.1 200") and head.endswith(b"\r\n\r\n"), head)
    report.check(f"{store}: there is no socket", send(
        port, b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").startswith(b"HTTP/1.1 404"))
    report.check(f"{store}: garbage is none", send(port, b"\x16\x03\x01\x00\xff" + os.urandom(200) + b"\r\n\r\n")
                 .startswith(b"HTTP/1.1 400"))
    report.check(f"{store}: a long head is too long", send(port, b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 20000)
                 .startswith(b"HTTP/1.1 431"))
    api = int(re.search(r":(\d+)/", watched.api)[1])
    before = total(watched.read(), "tandem_http_requests_refused_total")
    send(api, b"This is no HTTP.\r\n\r\n")
    refused = total(watched.read(), "tandem_http_requests_refused_total") - before
    report.check(f"{store}: what is no request of the API counts", refused == 1, refused)
    slow = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(20)]
    for connection in slow:
        connection.sendall(b"GET /metrics HT")
    deaf = []
    for _ in range(10):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 40)
        deaf.append(connection)
    began = time.monotonic()
    watched.read()
    watched.tandem.execute("health.get")
    report.check(f"{store}: whoever is slow keeps nobody waiting", time.monotonic() - began < 15)
    for connection in slow + deaf:
        connection.close()


def addresses(binary):
    """Ports that can't be had."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for command in ["serve", "mcp"]:
            # An input that never ends, so that nothing but the port ends it.
            reader, writer = os.pipe()
            done = subprocess.run(
                [binary, command, "--ephemeral", "--http", "127.0.0.1:0", "--metrics", address], capture_output=True,
                stdin=reader, text=True, timeout=30)
            os.close(reader)
            os.close(writer)
            is_told = f"can't answer metrics at {address}" in done.stderr
            report.check(f"{command}: a taken port ends it", done.returncode == 1 and is_told,
                         (done.returncode, done.stderr))
            report.check(f"{command}: nothing is on stdout", done.stdout == "", done.stdout)
    for options in [["--metrics", "localhost"], ["--metrics", "127.0.0.1:8080"],
                    ["--metrics", "0.0.0.0:8081", "--http", "127.0.0.1:8081"]]:
        done = subprocess.run([binary, "serve", "--ephemeral", *options], capture_output=True, text=True, timeout=30)
        report.check(f"{options} is refused", done.returncode == 2 and "--metrics" in done.stderr, done.stderr)


def stays_closed(binary):
    """Reading opens no store that nobody uses."""
    with tempfile.TemporaryDirectory() as folder, Watched(binary, "--data", folder + "/data") as watched:
        samples = watched.read()
        report.check("nothing is open before the first call", total(samples, "tandem_projects") == 0)
        report.check("and nothing was made", not os.path.exists(folder + "/data"))


def main():
    binary = sys.argv[1]
    addresses(binary)
    stays_closed(binary)
    for store, options in stores():
        with Watched(binary, "--allow-private-webhooks", *options) as watched:
            for check in [is_well_formed, counts_calls, counts_lists, counts_sockets, counts_what_waits,
                          suffers_bad_readers]:
                check(store, watched)
            report.check(f"{store}: nothing goes wrong", "error" not in watched.tandem.log, watched.tandem.log)
    report.end()


report = Report()
main()
