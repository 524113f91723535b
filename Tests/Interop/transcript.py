"""Records what the binary answers in each protocol version and checks every line against the published schema.

Usage: transcript.py BINARY
"""

import json
import os
import subprocess
import sys
import threading

import jsonschema

from report import Report
from schemas import LEGACY, META, MODERN, Schema

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
    ("resources/list", {}, "ListResourcesResult"),
    ("resources/list", {"cursor": "nowhere"}, None),
    ("resources/templates/list", {}, "ListResourceTemplatesResult"),
    ("resources/read", {"uri": "tandem://realtime/channels/rows"}, "ReadResourceResult"),
    ("resources/read", {"uri": "tandem://realtime/subscriptions/none"}, None),
    ("resources/read", {"uri": "file:///etc/passwd"}, None),
    ("prompts/list", {}, None),
    ("no/such/method", {}, None),
]


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
    """The answers; the input ends once there are as many as lines, so that no call has to hurry."""
    process = subprocess.Popen(
        [binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd="/",
        env={**os.environ, "TANDEM_EPHEMERAL": "1"})
    deadline = threading.Timer(60, process.kill)
    deadline.start()
    process.stdin.write("".join(json.dumps(line) + "\n" for line in lines))
    process.stdin.flush()
    answers = [process.stdout.readline() for _ in lines]
    process.stdin.close()
    answers += process.stdout.readlines()
    process.wait()
    deadline.cancel()
    return [json.loads(answer) for answer in answers if answer]


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
