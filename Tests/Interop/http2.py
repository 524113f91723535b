"""Mistreats the front over HTTP/2: what one client does must cost it its connection, and nobody else anything."""

import contextlib
import json
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

import h2.config
import h2.connection
import h2.events
import h2.settings
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame, DataFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame)

from client import Tandem
from report import Report

# How much more memory the process may take while it is mistreated, in MiB.
ROOM = 96
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class SecureFront:
    """A process that answers HTTP over TLS."""

    def __init__(self, binary):
        self._folder = tempfile.TemporaryDirectory()
        chain, key = (f"{self._folder.name}/{name}.pem" for name in ("chain", "key"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", chain],
            check=True, capture_output=True)
        self._chain = chain
        self.tandem = Tandem(
            binary, "--ephemeral", "--http", "127.0.0.1:0", "--tls-cert", chain, "--tls-key", key, "--no-rate-limits")

    def __enter__(self):
        self.tandem.__enter__()
        deadline = time.monotonic() + 30
        while not (address := re.search(r"https://127\.0\.0\.1:(\d+)/v1", self.tandem.log)):
            if time.monotonic() > deadline:
                raise TimeoutError(self.tandem.log[-500:])
            time.sleep(0.01)
        self.port = int(address[1])
        return self

    def __exit__(self, *problem):
        self.tandem.__exit__(*problem)
        self._folder.cleanup()

    def connect(self, receive_buffer=None):
        """A connection of TLS that has agreed on HTTP/2."""
        context = ssl.create_default_context(cafile=self._chain)
        context.set_alpn_protocols(["h2"])
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(30)
        plain.connect(("127.0.0.1", self.port))
        return context.wrap_socket(plain, server_hostname="localhost")

    @property
    def memory(self):
        """What the process has in memory, in MiB."""
        status = pathlib.Path(f"/proc/{self.tandem._process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Wire:
    """A connection over which any frames are sent."""

    def __init__(self, front, settings=None, receive_buffer=None):
        self._socket = front.connect(receive_buffer)
        self._encoder = Encoder()
        self.send(PREFACE + SettingsFrame(0, settings=settings or {}).serialize())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._socket.close()

    def send(self, data):
        """Whether the other side still took it."""
        try:
            self._socket.sendall(data)
            return True
        except OSError:
            return False

    def head(self, path="/v1/ping", method="GET", more=()):
        fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path), *more]
        return self._encoder.encode(fields)

    def request(self, stream, path="/v1/ping", method="GET", more=(), ends=True):
        flags = ["END_HEADERS"] + (["END_STREAM"] if ends else [])
        return HeadersFrame(stream, data=self.head(path, method, more), flags=flags).serialize()

    def hear(self, seconds):
        """What kinds of frames come until the other side closes or the time is over, and whether it has closed."""
        kinds, buffer, deadline = [], b"", time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                break
            except OSError:
                return kinds, True
            if not data:
                return kinds, True
            buffer += data
            while len(buffer) >= 9 and len(buffer) >= 9 + (length := int.from_bytes(buffer[:3], "big")):
                kind, code = buffer[3], None
                if kind in (3, 7):
                    code = struct.unpack(">I", buffer[9:13] if kind == 3 else buffer[13:17])[0]
                kinds.append((kind, code))
                buffer = buffer[9 + length:]
        return kinds, False


class Client:
    """A client that keeps the rules."""

    def __init__(self, front):
        self._socket = front.connect()
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._h2.initiate_connection()
        self._socket.sendall(self._h2.data_to_send())

    def close(self):
        self._socket.close()

    def send(self, method, path, body=b"", fields=()):
        """The status and the body of the answer."""
        stream = self._h2.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path),
                ("x-appwrite-project", "default"), *fields]
        if body:
            head += [("content-type", "application/json"), ("content-length", str(len(body)))]
        self._h2.send_headers(stream, head, end_stream=not body)
        self._socket.sendall(self._h2.data_to_send())
        status, answer, sent = None, b"", 0
        while True:
            while sent < len(body) and (window := self._h2.local_flow_control_window(stream)) > 0:
                part = body[sent:sent + min(window, self._h2.max_outbound_frame_size)]
                sent += len(part)
                self._h2.send_data(stream, part, end_stream=sent == len(body))
                self._socket.sendall(self._h2.data_to_send())
            data = self._socket.recv(65536)
            if not data:
                raise EOFError("the front has closed")
            for event in self._h2.receive_data(data):
                if getattr(event, "stream_id", stream) != stream:
                    continue
                if isinstance(event, h2.events.ResponseReceived):
                    status = int(dict(event.headers)[":status"])
                elif isinstance(event, h2.events.DataReceived):
                    answer += event.data
                    self._h2.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
                    self._socket.sendall(self._h2.data_to_send())
                    return status, answer
            self._socket.sendall(self._h2.data_to_send())


