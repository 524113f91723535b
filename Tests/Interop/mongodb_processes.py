"""Two Tandems on one server: each sees what the other changes, and both write at once.

Usage: mongodb_processes.py BINARY
"""

import sys
import threading
import time

from client import Refused, Tandem
from report import Report
from servers import ReplicaSet
from workload import Workload, make_table

PLACE = {"databaseId": "shared", "tableId": "notes"}


def refusal_of(tandem, operation, **arguments):
    try:
        tandem.execute(operation, **PLACE, **arguments)
        return None
    except Refused as error:
        return error


def check_schema_changes(report, one, other):
    one.execute("tablesDB.create", databaseId="shared", name="Shared")
    one.execute(
        "tablesDB.createTable", **PLACE, name="Notes",
        columns=[{"key": "text", "type": "varchar", "size": 40, "required": True}])
    error = refusal_of(other, "tablesDB.createRow", rowId="first", data={"text": "hello"})
    report.check("the other process knows a new table", error is None, error)
    for round in range(5):
        key = f"column{round}"
        error = refusal_of(other, "tablesDB.createRow", rowId="unique()", data={"text": "a", key: 1})
        report.check("a column that is not there is refused", error and error.code == 400, error)
        one.execute("tablesDB.createIntegerColumn", **PLACE, key=key, required=False, default=7)
        error = refusal_of(other, "tablesDB.createRow", rowId=f"row{round}", data={"text": "a", key: round})
        report.check("a writer sees a new column at once", error is None, error)
        began = time.monotonic()
        query = [{"method": "equal", "attribute": key, "values": [round]}]
        while (error := refusal_of(other, "tablesDB.listRows", queries=query)) and time.monotonic() - began < 5:
            time.sleep(0.01)
        seconds = time.monotonic() - began
        report.check("a reader sees it within a moment", error is None and seconds < 1, f"{seconds:.2f} s, {error}")
        found = other.execute("tablesDB.listRows", **PLACE, queries=query)
        report.check("and finds by it", [row["$id"] for row in found["rows"]] == [f"row{round}"], found["total"])
    one.execute("tablesDB.updateVarcharColumn", **PLACE, key="text", required=True, default=None, size=5)


def check_shrunk_column(report, other):
    error = refusal_of(other, "tablesDB.createRow", rowId="unique()", data={"text": "too long"})
    report.check("a writer sees a narrower column at once", error and error.type == "row_invalid_structure", error)


def check_races(report, one, other):
    """Both insert the same value of a unique index: one of them wins, each time."""
    one.execute(
        "tablesDB.createTable", databaseId="shared", tableId="names", name="Names",
        columns=[{"key": "name", "type": "varchar", "size": 20, "required": True}],
        indexes=[{"key": "name", "type": "unique", "columns": ["name"]}])
    rounds = 40
    outcomes = {one: [], other: []}

    def race(tandem):
        for round in range(rounds):
            start.wait()
            try:
                tandem.execute(
                    "tablesDB.createRow", databaseId="shared", tableId="names", rowId="unique()",
                    data={"name": f"name{round}"})
                outcomes[tandem].append("won")
            except Refused as error:
                outcomes[tandem].append(error.type)

    start = threading.Barrier(2, timeout=30)
    threads = [threading.Thread(target=race, args=[tandem]) for tandem in outcomes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pairs = {tuple(sorted(pair)) for pair in zip(*outcomes.values())}
    expected = {("row_unique_constraint_violation", "won")}
    report.check("a unique value is won by one process", pairs == expected, pairs)
    rows = one.execute("tablesDB.listRows", databaseId="shared", tableId="names")
    report.check("and is there once", rows["total"] == rounds, rows["total"])


def main():
    report = Report()
    with ReplicaSet() as deployment:
        options = ["--mongodb", deployment.uri()]
        with Tandem(sys.argv[1], *options) as one, Tandem(sys.argv[1], *options) as other:
            check_schema_changes(report, one, other)
            check_shrunk_column(report, other)
            check_races(report, one, other)
            make_table(one)
            with Workload(one, other) as load:
                report.check("both write at once", load.wait_for_progress(30))
        load.check_errors(report, "both", most=0)
        with deployment.client() as client:
            load.check(report, "both", client, "default")
    report.end()


main()
