"""Kills processes at random while they write, wait for events and tell a webhook: nothing acknowledged is lost.

Usage: processes_killed.py BINARY

On each store three processes work for TANDEM_SOAK_SECONDS, 8 by default, the stores at the same time. What a killed one
had begun to send is sent again 30 seconds later, so it all takes about 45 seconds. TANDEM_SOAK_SEED makes the choices
of the run that printed it.
"""

import concurrent.futures
import os
import random
import secrets
import sys
import tempfile
import time
import zlib

from crew import Crew, at_work, open_deliveries, rows
from receiver import Receiver
from report import Report
from servers import ReplicaSet
from verdict import check_all

SECONDS = float(os.environ.get("TANDEM_SOAK_SECONDS", 8))
SEED = int(os.environ.get("TANDEM_SOAK_SEED", random.randrange(1 << 32)))
WRITERS = 6
# For a writer, between two rows.
PAUSE = 0.04
# A lease runs out after 30 seconds, and what was refused is tried again after 5 to 7; both may happen to one row.
PATIENCE = 60 + SECONDS / 2


def kill_at_random(crew, choice):
    """Leaves the processes alone only as long as it takes them to do something."""
    end = time.monotonic() + SECONDS
    while True:
        # Sometimes soon after a start, sometimes in the middle of the work.
        time.sleep(choice.choice([0.05, 0.4, 1.2]) * choice.random() + 0.05)
        if time.monotonic() > end:
            return
        crew.kill(choice.randrange(len(crew)), choice.choice([0, 0.3]))


def wait_for_deliveries(crew):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not (left := open_deliveries(crew[0])):
            return 0
        time.sleep(0.3)
    return left


def soak(report, name, binary, options):
    choice = random.Random(f"{SEED} {name}")
    # One in a hundred is refused once.
    receiver = Receiver(refuses=lambda id: zlib.crc32(f"{SEED}{id}".encode()) % 100 == 0)
    began = time.monotonic()
    with receiver, Crew(binary, [*options, "--allow-private-webhooks"]) as crew:
        with at_work(crew, WRITERS, PAUSE, receiver.url) as (inserters, listeners):
            kill_at_random(crew, choice)
        left = wait_for_deliveries(crew)
        report.check(f"{name}: nothing is left to be told", left == 0, left)
        found = rows(crew[0])
    check_all(report, name, inserters, listeners, receiver, found)
    writes = sum(inserter.done for inserter in inserters)
    again = len(receiver.arrivals) - len({arrival.id for arrival in receiver.arrivals})
    print(f"{name}: {crew.kills} kills, {writes} writes, {len(listeners[0].heard)} events, {len(receiver.arrivals)} "
          f"deliveries, {again} of them again, "
          f"{sum(listener.lost for listener in listeners)} waits lost, {time.monotonic() - began:.0f} s")


def soak_on_mongodb(report, binary):
    with ReplicaSet() as deployment, tempfile.NamedTemporaryFile() as key:
        key.write(secrets.token_bytes(32))
        key.flush()
        soak(report, "MongoDB", binary, ["--mongodb", deployment.uri(), "--key-file", key.name])


def soak_on_sqlite(report, binary):
    with tempfile.TemporaryDirectory() as folder:
        soak(report, "SQLite", binary, ["--data", folder])


def main():
    report = Report()
    print(f"TANDEM_SOAK_SEED={SEED}", flush=True)
    soaks = [soak_on_sqlite]
    if os.environ.get("TANDEM_TEST_MONGOD"):
        soaks.append(soak_on_mongodb)
    with concurrent.futures.ThreadPoolExecutor() as threads:
        for done in [threads.submit(soak, report, sys.argv[1]) for soak in soaks]:
            done.result()
    report.end()


main()
