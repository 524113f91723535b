"""Runs a command beside a MongoDB replica set, whose connection string it finds in TANDEM_TEST_MONGODB_URI.

Usage: with_mongodb.py MEMBERS COMMAND [ARGUMENT…]

Ends as the command does, and says nothing when all goes well. Where the servers don't start, the command is run
without them and finds the reason in TANDEM_TEST_MONGODB_SKIPPED.
"""

import os
import signal
import subprocess
import sys

from pymongo.errors import PyMongoError

from servers import ReplicaSet, ServerError

FORWARDED = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def run(command, **environment):
    """The exit status of a command, which is told of the signals that come here."""
    child = subprocess.Popen(command, env={**os.environ, **environment})
    # A terminal sends its signals to every process of the group by itself, and twice would mean "at once" to some.
    for number in FORWARDED:
        signal.signal(number, lambda number, _: None if sys.stdin.isatty() else child.send_signal(number))
    status = child.wait()
    return status if status >= 0 else 128 - status


def main():
    members, command = int(sys.argv[1]), sys.argv[2:]
    # Until the command runs, a signal ends this process the way that removes the servers.
    for number in FORWARDED:
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        deployment = ReplicaSet(members)
        deployment.__enter__()
    except (ServerError, PyMongoError, OSError) as error:
        reason = f"a server does not start: {error}"
        print(f"mongodb: SKIPPED, the tests that need a server are left out; {reason}", file=sys.stderr)
        return run(command, TANDEM_TEST_MONGODB_SKIPPED=reason)
    try:
        return run(command, TANDEM_TEST_MONGODB_URI=deployment.uri())
    finally:
        deployment.remove()


sys.exit(main())
