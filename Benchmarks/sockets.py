"""Opens many realtime sockets and measures what they cost, with nothing but the standard library.

Usage: sockets.py PORT PID COUNT [EVENTS KEY]

Prints a JSON object: `memory` is what the process PID takes more with COUNT sockets, in bytes. With EVENTS each socket
listens to rows, and `delays` are the microseconds from the request that makes a row to the arrival of its event.
"""

import http.client
import json
import pathlib
import resource
import select
import socket
import statistics
import sys
import time

HANDSHAKE = (
    "GET /v1/realtime?project=default{query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def open_sockets(port, count, query):
    """Sockets that were greeted."""
    sockets = []
    for first in range(0, count, 100):
        batch = []
        for _ in range(first, min(first + 100, count)):
            client = socket.create_connection(("127.0.0.1", port), 30)
            client.sendall(HANDSHAKE.format(query=query).encode())
            batch.append(client)
        for client in batch:
            text = b""
            while b'"connected"' not in text or not text.endswith(b"}}"):
                chunk = client.recv(4096)
                if not chunk:
                    raise SystemExit(f"a socket was refused: {text!r}")
                text += chunk
        sockets += batch
    return sockets


def make_row(connection, key, number):
    body = json.dumps({"rowId": f"e{number}", "data": {"title": f"Event {number}"}})
    connection.request("POST", "/v1/tablesdb/shop/tables/notes/rows", body, {
        "Content-Type": "application/json", "X-Appwrite-Project": "default", "X-Appwrite-Key": key})
    return connection


def delays(port, key, sockets, events):
    poll = select.epoll()
    by_number = {}
    for client in sockets:
        client.setblocking(False)
        poll.register(client.fileno(), select.EPOLLIN)
        by_number[client.fileno()] = client
    connection = http.client.HTTPConnection("127.0.0.1", port)
    medians, worst = [], 0.0
    for number in range(events):
        arrivals, waiting = [], len(sockets)
        start = time.perf_counter()
        make_row(connection, key, number)
        while waiting:
            ready = poll.poll(10)
            if not ready:
                raise SystemExit(f"{waiting} sockets heard nothing of event {number}")
            for descriptor, _ in ready:
                # An event is one frame of about 3 KB, which arrives whole.
                if by_number[descriptor].recv(1 << 16).endswith(b"]}}"):
                    arrivals.append(time.perf_counter() - start)
                    waiting -= 1
        connection.getresponse().read()
        medians.append(statistics.median(arrivals))
        worst = max(worst, max(arrivals))
        time.sleep(0.02)
    return {"median": round(statistics.median(medians) * 1e6), "worst": round(worst * 1e6)}


def main():
    port, pid, count = (int(text) for text in sys.argv[1:4])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    before = resident(pid)
    began = time.perf_counter()
    sockets = open_sockets(port, count, "&channels[]=rows" if len(sys.argv) > 4 else "")
    result = {"milliseconds": round((time.perf_counter() - began) * 1000)}
    time.sleep(1)
    result["memory"] = resident(pid) - before
    result["total"] = resident(pid)
    if len(sys.argv) > 4:
        result["delays"] = delays(port, sys.argv[5], sockets, int(sys.argv[4]))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
