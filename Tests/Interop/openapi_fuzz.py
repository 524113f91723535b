"""Sends a server what its OpenAPI description allows, and some of what it does not, and compares every answer with the
description: no 5xx, and status, content type, headers and body as declared.

Usage: openapi_fuzz.py BINARY [URL KEY]

Without URL it starts a server of its own on a new folder, and asks it with a key, as a user and as nobody. With one, KEY is the secret of an API key of the project
`default`, with every scope; the server should be one for tests, because much is written and deleted.
TANDEM_FUZZ_SECONDS is how long it goes on in all, 75 if not said.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

from report import Report

SCHEMATHESIS = pathlib.Path(sys.executable).parent / "schemathesis"
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
]
# What is excluded, and why.
EXCLUDED = {
    "realtime.wait": "waits for up to a minute",
    "account.createMFAChallenge": "answers 501 for a factor that is switched off, as the reference has it",
    "health.getFailedJobs": "answers 503 where the threshold is 0, which is what it is for",
    "webhooks.create": "would let the server send requests to whatever addresses come to mind",
    "webhooks.update": "the same",
    "account.createOAuth2Session": "leads to a provider, whose page is no answer of this server",
    "account.createOAuth2Token": "the same",
    "account.getSessionsOAuth2Redirect": "asks a provider",
    "project.updateService": "would close what is tried next",
    "project.updateAuthMethod": "the same",
    "project.apply": "would delete what the other calls work on",
}
# Values of path parameters: things that are there. What a DELETE is about is SPARE, so that the others stay.
KNOWN = {
    "databaseId": "shop", "tableId": "orders", "rowId": "first", "userId": "ann", "teamId": "red", "collectionId": "orders",
    "documentId": "first", "variableId": "name", "webhookId": "hook", "presenceId": "here", "column": "amount",
    "attribute": "amount",
}
SPARE = "spare"
QUERIES = [
    '{"method":"limit","values":[2]}', '{"method":"equal","attribute":"title","values":["Tea"]}',
    '{"method":"orderDesc","attribute":"$createdAt"}', '{"method":"select","values":["title"]}', "limit(2)",
]
COLUMNS = [
    {"key": "title", "type": "varchar", "size": 80, "required": True},
    {"key": "amount", "type": "integer", "required": False},
    {"key": "tags", "type": "varchar", "size": 20, "required": False, "array": True},
]
# What fits into these columns, which nothing made up would.
DATA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 80},
        "amount": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 5},
    },
    "required": ["title"],
    "additionalProperties": False,
}
PREPARATION = [
    ("tablesDB.create", {"databaseId": "shop", "name": "Shop"}),
    ("tablesDB.createTable", {"databaseId": "shop", "tableId": "orders", "name": "Orders", "columns": COLUMNS}),
    (
        "tablesDB.createRow",
        {"databaseId": "shop", "tableId": "orders", "rowId": "first", "data": {"title": "Tea", "amount": 2**53 + 1}},
    ),
    ("users.create", {"userId": "ann", "email": "ann@example.org", "name": "Ann"}),
    ("teams.create", {"teamId": "red", "name": "Red"}),
    ("project.createVariable", {"variableId": "name", "key": "NAME", "value": "x"}),
    ("webhooks.create", {"webhookId": "hook", "url": "http://127.0.0.1:9/hook", "events": ["users.*"], "enabled": False}),
    ("presences.upsert", {"presenceId": "here", "userId": "ann", "status": "online"}),
    ("tablesDB.create", {"databaseId": SPARE, "name": "Spare"}),
    ("tablesDB.createTable", {"databaseId": "shop", "tableId": SPARE, "name": "Spare", "columns": COLUMNS}),
    ("tablesDB.createRow", {"databaseId": "shop", "tableId": "orders", "rowId": SPARE, "data": {"title": "Cup"}}),
    ("users.create", {"userId": SPARE}),
    ("teams.create", {"teamId": SPARE, "name": "Spare"}),
    ("project.createVariable", {"variableId": SPARE, "key": "SPARE", "value": "x"}),
    ("webhooks.create", {"webhookId": SPARE, "url": "http://127.0.0.1:9/hook", "events": [], "enabled": False}),
    ("presences.upsert", {"presenceId": SPARE, "userId": "ann", "status": "away"}),
]


def run(binary, folder, operation, arguments):
    command = [binary, "run", operation, "--data", folder, "--json", json.dumps(arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


@contextlib.contextmanager
def server(binary, folder):
    """Starts a server on a free port, and yields its address."""
    command = [binary, "serve", "--data", folder, "--http", "127.0.0.1:0", "--log-level", "info"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        address = None
        for line in process.stderr:
            if found := re.search(r"127\.0\.0\.1:(\d+)", line):
                address = f"http://127.0.0.1:{found[1]}"
                break
        if address is None:
            raise SystemExit("the server did not say where it answers")
        # It must not have to wait for somebody to read what it logs.
        threading.Thread(target=lambda: [None for _ in process.stderr], daemon=True).start()
        yield address
    finally:
        process.terminate()
        process.wait(30)


def prepared(binary, folder):
    """Fills a new project, and returns for each caller the headers that say who it is."""
    for operation, arguments in PREPARATION:
        run(binary, folder, operation, arguments)
    key = run(binary, folder, "project.createKey", {"keyId": "fuzz", "name": "Fuzz", "scopes": scopes(binary)})
    session = run(binary, folder, "users.createSession", {"userId": "ann"})
    # The key comes last, as it may block the user.
    return {
        "nobody": [],
        "a user": [f"X-Appwrite-Session:{session['secret']}"],
        "a key": [f"X-Appwrite-Key:{key['secret']}"],
    }


def description(binary):
    return json.loads(subprocess.run([binary, "openapi"], check=True, capture_output=True).stdout)


def scopes(binary):
    body = description(binary)["paths"]["/v1/project/keys"]["post"]["requestBody"]
    return body["content"]["application/json"]["schema"]["properties"]["scopes"]["items"]["enum"]


def help_along(method, path, entry):
    """Narrows what is made up for an operation to what leads somewhere; half of it is made to be wrong anyway."""
    parameters = entry.get("parameters", [])
    in_path = [parameter for parameter in parameters if parameter["in"] == "path"]
    for parameter in in_path:
        if parameter["name"] in KNOWN:
            known = SPARE if method == "delete" and parameter is in_path[-1] else KNOWN[parameter["name"]]
            parameter["schema"]["enum"] = [known]
    for parameter in parameters:
        if parameter["name"] == "queries[]":
            parameter["schema"]["items"] = {"enum": QUERIES}
    if "/rows" in path and "requestBody" in entry:
        body = entry["requestBody"]["content"]["application/json"]["schema"]
        for schema in body.get("anyOf", [body]):
            if "data" in schema["properties"]:
                schema["properties"]["data"] = DATA
            if "rows" in schema["properties"]:
                schema["properties"]["rows"]["items"] = DATA


def fuzzed(document):
    """The description with values of path parameters that lead somewhere, without what can't be tried."""
    for path, item in list(document["paths"].items()):
        for method, entry in list(item.items()):
            if entry["operationId"] in EXCLUDED or entry.get("deprecated"):
                del item[method]
                continue
            # The key is a header of every request; made-up sessions beside it would be refused, all of them.
            del entry["security"]
            help_along(method, path, entry)
        if not item:
            del document["paths"][path]
    return document


