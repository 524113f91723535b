"""The HTTP front of a running binary, and Appwrite's SDK as its client."""

import contextlib
import importlib
import inspect
import io
import json
import os
import pathlib
import re
import secrets
import tempfile
import time
import traceback

from appwrite.client import Client
from appwrite.exception import AppwriteException

from client import Tandem
from servers import ReplicaSet

CATALOG = pathlib.Path(__file__).resolve().parents[2] / "catalog.json"
# The services of the SDK that the catalog knows, with their modules; `databases` says `tablesDB` in other words.
SERVICES = {
    "account": "account", "databases": "databases", "organization": "organization", "presences": "presences",
    "project": "project", "tablesDB": "tables_db", "teams": "teams", "users": "users", "webhooks": "webhooks",
}


def service_class(name):
    module = importlib.import_module(f"appwrite.services.{SERVICES.get(name, name)}")
    return next(
        value for value in vars(module).values()
        if inspect.isclass(value) and value.__module__ == module.__name__)


def stores():
    """The name of each kind of store that there is, and the options that choose a new one."""
    yield "SQLite", ["--ephemeral"]
    if os.environ.get("TANDEM_TEST_MONGOD"):
        # Secrets need a key, which only the embedded store makes by itself.
        with tempfile.NamedTemporaryFile() as key, ReplicaSet() as deployment:
            key.write(os.urandom(32))
            key.flush()
            yield "MongoDB", ["--mongodb", deployment.uri(), "--key-file", key.name]


class RecordingClient(Client):
    """Keeps what came last as it came, and warnings out of the output."""

    def call(self, *arguments, **named):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.raw = super().call(*arguments, **named)
        self.warning = said.getvalue()
        return self.raw


class Caller:
    """The services of the SDK, by the names that the catalog has for them, for one who calls."""

    def __init__(
            self, front, called, *, key=None, session=None, jwt=None, project=None, organization=None, admin=False):
        self.client = RecordingClient().set_endpoint(front.endpoint).set_project(project or front.project)
        if key:
            self.client.set_key(key)
        if session:
            self.client.set_session(session)
        if jwt:
            self.client.set_jwt(jwt)
        if organization:
            self.client.set_organization(organization)
        if admin:
            self.client.add_header("X-Appwrite-Mode", "admin")
        self._called = called

    def __getattr__(self, service):
        return Watched(service, service_class(service)(self.client), self._called)


class Watched:
    """A service that keeps account of which of its methods were called."""

    def __init__(self, name, service, called):
        self._name, self._service, self._called = name, service, called

    def __getattr__(self, method):
        function = getattr(self._service, method)

        def call(*arguments, **named):
            self._called.add((self._name, method))
            # It says of every deprecated method that it is one.
            with contextlib.redirect_stderr(io.StringIO()):
                return function(*arguments, **named)

        return call


class Front:
    """A process that answers HTTP, and stdio for what HTTP does not say. Use it with `with`."""

    def __init__(self, binary, *options):
        self.project = "p" + secrets.token_hex(6)
        self.called = set()
        # A port that the system chooses is known too late for addresses that are given away.
        self._tandem = Tandem(
            binary, "--http", "127.0.0.1:0", "--public-url", "http://localhost:8080", "--project", self.project, *options)

    def __enter__(self):
        self._tandem.__enter__()
        deadline = time.monotonic() + 30
        while not (address := re.search(r"http://\S+/v1", self._tandem.log)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no address is told: {self._tandem.log[-500:]}")
            time.sleep(0.01)
        self.endpoint = address[0]
        return self

    def __exit__(self, *problem):
        self._tandem.__exit__(*problem)

    @property
    def port(self):
        return int(re.search(r":(\d+)/", self.endpoint)[1])

    def execute(self, operation, **arguments):
        return self._tandem.execute(operation, **arguments)

    def log(self):
        return self._tandem.log

    def make_key(self, scopes=None):
        """The secret of a key with these scopes, or with all that there are."""
        scopes = scopes or all_scopes()
        return self.execute("project.createKey", keyId="unique()", name="tests", scopes=scopes)["secret"]

    def caller(self, **credentials):
        return Caller(self, self.called, **credentials)

    def sent(self, purpose):
        """The details of the last message of a purpose: the secret, and what else belongs to a link."""
        messages = self.execute("outbox.list", queries=[
            {"method": "equal", "attribute": "purpose", "values": [purpose]},
            {"method": "orderDesc", "attribute": "$createdAt"}])["messages"]
        return messages[0]["details"]


def all_scopes():
    return json.loads(CATALOG.read_text())["parameters"]["keyScopes"]["items"]["values"]


class Trial:
    """Calls of the SDK with what must come of them."""

    def __init__(self, report, front, store):
        self.front, self._report, self._store = front, report, store
        self.key = front.caller(key=front.make_key())
        self.guest = front.caller()
        self.where = ""

    def run(self, functions, *arguments):
        """Runs checks, each by itself: what one of them meets does not keep the others from running."""
        for function in functions:
            names = [argument.name for argument in arguments]
            self.where = ".".join([*names, function.__module__.rpartition(".")[2], function.__name__])
            try:
                function(self, *arguments)
            except Exception as error:  # noqa: BLE001: whatever goes wrong belongs to this function
                lines = [
                    frame.lineno for frame in traceback.extract_tb(error.__traceback__)
                    if frame.filename.endswith(function.__module__.rpartition(".")[2] + ".py")]
                kind = getattr(error, "type", None) or type(error).__name__
                self.check("runs to its end", False, f"line {lines[-1:]}: {kind}: {error}")

    def check(self, name, holds, detail=""):
        self._report.check(f"{self._store}, {self.where}: {name}", holds, detail)

    def same(self, name, got, wanted):
        self.check(name, got == wanted, f"{got!r} instead of {wanted!r}")

    def refused(self, code, type, function, *arguments, **named):
        """Checks that a call is refused so."""
        try:
            answer = function(*arguments, **named)
        except AppwriteException as error:
            self.same(f"is refused with {type}", (error.code, error.type), (code, type))
            return error
        self.check(f"is refused with {type}", False, f"it answered {answer!r}")
        return None

    def signed_in(self, user_id):
        """A new session of a user."""
        return self.front.caller(session=self.key.users.create_session(user_id).secret)
