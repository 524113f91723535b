"""Secrets that operations are given are in no log and no error: the binary runs at its most talkative, over a pipe and
from the shell. What it says on stderr is printed, so that whoever looks through the output of the tests sees it too."""

import json
import os
import secrets
import subprocess
import sys
import tempfile

from client import Refused, Tandem
from report import Report
from servers import ReplicaSet

LOUD = ["--log-level", "trace"]


def plant():
    """A secret that scripts/check-secrets finds wherever it gets."""
    return "planted-" + secrets.token_hex(8)


def calls():
    """Operations with secrets: some are done, some are refused, some are not even understood."""
    url = "http://localhost/done"
    return [
        ("users.create", {"userId": "ann", "email": "ann@example.org", "password": plant()}),
        ("users.create", {"userId": "ann", "email": "ann@example.org", "password": plant()}),
        ("users.updatePassword", {"userId": "nobody", "password": plant()}),
        ("users.updatePassword", {"userId": "ann", "passwort": plant()}),
        ("users.createBcryptUser", {"userId": "ben", "email": "ben@example.org", "password": plant()}),
        ("account.createEmailPasswordSession", {"email": "ann@example.org", "password": plant()}),
        ("account.createSession", {"userId": "ann", "secret": plant()}),
        ("account.updateRecovery", {"userId": "ann", "secret": plant(), "password": plant()}),
        ("account.createRecovery", {"email": "ann@example.org", "url": url}),
        ("project.createVariable", {"variableId": "v", "key": "V", "value": plant(), "secret": True}),
        ("project.createVariable", {"variableId": "w", "key": "W", "value": plant() * 400, "secret": True}),
        ("project.updateOAuth2Google", {"clientId": "id", "clientSecret": plant()}),
        ("project.updateOAuth2Google", {"clientSecret": [plant()]}),
    ]


def texts(value):
    """Every text in a value."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in texts(member)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def check(binary, name, options):
    given = []
    refused = 0
    with Tandem(binary, *options, *LOUD) as tandem:
        for operation, arguments in calls():
            mine = [text for text in texts(arguments) if "planted-" in text]
            given += mine
            try:
                answer = json.dumps(tandem.execute(operation, **arguments))
            except Refused as error:
                answer, refused = str(error), refused + 1
            report.check(f"{name}: {operation} keeps its secrets", not any(text in answer for text in mine))
        with_secret = plant()
        given.append(with_secret)
        for actor in [{"session": with_secret}, {"jwt": with_secret}, {"key": with_secret}]:
            try:
                tandem.call("execute-operation", {"operation": "account.get", "as": actor})
                report.check(f"{name}: a wrong secret opens nothing", False)
            except Refused as error:
                report.check(f"{name}: the answer keeps a wrong secret", with_secret not in str(error), list(actor))
        log = tandem.log
    report.check(f"{name}: some calls are refused", refused > 5, refused)
    print(log, end="")
    report.check(f"{name}: the log keeps them", not any(text in log for text in given))

    password = plant()
    for arguments in [["users.updatePassword", "userId=nobody"], ["users.updatePassword", "userId=ann", "x=1"]]:
        done = subprocess.run(
            [binary, "run", *arguments, f"password={password}", *options, *LOUD], capture_output=True, text=True,
            env={**{key: value for key, value in os.environ.items() if not key.startswith("TANDEM_")},
                 "HOME": "/nonexistent"})
        print(done.stderr, end="")
        report.check(f"{name}: the shell is refused", done.returncode == 1, done.stderr)
        report.check(f"{name}: and told no secret", password not in done.stdout + done.stderr)


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        check(binary, "SQLite", ["--data", folder])
    if os.environ.get("TANDEM_TEST_MONGOD"):
        with ReplicaSet() as deployment, tempfile.TemporaryDirectory() as folder:
            key = os.path.join(folder, "key")
            with open(key, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(secrets.token_bytes(32))
            check(binary, "MongoDB", ["--mongodb", deployment.uri(), "--project", "planted", "--key-file", key])
    report.end()


report = Report()
main()
