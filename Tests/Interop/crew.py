"""Several Tandems on one store that are killed and started again, and those who write and listen through them."""

import contextlib
import threading
import time

from client import Refused, Tandem
from workload import TABLE, make_table

CHANNEL = f"databases.{TABLE['databaseId']}.tables.{TABLE['tableId']}.rows"
PATTERN = f"{CHANNEL}.*"


class Crew:
    """Processes by number. Whoever calls one that is killed gets an `EOFError`. Use it with `with`."""

    def __init__(self, binary, options, size=3):
        self._command = [binary, *options]
        self._size = size
        self._lock = threading.Lock()
        self._members = []
        self.kills = 0

    def __enter__(self):
        self._members = [self._start() for _ in range(self._size)]
        return self

    def __exit__(self, *_):
        for member in self._members:
            member.kill()

    def __len__(self):
        return self._size

    def _start(self):
        member = Tandem(*self._command)
        member.shake_hands()
        return member

    def __getitem__(self, number):
        with self._lock:
            return self._members[number % self._size]

    def kill(self, number, pause):
        """Kills a member and starts another one in its place after so many seconds."""
        self[number].kill()
        self.kills += 1
        time.sleep(pause)
        member = self._start()
        with self._lock:
            self._members[number] = member


def make_webhook(tandem, url):
    """It is told of the rows of the table."""
    tandem.execute("webhooks.create", webhookId="hook", url=url, events=[PATTERN])


class Worker:
    """Something that goes on in a thread of its own until it is told to end; what it meets is kept in `errors`."""

    def __init__(self, crew):
        self.crew = crew
        self.errors = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._guarded, daemon=True)

    def start(self):
        self._thread.start()

    def end(self, seconds=60):
        self._ends.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            self.errors.append(f"{type(self).__name__} does not end")

    def _guarded(self):
        try:
            self._run()
        except Exception as error:
            # A thread has nobody to tell; the checks shall see it.
            self.errors.append(repr(error))


class Inserter(Worker):
    """Inserts rows and, after every third, raises the counter in a row of its own, through one member."""

    def __init__(self, crew, number, pause):
        super().__init__(crew)
        self.number = number
        self.counter = f"counter{number}"
        self.pause = pause
        self.acknowledged = {self.counter}
        self.tried = {self.counter}
        self.raised = []
        self.last_tried = 0

    def prepare(self):
        self.crew[self.number].execute("tablesDB.createRow", **TABLE, rowId=self.counter, data={"tag": self.counter})

    @property
    def done(self):
        return len(self.acknowledged) + len(self.raised)

    def _run(self):
        turn = 0
        while not self._ends.wait(self.pause):
            turn += 1
            id = f"w{self.number}-{turn}"
            self.tried.add(id)
            if self._call("tablesDB.createRow", rowId=id, data={"tag": id, "value": turn}):
                self.acknowledged.add(id)
            if turn % 3:
                continue
            self.last_tried = turn
            if self._call("tablesDB.updateRow", rowId=self.counter, data={"value": turn}):
                self.raised.append(turn)

    def _call(self, operation, **arguments):
        try:
            self.crew[self.number].execute(operation, **TABLE, **arguments)
            return True
        except EOFError:
            # Nobody knows whether it was done.
            self._ends.wait(0.05)
        except Refused as error:
            self.errors.append(error)
            self._ends.wait(0.2)
        return False


class Listener(Worker):
    """Waits for what happens to rows, through one member after the other.

    With `counts` it keeps the cursor itself, so that it loses nothing when an answer is lost.
    """

    def __init__(self, crew, counts):
        super().__init__(crew)
        self.counts = counts
        self.heard = []
        self.lost = 0
        self.dropped = 0
        made = crew[0].execute("realtime.subscribe", channels=[CHANNEL], ttl=86_400)
        self.id = made["subscriptionId"]
        self.cursor = made["cursor"]

    def _run(self):
        turn = 0
        while True:
            turn += 1
            ends = self._ends.is_set()
            arguments = {"subscriptionId": self.id, "timeout": 0 if ends else 3, "max": 50}
            if self.counts:
                arguments["cursor"] = self.cursor
            try:
                answer = self.crew[turn].execute("realtime.wait", **arguments)
            except EOFError:
                self.lost += 1
                time.sleep(0.05)
                continue
            except Refused as error:
                self.errors.append(error)
                time.sleep(0.2)
                continue
            self.cursor = answer["cursor"]
            self.dropped += answer["dropped"]
            self.heard += [summary(event["event"], event["payload"]) for event in answer["events"]]
            if ends and not answer["events"]:
                return


def summary(name, payload):
    """What happened, the id of the row, and its value then."""
    return name.rsplit(".", 1)[1], payload["$id"], payload["value"]


def delivered(arrival):
    return summary(arrival.event, arrival.body)


def rows(tandem):
    """The values of all rows, by their ids."""
    found, last = {}, None
    while True:
        queries = [{"method": "limit", "values": [500]}]
        if last:
            queries.append({"method": "cursorAfter", "values": [last]})
        page = tandem.execute("tablesDB.listRows", **TABLE, queries=queries, total=False)["rows"]
        if not page:
            return found
        found |= {row["$id"]: row["value"] for row in page}
        last = page[-1]["$id"]


def open_deliveries(tandem):
    """How many there are that have not arrived."""
    is_open = {"method": "notEqual", "attribute": "state", "values": ["delivered"]}
    return tandem.execute("webhooks.listDeliveries", webhookId="hook", queries=[is_open])["total"]


@contextlib.contextmanager
def at_work(crew, writers, pause, url):
    """Writers, with a pause in seconds between two rows, two who listen, and a webhook that is told at an address."""
    make_table(crew[0])
    inserters = [Inserter(crew, number, pause) for number in range(writers)]
    for inserter in inserters:
        inserter.prepare()
    make_webhook(crew[0], url)
    listeners = [Listener(crew, counts=True), Listener(crew, counts=False)]
    for worker in inserters + listeners:
        worker.start()
    try:
        yield inserters, listeners
    finally:
        for worker in inserters + listeners:
            worker.end()
