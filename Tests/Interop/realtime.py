"""Walks the whole realtime protocol with a client that others wrote, and mistreats the server.

Usage: realtime.py BINARY
"""

import json
import re
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from client import Tandem
from report import Report

SECONDS = 10


class Socket:
    """A socket of the project `default`."""

    def __init__(self, port, query="?project=default", **options):
        self._connection = connect(f"ws://127.0.0.1:{port}/v1/realtime{query}", compression=None, **options)
        self._socket = None

    def __enter__(self):
        self._socket = self._connection.__enter__()
        self.hello = self.hear()
        return self

    def __exit__(self, *error):
        self._connection.__exit__(*error)

    def hear(self, seconds=SECONDS):
        return json.loads(self._socket.recv(seconds))

    def say(self, kind, data=None):
        message = {"type": kind} if data is None else {"type": kind, "data": data}
        self._socket.send(json.dumps(message))

    def ask(self, kind, data=None):
        self.say(kind, data)
        return self.hear()

    def subscribe(self, name, *channels, queries=()):
        item = {"subscriptionId": name, "channels": channels, "queries": [json.dumps(query) for query in queries]}
        return self.ask("subscribe", [item])

    def hears(self, report, name, *expected):
        """Checks which subscriptions hear the next event, and the id of what it is about."""
        found = self.event()
        report.check(name, found == expected, found)

    def event(self):
        message = self.hear()
        if message["type"] != "event":
            return message
        return message["data"]["subscriptions"], message["data"]["payload"].get("$id")

    def send(self, message, **options):
        self._socket.send(message, **options)

    def closed(self, seconds=SECONDS):
        """With which code the server closes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self._socket.recv(max(0.01, end - time.monotonic()))
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else None
            except TimeoutError:
                break
        return "open"


def port_of(tandem):
    for _ in range(100):
        found = re.search(r"http://127\.0\.0\.1:(\d+)/v1", tandem.log)
        if found:
            return int(found.group(1))
        time.sleep(0.05)
    raise AssertionError(f"no address in {tandem.log!r}")


class Project:
    """What its owner does, over stdio of the same process."""

    def __init__(self, tandem):
        self.run = tandem.execute

    def make(self):
        self.run("tablesDB.create", databaseId="shop", name="Shop")
        for table, reader in [("open", "any"), ("users", "users"), ("red", "team:red")]:
            self.run("tablesDB.createTable", databaseId="shop", tableId=table, name=table,
                     permissions=[f'read("{reader}")'],
                     columns=[{"key": "title", "type": "text"}, {"key": "rank", "type": "bigint"}])

    def row(self, table, name, **data):
        self.run("tablesDB.createRow", databaseId="shop", tableId=table, rowId=name, data=data)

    def sign_up(self, user):
        self.run("users.create", userId=user, email=f"{user}@example.org", password="correct horse")
        return self.run("users.createSession", userId=user)["secret"]


def walk(report, project, port):
    with Socket(port) as guest:
        report.check("the greeting", guest.hello == {
            "type": "connected", "data": {"channels": [], "subscriptions": [], "user": None}}, guest.hello)
        report.check("a ping", guest.ask("ping") == {"type": "pong"})
        answer = guest.ask("subscribe", [
            {"subscriptionId": "a", "channels": ["rows"]},
            {"subscriptionId": "b", "channels": ["tablesdb.shop.tables.open.rows"],
             "queries": [json.dumps({"method": "equal", "attribute": "rank", "values": [1]})]},
        ])
        report.check("a bulk of subscriptions", [item["subscriptionId"] for item in answer["data"]["subscriptions"]]
                     == ["a", "b"], answer)
        project.row("open", "one", rank=1)
        project.row("open", "two", rank=2)
        guest.hears(report, "an event for both", ["a", "b"], "one")
        guest.hears(report, "an event for one", ["a"], "two")
        guest.subscribe("b", "tablesdb.shop.tables.open.rows",
                        queries=[{"method": "greaterThan", "attribute": "rank", "values": [5]}])
        guest.ask("unsubscribe", [{"subscriptionId": "a"}])
        project.row("open", "three", rank=1)
        project.row("open", "six", rank=6)
        guest.hears(report, "other queries without a new connection", ["b"], "six")
        error = guest.ask("dance")
        report.check("a wrong message", error["data"]["code"] == 1003, error)


def identify(report, project, port):
    secret = project.sign_up("ann")
    with Socket(port) as socket_of_ann:
        socket_of_ann.subscribe("s", "rows", "account")
        project.row("users", "u1")
        # Once this is heard, so is everything before it.
        project.row("open", "mark")
        socket_of_ann.hears(report, "only what guests may hear", ["s"], "mark")
        answer = socket_of_ann.ask("authentication", {"session": secret})
        report.check("authentication", answer["data"]["user"]["$id"] == "ann", answer)
        project.row("users", "u2")
        socket_of_ann.hears(report, "the roles of the user", ["s"], "u2")
        project.run("teams.create", teamId="red", name="Red")
        made = project.run("teams.createMembership", teamId="red", userId="ann", roles=["member"])
        project.row("red", "r1")
        socket_of_ann.hears(report, "a role that was given", ["s"], "r1")
        project.run("teams.deleteMembership", teamId="red", membershipId=made["$id"])
        project.row("red", "r2")
        project.row("users", "u3")
        socket_of_ann.hears(report, "a role that was taken away", ["s"], "u3")
        project.run("users.updateStatus", userId="ann", status=False)
        report.check("a user who is blocked", socket_of_ann.closed() == 1008)
    secret = project.sign_up("ben")
    with Socket(port, additional_headers={"Cookie": f"a_session_default={secret}"}) as socket_of_ben:
        report.check("a cookie", socket_of_ben.hello["data"]["user"]["$id"] == "ben", socket_of_ben.hello)
        project.run("users.deleteSessions", userId="ben")
        report.check("a session that ends", socket_of_ben.closed() == 1013)


def mistreat(report, project, port):
    for name, message, options, code in [
        ("a frame that is too long", "x" * 64_001, {}, 1009), ("a binary frame", b"x", {}, 1003),
        ("no UTF-8", b"\xff\xfe", {"text": True}, 1007),
        ("many parts that are too long", ["x" * 1000 for _ in range(65)], {}, 1009),
    ]:
        with Socket(port) as client:
            try:
                client.send(message, **options)
            except ConnectionClosed:
                pass
            report.check(name, client.closed() == code)
    with Socket(port) as client:
        client.send(['{"type":', '"pi', 'ng"}'])
        report.check("a message in parts", client.hear() == {"type": "pong"})
    flooder, calm = Socket(port), Socket(port)
    with flooder, calm:
        sender = threading.Thread(target=lambda: [flooder.say("ping") for _ in range(2000)])
        sender.start()
        began = time.monotonic()
        report.check("others during a flood", calm.ask("ping") == {"type": "pong"} and time.monotonic() - began < 5)
        report.check("a flood", all(flooder.hear() == {"type": "pong"} for _ in range(2000)))
        sender.join()


def upgrade(port):
    """A connection over which a socket was opened, with nothing that reads it."""
    raw = socket.create_connection(("127.0.0.1", port), SECONDS)
    raw.sendall(b"GET /v1/realtime?project=default&channels[]=rows HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    raw.recv(4096)
    return raw


def be_slow(report, project, port):
    slow = upgrade(port)
    with Socket(port) as quick:
        quick.subscribe("s", "rows")
        title = "x" * 50_000
        for number in range(250):
            project.row("open", f"s{number}", title=title)
            if quick.event() != (["s"], f"s{number}"):
                report.check("others beside a slow reader", False, number)
                break
        else:
            report.check("others beside a slow reader", True)
    read = 0
    slow.settimeout(SECONDS)
    try:
        while chunk := slow.recv(1 << 16):
            read += len(chunk)
        report.check("a slow reader is cut off", read < 250 * 50_000, read)
    except ConnectionResetError:
        report.check("a slow reader is cut off", True)
    except TimeoutError:
        report.check("a slow reader is cut off", False, "still open")
    half = upgrade(port)
    half.shutdown(socket.SHUT_WR)
    half.settimeout(SECONDS)
    while half.recv(4096):
        pass
    report.check("a client that half closes", True)


def refuse(report, port):
    for name, query, headers, code in [
        ("no project", "", {}, 1008), ("an unknown project", "?project=nowhere", {}, 1008),
        ("a page of a strange host", "?project=default", {"Origin": "https://evil.example"}, 1008),
        ("a JWT that is none", "?project=default&jwt=x", {}, 401),
    ]:
        with Socket(port, query, additional_headers=headers) as client:
            report.check(name, client.hello["data"]["code"] == code and client.closed() == 1008, client.hello)
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/realtime", timeout=SECONDS)
        report.check("no upgrade", False)
    except urllib.error.HTTPError as error:
        report.check("no upgrade", error.code == 426, error.code)


def main():
    report = Report()
    with Tandem(sys.argv[1], "--ephemeral", "--yes", "--http", "127.0.0.1:0", "--no-rate-limits") as tandem:
        project, port = Project(tandem), port_of(tandem)
        project.make()
        walk(report, project, port)
        identify(report, project, port)
        mistreat(report, project, port)
        be_slow(report, project, port)
        refuse(report, port)
        last = Socket(port)
        last.__enter__()
    report.check("a server that stops says so", last.closed() == 1001)
    report.end()


if __name__ == "__main__":
    main()
