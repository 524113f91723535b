"""Requests over one connection, without a library that thinks along."""

import http.client
import json
import socket


class Answer:
    def __init__(self, response):
        self.status = response.status
        self._fields = response.getheaders()
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body) if self.body.startswith(b"{") else {}

    def all(self, name):
        return [value for key, value in self._fields if key.lower() == name]

    def field(self, name):
        return next(iter(self.all(name)), None)


class Connection:
    """One connection to a front, which is opened again where the front has closed it."""

    def __init__(self, front):
        self._front = front
        self._connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
        self.opened = 0

    def send(self, method, path, body=None, headers=None):
        """Bodies are sent as JSON unless they are bytes."""
        fields = {"X-Appwrite-Project": self._front.project}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields["Content-Type"] = "application/json"
        fields |= headers or {}
        if self._connection.sock is None:
            self.opened += 1
        self._connection.request(method, path, body, fields)
        return Answer(self._connection.getresponse())

    def pipeline(self, requests):
        """Sends all requests before it reads the first answer."""
        with socket.create_connection(("127.0.0.1", self._front.port), timeout=30) as connection:
            head = f"Host: localhost\r\nX-Appwrite-Project: {self._front.project}\r\n\r\n"
            connection.sendall("".join(f"{method} {path} HTTP/1.1\r\n{head}" for method, path in requests).encode())
            answers = []
            # One reader for all, because the first would read ahead into the answers of the others.
            reader = connection.makefile("rb")
            for method, _ in requests:
                response = http.client.HTTPResponse(_Shared(reader), method=method)
                response.begin()
                answers.append(Answer(response))
            return answers


class _Shared:
    """Stands in for a socket; the end of one answer does not close the reader."""

    def __init__(self, reader):
        self._reader = reader

    def makefile(self, *_):
        return self

    def __getattr__(self, name):
        return getattr(self._reader, name)

    def close(self):
        pass

    def flush(self):
        pass