class Bystander:
    """Somebody else, whose requests are to be answered all the time."""

    def __init__(self, front):
        self._front = front
        self._stop, self._begins = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.answered, self.slowest, self.problem = 0, 0.0, None

    def __enter__(self):
        self._thread.start()
        # What is measured begins once it is being answered.
        self._begins.wait(30)
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        try:
            client = Client(self._front)
            while not self._stop.is_set():
                began = time.monotonic()
                if client.send("GET", "/v1/ping") != (200, b"Pong!"):
                    raise ValueError("another answer")
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.answered += 1
                self._begins.set()
                self._stop.wait(0.02)
            client.close()
        except Exception as error:  # noqa: BLE001: told by the check
            self.problem = repr(error)


def closes(report, front, name, attack, seconds=10):
    """Checks that an attack costs its connection, no memory, and nobody else anything."""
    before = front.memory
    with Bystander(front) as bystander, Wire(front) as wire:
        attack(wire)
        kinds, is_closed = wire.hear(seconds)
        grown = front.memory - before
    report.check(f"{name}: the connection ends", is_closed, kinds[-5:])
    report.check(f"{name}: memory is bounded", grown < ROOM, f"{grown:.0f} MiB")
    unharmed = bystander.problem is None and bystander.answered > 0 and bystander.slowest < 3
    report.check(f"{name}: others are answered", unharmed, (bystander.problem, bystander.answered, bystander.slowest))


def flood(frames, count):
    """An attack that sends the same frames over and over."""
    def attack(wire):
        for _ in range(count):
            if not wire.send(frames):
                return
    return attack


def rapid_reset(wire):
    for index in range(2000):
        stream = 2 * index + 1
        if not wire.send(wire.request(stream) + RstStreamFrame(stream, error_code=8).serialize()):
            return


def endless_head(wire):
    """A head that is continued for ever, in small pieces."""
    wire.send(HeadersFrame(1, data=wire.head(), flags=["END_STREAM"]).serialize())
    piece = ContinuationFrame(1, data=b"\x00\x01a\x01b" * 200).serialize()
    flood(piece, 100_000)(wire)


def long_head(wire):
    """A head of many megabytes once it is decoded, and few before."""
    value = "x" * 4000
    fields = [("x-long", value)] + [("x-long", value)] * 2000
    block = wire.head(more=fields)
    wire.send(HeadersFrame(1, data=block[:16000], flags=["END_STREAM"]).serialize())
    rest = [block[at:at + 16000] for at in range(16000, len(block), 16000)] or [b""]
    for index, part in enumerate(rest):
        flags = ["END_HEADERS"] if index == len(rest) - 1 else []
        wire.send(ContinuationFrame(1, data=part, flags=flags).serialize())
    time.sleep(0.2)
    # The stream may be refused alone; what comes next on the connection must not be.
    wire.send(b"\x00\x00\x00\xff")
    wire.send(b"not a frame of anything" * 100)


def empty_data(wire):
    wire.send(wire.request(1, "/v1/account", "POST", ends=False))
    flood(DataFrame(1).serialize(), 20_000)(wire)


def many_streams(report, front):
    """More streams at once than there may be, each with a body that never ends."""
    before = front.memory
    with Bystander(front) as bystander, Wire(front) as wire:
        wire.send(b"".join(
            wire.request(2 * index + 1, "/v1/account", "POST", [("content-type", "application/json")], ends=False)
            for index in range(400)))
        kinds, is_closed = wire.hear(2)
        refused = is_closed or sum(1 for kind, code in kinds if kind == 3 and code == 7) >= 300
        grown = front.memory - before
    report.check("too many streams: those beyond the limit are refused", refused, kinds[-5:])
    report.check("too many streams: memory is bounded", grown < ROOM, f"{grown:.0f} MiB")
    report.check("too many streams: others are answered", bystander.problem is None, bystander.problem)


