"""health.getTime, asked about a time server of this machine that is right, wrong, or none."""

import socket
import struct
import sys
import threading
import time

from client import Refused, Tandem
from report import Report

EPOCH = 2208988800


class Server:
    """Answers questions as `answer` says, which gets the question and may say nothing. Use it with `with`."""

    def __init__(self, answer):
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.questions = []
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                question, sender = self._socket.recvfrom(1000)
            except OSError:
                return
            self.questions.append(question)
            for answer in self._answer(question):
                self._socket.sendto(answer, sender)


def answer(question, ahead=0, first=0x24, stratum=1):
    """The answer of a server whose clock is ahead by some seconds."""
    now = time.time() + EPOCH + ahead
    stamp = struct.pack(">II", int(now) & 0xFFFFFFFF, int(now % 1 * 2**32))
    return struct.pack(">BB22x", first, stratum) + question[40:48] + stamp + stamp


def ask(binary, address):
    with Tandem(binary, "--ephemeral", "--time-server", address) as tandem:
        began = time.monotonic()
        try:
            told = tandem.execute("health.getTime")
        except Refused as error:
            told = error.type
        return told, time.monotonic() - began


def main():
    binary = sys.argv[1]
    with Server(lambda question: [answer(question)]) as server:
        told, _ = ask(binary, server.address)
        report.check("a server that is right", isinstance(told, dict) and told["diff"] == 0
                     and abs(told["remoteTime"] - time.time()) < 30 and abs(told["localTime"] - time.time()) < 30, told)
        question = server.questions[0] if server.questions else b""
        report.check("is asked as the protocol says", len(question) == 48 and question[0] == 0x23, question)
    for ahead in [3600, -3600]:
        with Server(lambda question, ahead=ahead: [answer(question, ahead)]) as server:
            told, _ = ask(binary, server.address)
            report.check(f"one that is ahead by {ahead} s", isinstance(told, dict) and abs(told["diff"] - ahead) <= 1, told)
    with Server(lambda question: [b"", b"x", answer(b"\0" * 48, 99), answer(question, 99, stratum=0), answer(question)]) as server:
        told, _ = ask(binary, server.address)
        report.check("what is no answer is passed over", isinstance(told, dict) and told["diff"] == 0, told)
    with Server(lambda question: []) as server:
        told, seconds = ask(binary, server.address)
        report.check("one that says nothing", told == "health_invalid_host" and 4 < seconds < 15, (told, seconds))
    with Server(lambda question: []) as server:
        address = server.address
    told, _ = ask(binary, address)
    report.check("none", told == "health_invalid_host", told)
    told, _ = ask(binary, "no.such.host.invalid")
    report.check("one that nobody knows", told == "health_invalid_host", told)
    report.end()


report = Report()
main()
