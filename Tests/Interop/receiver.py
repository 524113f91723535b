"""A server on this machine that keeps what webhooks tell it."""

import http.server
import json
import threading
import time


class Arrival:
    """One request."""

    def __init__(self, headers, body):
        self.id = headers["webhook-id"]
        self.event = headers["X-Appwrite-Webhook-Events"].split(",")[0]
        self.body = json.loads(body)
        self.at = time.monotonic()
        self.status = None


class Receiver:
    """Keeps every request in the order in which they came. Use it with `with`.

    `refuses` says for an id whether its first request is answered with 503; `pause` is how long an answer takes.
    """

    def __init__(self, refuses=lambda id: False, pause=0.002):
        self._refuses = refuses
        self._pause = pause
        self._lock = threading.Lock()
        self._arrivals = []
        self._known = set()
        self._under_way = set()
        self._overlaps = 0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/in"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def arrivals(self):
        with self._lock:
            return list(self._arrivals)

    @property
    def overlaps(self):
        """How often a delivery came while the same one was still being answered."""
        with self._lock:
            return self._overlaps

    def _take(self, headers, body):
        arrival = Arrival(headers, body)
        with self._lock:
            self._arrivals.append(arrival)
            is_new = arrival.id not in self._known
            self._known.add(arrival.id)
            if arrival.id in self._under_way:
                self._overlaps += 1
            self._under_way.add(arrival.id)
        arrival.status = 503 if is_new and self._refuses(arrival.id) else 204
        return arrival

    def _leave(self, arrival):
        with self._lock:
            self._under_way.discard(arrival.id)

    def _handler(receiver):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                arrival = receiver._take(self.headers, body)
                time.sleep(receiver._pause)
                # Before the answer goes, because the next request may come before this line is left.
                receiver._leave(arrival)
                self.send_response(arrival.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def handle(self):
                # Those who ask are killed in the middle of it.
                try:
                    super().handle()
                except ConnectionError:
                    pass

            def log_message(self, *_):
                pass

        return Handler
