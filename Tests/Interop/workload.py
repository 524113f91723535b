"""Writers that keep a Tandem busy while its server is being mistreated, and what must hold of their rows afterwards."""

import collections
import json
import threading
import time

from client import Refused

TABLE = {"databaseId": "load", "tableId": "rows"}
COLUMNS = [
    {"key": "tag", "type": "varchar", "size": 40, "required": True},
    {"key": "value", "type": "integer", "default": 0},
]


def make_table(tandem):
    tandem.execute("tablesDB.create", databaseId="load", name="Load")
    tandem.execute("tablesDB.createTable", **TABLE, name="Rows", columns=COLUMNS)


class Writer:
    """One thread that alternates between inserting a row and raising the counter in a row of its own."""

    def __init__(self, number, tandem):
        self.number = number
        self.tandem = tandem
        self.counter = f"counter{number}"
        self.tried = set()
        self.acknowledged = set()
        self.raised_to = 0
        self.last_tried = 0
        self.errors = []
        self.longest = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._call("tablesDB.createRow", rowId=self.counter, data={"tag": self.counter})
        self._thread.start()

    def end(self):
        self._ends.set()
        self._thread.join(60)
        if self._thread.is_alive():
            self.errors.append("a call was never answered")

    def _run(self):
        turn = 0
        while not self._ends.is_set():
            turn += 1
            tag = f"{self.number}-{turn}"
            self.tried.add(tag)
            # The server chooses every other id, so that a row written twice is not hidden by its id.
            id = "unique()" if turn % 2 else tag
            if self._call("tablesDB.createRow", rowId=id, data={"tag": tag}):
                self.acknowledged.add(tag)
            self.last_tried = turn
            if self._call("tablesDB.updateRow", rowId=self.counter, data={"value": turn}):
                self.raised_to = turn

    def _call(self, operation, **arguments):
        began = time.monotonic()
        try:
            self.tandem.execute(operation, **TABLE, **arguments)
            return True
        except Refused as error:
            self.errors.append(error)
            return False
        except Exception as error:
            # Whatever it is, the checks shall see it; a thread has nobody to tell.
            self.errors.append(repr(error))
            self._ends.set()
            return False
        finally:
            self.longest = max(self.longest, time.monotonic() - began)


class Workload:
    """Sixteen writers, on one process or spread over several."""

    def __init__(self, *tandems, writers=16):
        self.writers = [Writer(number, tandems[number % len(tandems)]) for number in range(writers)]

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *_):
        for writer in self.writers:
            writer.end()

    @property
    def errors(self):
        return [error for writer in self.writers for error in writer.errors]

    @property
    def longest(self):
        """The seconds that the slowest call took."""
        return max(writer.longest for writer in self.writers)

    @property
    def acknowledged(self):
        return sum(len(writer.acknowledged) for writer in self.writers)

    def wait_for_progress(self, count=3, seconds=20):
        """Waits until every writer has inserted some more rows; answers whether they did."""
        goals = {writer: len(writer.acknowledged) + count for writer in self.writers}
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(len(writer.acknowledged) >= goal for writer, goal in goals.items()):
                return True
            time.sleep(0.02)
        return False

    def check(self, report, name, client, project):
        """Compares what was answered with what the server holds."""
        rows = list(client[f"{project}__load"]["rows"].find())
        tags = collections.Counter(row["tag"] for row in rows)
        values = {row["_id"]: row["value"] for row in rows}
        for writer in self.writers:
            missing = [tag for tag in writer.acknowledged if tags[tag] == 0]
            report.check(f"{name}: acknowledged rows of writer {writer.number} are there", not missing, missing[:5])
            allowed = {writer.raised_to} | set(range(writer.raised_to + 1, writer.last_tried + 1))
            value = values.get(writer.counter)
            report.check(f"{name}: counter of writer {writer.number}", value in allowed, f"{value} not in {allowed}")
        twice = [tag for tag, count in tags.items() if count > 1]
        report.check(f"{name}: no row is there twice", not twice, twice[:5])
        unasked = set(tags) - {tag for writer in self.writers for tag in [*writer.tried, writer.counter]}
        report.check(f"{name}: no row that nobody wrote", not unasked, list(unasked)[:5])
        self._check_events(report, name, client, project, rows)

    def _check_events(self, report, name, client, project, rows):
        created, updated = collections.Counter(), collections.Counter()
        for event in client[f"{project}__tandem"]["events"].find():
            record = json.loads(event["record"])
            if record["ids"][:2] != [TABLE["databaseId"], TABLE["tableId"]]:
                continue
            if record["event"].endswith(".rows.[rowId].create"):
                created[record["payload"]["$id"]] += 1
            elif record["event"].endswith(".rows.[rowId].update"):
                updated[record["payload"]["$id"], record["payload"]["value"]] += 1
        ids = collections.Counter(row["_id"] for row in rows)
        report.check(f"{name}: every row has one event", created == ids, list((created - ids) + (ids - created))[:5])
        twice = [update for update, count in updated.items() if count > 1]
        report.check(f"{name}: no update has two events", not twice, twice[:5])
        for writer in self.writers:
            if writer.raised_to:
                told = updated[writer.counter, writer.raised_to] == 1
                report.check(f"{name}: the last update of writer {writer.number} has its event", told)

    def check_errors(self, report, name, most=None):
        """Every error must say that the store was away, soon enough."""
        foreign = [str(error) for error in self.errors if getattr(error, "type", None) != "store_unavailable"]
        report.check(f"{name}: no other errors than store_unavailable", not foreign, foreign[:3])
        report.check(f"{name}: every call is answered within 5 s", self.longest < 5.5, f"{self.longest:.2f} s")
        if most is not None:
            count = len(self.errors)
            report.check(f"{name}: at most {most} errors", count <= most, f"{count}: {self.errors[:1]}")
