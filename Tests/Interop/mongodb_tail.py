"""Takes the server away while somebody waits for events and a webhook is told: all of it goes on where it was.

Usage: mongodb_tail.py BINARY

The one server steps down for two seconds, and is then killed and started again. It takes about 30 seconds.
"""

import secrets
import sys
import tempfile
import time

from crew import Crew, at_work, open_deliveries, rows
from receiver import Receiver
from report import Report
from servers import ReplicaSet, wait_until
from verdict import check_all

WRITERS = 4
# How long it may take until what waits hears something again, and until a webhook does.
SECONDS_TO_HEAR = 5
SECONDS_TO_DELIVER = 45


def progress(report, name, listeners, receiver):
    """Whoever listens hears of what is written from now on."""
    began = time.monotonic()
    goals = [len(listener.heard) + 20 for listener in listeners]
    for listener, goal in zip(listeners, goals):
        wait_until("it hears something", lambda: len(listener.heard) >= goal)
    heard = time.monotonic() - began
    report.check(f"{name}: waits go on", heard < SECONDS_TO_HEAR, f"{heard:.1f} s")
    goal = len(receiver.arrivals) + 20
    wait_until("a webhook hears something", lambda: len(receiver.arrivals) >= goal, SECONDS_TO_DELIVER)
    print(f"{name}: heard of again after {heard:.1f} s, delivered after {time.monotonic() - began:.1f} s", flush=True)


def mistreat(report, deployment, listeners, receiver):
    progress(report, "before", listeners, receiver)
    began = time.monotonic()
    deployment.step_down(alone=True)
    print(f"there is a primary again after {time.monotonic() - began:.1f} s", flush=True)
    progress(report, "stepped down", listeners, receiver)
    for pause in (0.2, 3):
        deployment.servers[0].kill()
        time.sleep(pause)
        deployment.servers[0].start()
        deployment.primary()
        progress(report, f"killed, away for {pause} s", listeners, receiver)


def main():
    report = Report()
    receiver = Receiver(pause=0.02)
    with ReplicaSet() as deployment, tempfile.NamedTemporaryFile() as key, receiver:
        key.write(secrets.token_bytes(32))
        key.flush()
        options = ["--mongodb", deployment.uri(), "--key-file", key.name, "--allow-private-webhooks"]
        with Crew(sys.argv[1], options, size=2) as crew:
            with at_work(crew, WRITERS, 0.05, receiver.url) as (inserters, listeners):
                mistreat(report, deployment, listeners, receiver)
            left = wait_until("nothing is left to be told", lambda: open_deliveries(crew[0]) == 0, SECONDS_TO_DELIVER)
            report.check("nothing is left to be told", left)
            found = rows(crew[0])
    heard = listeners[0].heard
    check_all(report, "in the end", inserters, listeners, receiver, found)
    # Where the store could not say whether it wrote down how far it was told, the wait has failed.
    report.check("a subscription loses nothing", listeners[1].errors or listeners[1].heard == heard)
    errors = [error for worker in inserters + listeners for error in worker.errors]
    again = len(receiver.arrivals) - len({arrival.id for arrival in receiver.arrivals})
    print(f"{len(heard)} events, {len(receiver.arrivals)} deliveries, {again} of them again, {len(errors)} errors, "
          f"{sum(len(listener.errors) for listener in listeners)} of them of waits")
    report.end()


main()
