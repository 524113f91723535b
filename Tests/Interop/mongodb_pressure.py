"""A server whose cache can't hold what a transaction wrote: tried again for a moment, then refused with the cure.

Usage: mongodb_pressure.py BINARY
"""

import concurrent.futures
import contextlib
import sys
import time

from client import Refused, Tandem
from report import Report
from servers import ReplicaSet
from workload import TABLE, make_table

TRANSACTION_TOO_LARGE_FOR_CACHE = 388
CALLS = 100
ROWS = [{"$id": f"row{number}", "tag": "x"} for number in range(10)]


@contextlib.contextmanager
def full_cache(client, mode):
    """The server refuses inserts as it does when its cache is full of uncommitted writes."""
    data = {"failCommands": ["insert"], "errorCode": TRANSACTION_TOO_LARGE_FOR_CACHE}
    client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
    try:
        yield
    finally:
        client.admin.command("configureFailPoint", "failCommand", mode="off")


def refusal(tandem, number):
    """What a call that writes one row is refused with, and how long that takes."""
    began, error = time.monotonic(), None
    try:
        tandem.execute("tablesDB.createRow", **TABLE, rowId=f"crowd{number}", data={"tag": "x"})
    except Refused as refused:
        error = refused
    return error, time.monotonic() - began


def main():
    report = Report()
    options = ["--setParameter", "enableTestCommands=1"]
    with (
        ReplicaSet(options=options) as deployment,
        deployment.client() as client,
        Tandem(sys.argv[1], "--mongodb", deployment.uri()) as tandem,
    ):
        make_table(tandem)
        rows = client["default__load"]["rows"]
        events = client["default__tandem"]["events"]
        with full_cache(client, {"times": 2}):
            answer = tandem.execute("tablesDB.createRows", **TABLE, rows=ROWS)
        report.check("full for a moment: the rows are written", answer["total"] == len(ROWS), answer["total"])
        report.check("full for a moment: once", rows.count_documents({}) == len(ROWS))

        told = events.count_documents({})
        began, error = time.monotonic(), None
        with full_cache(client, "alwaysOn"):
            try:
                tandem.execute("tablesDB.createRows", **TABLE, rows=[{"$id": "more", "tag": "x"}])
            except Refused as refused:
                error = refused
        seconds = time.monotonic() - began
        report.check("full: is refused", error is not None)
        if error is not None:
            report.check("full: 400", (error.code, error.type) == (400, "general_bad_request"), error)
            report.check("full: says what is full", "cache of MongoDB" in error.message, error.message)
            report.check("full: says the cure", "wiredTigerCacheSizeGB" in str(error), error)
        report.check("full: within 5 s", seconds < 5, f"{seconds:.1f} s")
        report.check("full: nothing is written", rows.count_documents({}) == len(ROWS))
        report.check("full: nothing is told", events.count_documents({}) == told)

        # They come in groups, which are halved again and again.
        with full_cache(client, "alwaysOn"), concurrent.futures.ThreadPoolExecutor(CALLS) as threads:
            answers = list(threads.map(lambda number: refusal(tandem, number), range(CALLS)))
        types = {error.type if error else None for error, _ in answers}
        slowest = max(seconds for _, seconds in answers)
        report.check("full for many: all are refused", types <= {"general_bad_request", "store_unavailable"}, types)
        report.check("full for many: within 15 s", slowest < 15, f"{slowest:.1f} s")
        report.check("full for many: nothing is written", rows.count_documents({}) == len(ROWS))

        tandem.execute("tablesDB.createRow", **TABLE, rowId="later", data={"tag": "x"})
        report.check("afterwards it works", rows.count_documents({}) == len(ROWS) + 1)
    report.end()


main()
