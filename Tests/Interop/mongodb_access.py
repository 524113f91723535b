"""Servers that Tandem can't or must not use, and one that asks for TLS and a login.

Usage: mongodb_access.py BINARY
"""

import concurrent.futures
import sys
import time

from client import Refused, Tandem
from report import Report
from security import Security, make_authority
from servers import ReplicaSet, Standalone


def check_refused(report, name, binary, uri, word, secret=None):
    """The first call must say in an error why this connection string does not do."""
    with Tandem(binary, "--mongodb", uri) as tandem:
        began = time.monotonic()
        error = None
        try:
            tandem.execute("tablesDB.create", databaseId="db", name="Database")
        except Refused as refused:
            error = refused
        seconds = time.monotonic() - began
        report.check(f"{name}: is refused", error is not None)
        if error is None:
            return
        report.check(f"{name}: store_unavailable", (error.code, error.type) == (503, "store_unavailable"), error)
        report.check(f"{name}: within 5 s", seconds < 5, f"{seconds:.1f} s")
        report.check(f"{name}: says why", word in error.message.lower(), error.message)
        if secret:
            report.check(f"{name}: keeps the password", secret not in str(error) + tandem.log)


def check_works(report, name, binary, uri):
    with Tandem(binary, "--mongodb", uri) as tandem:
        place = {"databaseId": "db", "tableId": "notes"}
        tandem.execute("tablesDB.create", databaseId="db", name="Database")
        tandem.execute(
            "tablesDB.createTable", **place, name="Notes",
            columns=[{"key": "text", "type": "varchar", "size": 20, "required": True}])
        tandem.execute("tablesDB.createRow", **place, rowId="one", data={"text": "hello"})
        row = tandem.execute("tablesDB.getRow", **place, rowId="one")
        report.check(f"{name}: keeps a row", row["text"] == "hello", row)


def check_refusals(report, binary, deployment):
    """Connection strings that are wrong in one thing each. Most take their time to fail, so all are tried at once."""
    uri, password = deployment.uri(), deployment.security.password
    stranger = make_authority(deployment.folder, "stranger")
    missing = deployment.folder / "missing.pem"
    cases = [
        ("wrong password", uri.replace(password, "WrongSecret"), "password", "WrongSecret"),
        ("no such user", uri.replace("tester:", "nobody:"), "user", password),
        ("wrong authority", deployment.uri(tlsCAFile=stranger), "certificate", password),
        ("no authority file", deployment.uri(tlsCAFile=missing), "tls", password),
        ("no TLS", deployment.uri(tls=None, tlsCAFile=None), "tls", password),
    ]
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        for done in [pool.submit(check_refused, report, name, binary, *case) for name, *case in cases]:
            done.result()


def main():
    report, binary = Report(), sys.argv[1]
    with Standalone() as deployment:
        check_refused(report, "standalone", binary, deployment.uri(), "a replica set")

    security = Security(tls=True, login=True)
    with ReplicaSet(1, security) as deployment:
        check_works(report, "TLS and SCRAM", binary, deployment.uri())
        with deployment.client() as client:
            stored = client["default__db"]["notes"].find_one({"_id": "one"})
        report.check("TLS and SCRAM: the row is on that server", stored and stored["text"] == "hello", stored)

        check_refusals(report, binary, deployment)
    report.end()


main()
