"""Starts MongoDB servers, takes them away and brings them back.

The path of mongod is in TANDEM_TEST_MONGOD; `scripts/mongodb fetch` gets one. A server dies with the thread that
started it, so that nothing is left behind when a test is killed.
"""

import ctypes
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pymongo
from pymongo.errors import PyMongoError

HOST = "127.0.0.1"
NAME = "tandem"
# Small, and without what only somebody looking for the cause of a slow server needs. A fifth of the cache is what open
# transactions may fill.
FRUGAL = [
    "--wiredTigerCacheSizeGB", "1", "--oplogSize", "128", "--nounixsocket",
    "--setParameter", "diagnosticDataCollectionEnabled=false",
    # Processes that tests kill leave transactions behind, whose rows nobody can write until the server gives them up.
    "--setParameter", "transactionLifetimeLimitSeconds=5",
    # Every test makes collections and drops them. Kept for the five minutes of the default, and open for ten, their files
    # would be more than a process may have open.
    "--setParameter", "minSnapshotHistoryWindowInSeconds=5",
    "--wiredTigerEngineConfigString", "file_manager=(close_idle_time=10,close_scan_interval=5,close_handle_minimum=250)",
]
ADDRESS_IN_USE = 48
SECONDS_TO_START = 60
_libc = ctypes.CDLL(None)


class ServerError(Exception):
    """A server did not do what it was told."""


def free_port():
    """A port nobody listens on, below those that outgoing connections get."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
                return port
            except OSError:
                continue


def wait_until(what, condition, seconds=30):
    """Asks again and again; a condition that raises an error of the driver does not hold yet."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            if found := condition():
                return found
        except PyMongoError as error:
            last = error
        time.sleep(0.02)
    raise ServerError(f"not within {seconds} s: {what}" + (f" ({last})" if last else ""))


class Server:
    """One mongod. `kill` and `stop` keep its data and its port, so that `start` brings the same server back."""

    def __init__(self, folder, options=(), client_options=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.options = list(options)
        self.client_options = client_options or {}
        self.port = None
        self.process = None

    @property
    def address(self):
        return f"{HOST}:{self.port}"

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def log(self):
        return self.folder / "mongod.log"

    def start(self):
        """Comes back as soon as the server takes connections."""
        if self.port is not None:
            return self._start()
        # Somebody else may take a port between the look and the start.
        for _ in range(5):
            self.port = free_port()
            try:
                return self._start()
            except ServerError:
                if self.process.returncode != ADDRESS_IN_USE:
                    raise
        raise ServerError("there is no free port")

    def _start(self):
        mongod = os.environ["TANDEM_TEST_MONGOD"]
        command = [mongod, "--dbpath", str(self.folder), "--bind_ip", HOST, "--port", str(self.port)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command + FRUGAL + self.options, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_end_with_parent)
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if not self.is_running:
                raise ServerError(f"mongod ended with status {self.process.returncode}: {self.last_words()}")
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self.port)) == 0:
                    return
            time.sleep(0.02)
        raise ServerError(f"mongod takes no connection after {SECONDS_TO_START} s: {self.last_words()}")

    def last_words(self):
        return b" / ".join(self.log.read_bytes().splitlines()[-3:]).decode(errors="replace")

    def kill(self):
        """As if the machine had lost its power."""
        self._signal(signal.SIGKILL)

    def stop(self):
        """As an administrator does it."""
        self._signal(signal.SIGTERM)

    def _signal(self, number):
        if self.is_running:
            self.process.send_signal(number)
        if self.process is not None:
            self.process.wait(SECONDS_TO_START)

    def uri(self):
        return f"mongodb://{self.address}/"

    def client(self, **options):
        """A driver that talks to this server alone, whatever its part in a set."""
        defaults = {"directConnection": True, "serverSelectionTimeoutMS": 5000, "connectTimeoutMS": 5000}
        return pymongo.MongoClient(HOST, self.port, **(defaults | self.client_options | options))


class Deployment:
    """Servers in a folder that is removed in the end. Use it with `with`."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-mongodb-"))
        self.servers = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def start(self):
        for server in self.servers:
            server.start()

    def remove(self):
        for server in self.servers:
            server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Standalone(Deployment):
    """A server without a replica set, as `mongod` is by default."""

    def __init__(self):
        super().__init__()
        self.servers = [Server(self.folder / "data")]

    def uri(self):
        return self.servers[0].uri()


class ReplicaSet(Deployment):
    """A replica set with a primary.

    With `security` its members ask for TLS, for a login, or for both. `options` are more words of their command line.
    """

    def __init__(self, members=1, security=None, options=()):
        super().__init__()
        self.security = security
        options = ["--replSet", NAME, *options] + (security.server_options(self.folder) if security else [])
        client_options = security.client_options() if security else {}
        self.servers = [Server(self.folder / f"member{n}", options, client_options) for n in range(members)]

    def start(self):
        super().start()
        first = self.servers[0]
        members = [{"_id": n, "host": server.address} for n, server in enumerate(self.servers)]
        # A set on one machine notices within a second or two what takes ten by default.
        settings = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500}
        with first.client() as client:
            client.admin.command("replSetInitiate", {"_id": NAME, "members": members, "settings": settings})
        self.primary()
        if self.security:
            with self.primary().client() as client:
                self.security.create_user(client)
        wait_until("every member has its copy", self._all_are_in)

    def _all_are_in(self):
        with self.client() as client:
            members = client.admin.command("replSetGetStatus")["members"]
        return all(member["stateStr"] in ("PRIMARY", "SECONDARY") for member in members)

    def primary(self, besides=None):
        """Waits for a primary, for another one than `besides` if it is given."""
        def look():
            for server in self.servers:
                if server is besides or not server.is_running:
                    continue
                with server.client(serverSelectionTimeoutMS=500) as client:
                    if client.admin.command("hello").get("isWritablePrimary"):
                        return server
            return None

        return wait_until("there is a primary", look)

    def step_down(self, alone=False):
        """Makes the primary hand over to another member, and waits for that one.

        One that is `alone` has nobody to hand over to, and is elected again itself.
        """
        # A member that stepped down can't be elected for so long.
        seconds = 2
        with self.client(self.primary()) as client:
            client.admin.command(
                "replSetStepDown", seconds, secondaryCatchUpPeriodSecs=0 if alone else seconds, force=alone)
        return self.primary()

    def uri(self, **options):
        """The connection string; options are added or replaced, those that are None left out."""
        login = ""
        all_options = {"replicaSet": NAME}
        if self.security:
            login, extra = self.security.uri_parts()
            all_options |= extra
        all_options |= options
        hosts = ",".join(server.address for server in self.servers)
        query = "&".join(f"{key}={value}" for key, value in all_options.items() if value is not None)
        return f"mongodb://{login}{hosts}/?{query}"

    def client(self, server=None):
        """A driver with every right, for the set or for one server of it."""
        if server is None:
            return pymongo.MongoClient(self.uri(), serverSelectionTimeoutMS=10000, tz_aware=True)
        login = self.security.login() if self.security else {}
        return server.client(**login)


def _end_with_parent():
    set_death_signal = 1
    _libc.prctl(set_death_signal, signal.SIGKILL)