def fuzz(report, document, address, caller, headers, seconds):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "openapi.json"
        path.write_text(json.dumps(document))
        command = [
            SCHEMATHESIS, "run", path, "--url", address, "--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing",
            "--max-time", str(seconds), "--max-examples", "30", "--seed", "1", "--no-shrink", "--continue-on-failure",
            "--suppress-health-check", "all", "--warnings", "off", "--no-color",
        ]
        for header in ["X-Appwrite-Project:default", *headers]:
            command += ["--header", header]
        run = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        if run.returncode != 0:
            print(run.stdout[-20000:], run.stderr[-4000:])
        report.check(f"{caller}: every answer is as described", run.returncode == 0, run.returncode)
        tried = re.search(r"(\d+) generated", run.stdout)
        report.check(f"{caller}: something was asked", tried is not None)
        print(f"{caller}: {tried[1] if tried else 0} requests")


def main():
    binary = sys.argv[1]
    seconds = int(os.environ.get("TANDEM_FUZZ_SECONDS", "75"))
    report = Report()
    document = fuzzed(description(binary))
    if len(sys.argv) > 2:
        fuzz(report, document, sys.argv[2].rstrip("/"), "a key", [f"X-Appwrite-Key:{sys.argv[3]}"], seconds)
    else:
        with tempfile.TemporaryDirectory() as folder:
            callers = prepared(binary, folder)
            with server(binary, folder) as address:
                for (caller, headers), share in zip(callers.items(), [0.2, 0.3, 0.5]):
                    fuzz(report, document, address, caller, headers, int(seconds * share))
    report.end()


main()