def starved(report, front, key):
    """Clients that ask for long answers and never open the window, or never read."""
    before = front.memory
    path = "/v1/tablesdb/shop/tables/notes/rows"
    more = [("x-appwrite-project", "default"), ("x-appwrite-key", key)]
    with Bystander(front) as bystander, contextlib.ExitStack() as stack:
        for _ in range(2):
            wire = stack.enter_context(Wire(front, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0}))
            wire.send(b"".join(wire.request(2 * index + 1, path, more=more) for index in range(25)))
        for _ in range(2):
            wire = stack.enter_context(Wire(front, receive_buffer=4096))
            wire.send(WindowUpdateFrame(0, window_increment=1 << 30).serialize())
            wire.send(b"".join(wire.request(2 * index + 1, path, more=more) for index in range(25)))
        time.sleep(3)
        grown = front.memory - before
    report.check("starved answers: memory is bounded", grown < ROOM, f"{grown:.0f} MiB")
    unharmed = bystander.problem is None and bystander.answered > 0
    report.check("starved answers: others are answered", unharmed, (bystander.problem, bystander.answered))


def bodies(report, front):
    """Many bodies at once that are as long as bodies may be, over one connection: they find an end."""
    before = front.memory
    with Bystander(front) as bystander, Wire(front) as wire:
        part = b"x" * 16384
        streams = [2 * index + 1 for index in range(60)]
        for stream in streams:
            wire.send(wire.request(stream, "/v1/account", "POST", [("content-type", "application/json")], ends=False))
        reader = threading.Thread(target=wire.hear, args=(20,))
        reader.start()
        # What the windows allow at first; whoever wants more has to wait for the front.
        for stream in streams[:3]:
            wire.send(DataFrame(stream, data=part).serialize())
        time.sleep(1)
        grown = front.memory - before
        wire._socket.shutdown(socket.SHUT_RDWR)
        reader.join()
    report.check("long bodies: memory is bounded", grown < ROOM, f"{grown:.0f} MiB")
    report.check("long bodies: others are answered", bystander.problem is None, bystander.problem)


def obeys(report, front):
    """What clients that keep the rules get, after everything."""
    client = Client(front)
    report.check("a request is answered", client.send("GET", "/v1/ping") == (200, b"Pong!"))
    body = json.dumps({"userId": "x", "email": "no address", "password": "correct horse"}).encode()
    status, answer = client.send("POST", "/v1/account", body)
    report.check("a body is read", status == 400 and b"general_argument_invalid" in answer, (status, answer))
    long = json.dumps({"name": "x" * 300_000}).encode()
    status, _ = client.send("POST", "/v1/account", long)
    report.check("a body longer than the window is read", status == 400, status)
    client.close()


def main():
    report = Report()
    with SecureFront(sys.argv[1]) as front:
        tandem = front.tandem
        tandem.execute("tablesDB.create", databaseId="shop", name="Shop")
        tandem.execute(
            "tablesDB.createTable", databaseId="shop", tableId="notes", name="Notes",
            columns=[{"key": "text", "type": "longtext"}])
        for index in range(10):
            tandem.execute(
                "tablesDB.createRow", databaseId="shop", tableId="notes", rowId=f"r{index}", data={"text": "x" * 20_000})
        key = tandem.execute("project.createKey", keyId="k", name="K", scopes=["rows.read"])["secret"]
        obeys(report, front)
        closes(report, front, "PING flood", flood(PingFrame(0, opaque_data=b"12345678").serialize() * 50, 2000))
        closes(report, front, "SETTINGS flood", flood(SettingsFrame(0).serialize() * 50, 2000))
        closes(report, front, "rapid reset", rapid_reset)
        closes(report, front, "head without an end", endless_head)
        closes(report, front, "head that grows when it is decoded", long_head)
        closes(report, front, "empty parts of a body", empty_data)
        closes(report, front, "frames of stream 0 that belong to none", flood(DataFrame(1, data=b"x").serialize(), 10))
        closes(report, front, "no HTTP/2 at all", flood(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10, 3))
        many_streams(report, front)
        starved(report, front, key)
        bodies(report, front)
        obeys(report, front)
    report.end()


main()
