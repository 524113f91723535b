"""Records what the binary answers in each protocol version and checks every line against the published schema.

Usage: transcript.py BINARY
"""

import json
import os
import pathlib
import subprocess
import sys

import jsonschema

from report import Report

SCHEMAS = pathlib.Path(__file__).parent / "mcp-schema"
LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "transcript", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
# What each request asks, and the name of the result's schema; None where the answer must be an error.
REQUESTS = [
    ("tools/list", {}, "ListToolsResult"),
    ("tools/list", {"cursor": "nowhere"}, None),
    ("tools/call", {"name": "catalog-search", "arguments": {"query": "create a row"}}, "CallToolResult"),
    ("tools/call", {"name": "catalog-search", "arguments": {"nonsense": 1}}, "CallToolResult"),
    ("tools/call", {"name": "execute-operation", "arguments": {"operation": "project.describe"}}, "CallToolResult"),
    ("tools/call", {"name": "execute-operation", "arguments": {"operation": "nope"}}, "CallToolResult"),
    ("tools/call", {"name": "execute-operation"}, "CallToolResult"),
    ("tools/call", {"name": "no-such-tool"}, None),
    ("tools/call", {}, None),
    ("resources/list", {}, None),
    ("no/such/method", {}, None),
]


class Schema:
    def __init__(self, version):
        self.document = json.loads((SCHEMAS / f"{version}.json").read_text())
        self.section = "$defs" if "$defs" in self.document else "definitions"

    def problem(self, name, value):
        """What is wrong with a value, None when it is a valid `name`."""
        schema = {**self.document, "$ref": f"#/{self.section}/{name}"}
        validator = jsonschema.validators.validator_for(self.document)(schema)
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        return None if error is None else f"{error.json_path}: {error.message[:300]}"

    def has(self, name):
        return name in self.document[self.section]


def script(version):
    """The requests of one version with the schemas of their results, by id."""
    if version == MODERN:
        opening = [("server/discover", {}, "DiscoverResult")]
        envelope = {"_meta": META}
    else:
        client = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "transcript", "version": "1"}}
        opening = [("initialize", client, "InitializeResult"), ("ping", {}, "EmptyResult")]
        envelope = {}
    lines = {}
    for number, (method, params, result) in enumerate(opening + REQUESTS):
        id = number if number % 2 else f"id-{number}"
        lines[id] = ({"jsonrpc": "2.0", "id": id, "method": method, "params": {**params, **envelope}}, result)
    return lines


def run(binary, lines):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run(
        [binary], input=text, capture_output=True, text=True, timeout=60, cwd="/",
        env={**os.environ, "TANDEM_EPHEMERAL": "1"})
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_tool_schemas(report, version, answers):
    for answer in answers:
        for tool in answer.get("result", {}).get("tools", []):
            try:
                jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
                report.check("input schema", True)
            except jsonschema.SchemaError as error:
                report.check(f"{version}: input schema of {tool['name']}", False, error.message)


def check_version(report, binary, version):
    schema = Schema(version)
    asked = script(version)
    answers = run(binary, [line for line, _ in asked.values()])
    report.check(f"{version}: every request is answered once", sorted(str(a.get("id")) for a in answers) == sorted(map(str, asked)))
    for answer in answers:
        request, expected = asked[answer["id"]]
        name = f"{version}: {request['method']} {json.dumps(request['params'])[:80]}"
        problem = schema.problem("JSONRPCMessage", answer)
        report.check(f"{name} is a message", problem is None, problem)
        if expected is None:
            kind = next(k for k in ["JSONRPCErrorResponse", "JSONRPCError"] if schema.has(k))
            problem = schema.problem(kind, answer)
            report.check(f"{name} is refused", problem is None, problem)
        else:
            problem = schema.problem(expected, answer.get("result"))
            report.check(f"{name} has its result", problem is None, problem)
    check_tool_schemas(report, version, answers)


def check_errors(report, binary):
    """The errors that only broken or foreign messages bring out, in the form of the newest version."""
    schema = Schema(MODERN)
    foreign = {"_meta": {**META, "io.modelcontextprotocol/protocolVersion": "1999-01-01"}}
    answers = run(binary, [
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": foreign},
        {"jsonrpc": "2.0", "id": 2, "method": "initialize", "params": {"_meta": META}},
        {"jsonrpc": "2.0", "id": 3, "method": "server/discover"},
        {"jsonrpc": "2.0", "id": 4, "method": "ping", "params": []},
        {"jsonrpc": "1.0", "id": 5, "method": "ping"},
        5,
    ])
    codes = [answer["error"]["code"] for answer in answers]
    report.check("codes of bad requests", codes == [-32022, -32601, -32602, -32602, -32600, -32600], codes)
    kinds = ["UnsupportedProtocolVersionError"] + ["JSONRPCErrorResponse"] * 5
    for kind, answer in zip(kinds, answers):
        problem = schema.problem(kind, answer)
        report.check(f"{answer['error']} is a {kind}", problem is None, problem)


report = Report()
for version in LEGACY + [MODERN]:
    check_version(report, sys.argv[1], version)
check_errors(report, sys.argv[1])
report.end()
