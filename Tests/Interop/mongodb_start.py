"""What a Tandem does whose server is not there: it starts, says what is wrong, and works once the server is back.

Usage: mongodb_start.py BINARY
"""

import socket
import sys
import time

from client import Refused, Tandem
from report import Report
from security import Security
from servers import HOST, ReplicaSet, free_port

TOOLS = ["catalog-search", "execute-operation"]
LIBRARY = "libmongoc"


def refusal(tandem, operation="tablesDB.list", **arguments):
    """The error of a call and the seconds it took; None when the call goes through."""
    began = time.monotonic()
    try:
        tandem.execute(operation, **arguments)
        error = None
    except Refused as refused:
        error = refused
    return error, time.monotonic() - began


def check_refusal(report, name, tandem, address, secret):
    error, seconds = refusal(tandem)
    report.check(f"{name}: is an error", error is not None)
    if error is None:
        return
    report.check(f"{name}: store_unavailable", (error.code, error.type) == (503, "store_unavailable"), error)
    report.check(f"{name}: within 5 s", seconds < 5, f"{seconds:.1f} s")
    report.check(f"{name}: names the server", address in error.message, error.message)
    report.check(f"{name}: keeps the password", secret not in str(error))


def check_handshake(report, name, tandem):
    report.check(f"{name}: has its tools", tandem.tools == TOOLS, tandem.tools)
    seconds = tandem.handshake_seconds
    report.check(f"{name}: at once", seconds < 1, f"{seconds:.1f} s")
    found = tandem.call("catalog-search", {"query": "create a row"})
    report.check(f"{name}: searches", found["total"] > 0)
    report.check(f"{name}: has not loaded {LIBRARY}", not tandem.has_loaded(LIBRARY))


def check_away_and_back(report, binary):
    security = Security(login=True)
    with ReplicaSet(1, security) as deployment:
        server = deployment.servers[0]
        server.stop()
        with Tandem(binary, "--mongodb", deployment.uri()) as tandem:
            check_handshake(report, "handshake without a server", tandem)
            check_refusal(report, "never there", tandem, server.address, security.password)
            report.check(f"a call loads {LIBRARY}", tandem.has_loaded(LIBRARY))
            server.start()
            deployment.primary()
            check_return(report, "first there", tandem)
            server.stop()
            check_refusal(report, "gone", tandem, server.address, security.password)
            report.check("gone: shakes hands", tandem.shake_hands() == TOOLS)
            server.start()
            deployment.primary()
            check_return(report, "back", tandem)
            report.check("the log keeps the password", security.password not in tandem.log)


def check_return(report, name, tandem):
    began = time.monotonic()
    while (found := refusal(tandem))[0] is not None and time.monotonic() - began < 10:
        time.sleep(0.1)
    seconds = time.monotonic() - began
    report.check(f"{name}: works in the same process", found[0] is None, found[0])
    report.check(f"{name}: within a moment", seconds < 3, f"{seconds:.1f} s")


def check_silence(report, binary):
    """Something listens and says nothing."""
    with socket.socket() as listener:
        port = free_port()
        listener.bind((HOST, port))
        listener.listen()
        uri = f"mongodb://someone:SecretWord@{HOST}:{port}/?replicaSet=tandem"
        with Tandem(binary, "--mongodb", uri) as tandem:
            check_refusal(report, "silent", tandem, f"{HOST}:{port}", "SecretWord")


def check_embedded(report, binary):
    with Tandem(binary, "--ephemeral") as tandem:
        error, _ = refusal(tandem)
        report.check("embedded: works", error is None, error)
        report.check(f"embedded: never loads {LIBRARY}", not tandem.has_loaded(LIBRARY))


report = Report()
check_away_and_back(report, sys.argv[1])
check_silence(report, sys.argv[1])
check_embedded(report, sys.argv[1])
report.end()
