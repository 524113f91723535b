"""Drives the binary with the official Python client, in each of its modes.

Usage: interop.py BINARY
"""

import json
import os
import sys
import time
import warnings

import anyio
from mcp import Client, MCPDeprecationWarning, MCPError, StdioServerParameters

from report import Report

MODES = {"legacy": "2025-11-25", "auto": "2026-07-28", "2026-07-28": "2026-07-28"}


async def code_of(request):
    """The code of the JSON-RPC error that a request ends with, None when it ends well."""
    try:
        await request
    except MCPError as error:
        return error.code
    return None


async def look_around(report, mode, client):
    report.check(f"{mode}: version", client.protocol_version == MODES[mode], client.protocol_version)
    if mode != "2026-07-28":
        # A client that is told the version asks for nothing first, so it has been told nothing.
        report.check(f"{mode}: server", client.server_info.name == "tandem", client.server_info)
        report.check(f"{mode}: instructions", "catalog-search" in (client.instructions or ""))
        capabilities = client.server_capabilities.model_dump(exclude_none=True)
        report.check(f"{mode}: declares what it has", capabilities == {"tools": {}, "resources": {"subscribe": True}}, capabilities)
    tools = (await client.list_tools()).tools
    report.check(f"{mode}: tools", [tool.name for tool in tools] == ["catalog-search", "execute-operation"], tools)
    resources = (await client.list_resources()).resources
    report.check(f"{mode}: no resources before there is a subscription", resources == [], resources)
    templates = [template.uri_template for template in (await client.list_resource_templates()).resource_templates]
    report.check(f"{mode}: channels", templates == ["tandem://realtime/channels/{channels}"], templates)
    contents = (await client.read_resource("tandem://realtime/channels/rows")).contents
    report.check(f"{mode}: a channel can be read", json.loads(contents[0].text)["events"] == [], contents)
    for tool in tools:
        report.check(f"{mode}: {tool.name} takes an object", tool.input_schema["type"] == "object")
        hints = tool.annotations.model_dump(exclude_none=True)
        report.check(f"{mode}: {tool.name} has every hint", len(hints) >= 4, hints)


async def call(report, mode, client):
    calls = [
        ("catalog-search", {"query": "list rows"}),
        ("execute-operation", {"operation": "project.describe"}),
        ("execute-operation", {"operation": "no.suchOperation", "arguments": {"emoji": "🙂", "big": 2**62}}),
    ]
    for tool, arguments in calls:
        result = await client.call_tool(tool, arguments)
        report.check(f"{mode}: {tool} answers in text", [block.type for block in result.content] == ["text"])
        text = json.loads(result.content[0].text)
        same = result.structured_content is None or result.structured_content == text
        report.check(f"{mode}: {tool} says the same twice", same)
        report.check(f"{mode}: {tool} errors say so", bool(result.is_error) == ("error" in text), text)
    results = []

    async def search(number):
        results.append(await client.call_tool("catalog-search", {"query": f"rows {number}"}))

    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(search, number)
    report.check(f"{mode}: 200 calls at once", len(results) == 200)


async def be_refused(report, mode, client):
    refusals = [
        ("unknown tool", client.call_tool("no-such-tool", {}), -32602),
        ("unknown cursor", client.list_tools(cursor="nowhere"), -32602),
        ("unknown resource", client.read_resource("tandem://realtime/subscriptions/none"), -32602 if client.protocol_version == "2026-07-28" else -32002),
        ("prompts", client.list_prompts(), -32601),
    ]
    for name, request, expected in refusals:
        code = await code_of(request)
        report.check(f"{mode}: {name} is refused", code == expected, code)


async def main():
    report = Report()
    server = StdioServerParameters(command=sys.argv[1], env={"TANDEM_EPHEMERAL": "1"})
    for mode in MODES:
        with anyio.fail_after(60):
            async with Client(server, mode=mode, read_timeout_seconds=20) as client:
                await look_around(report, mode, client)
                if mode == "legacy":
                    await client.send_ping()
                await call(report, mode, client)
                await be_refused(report, mode, client)
                ending = time.monotonic()
            took = time.monotonic() - ending
            report.check(f"{mode}: ends by itself", took < 1.5, f"{took:.2f} s")
    report.end()


# The client warns that the modern version has no ping; it is asked for in legacy mode only.
warnings.simplefilter("ignore", MCPDeprecationWarning)
os.chdir("/")
anyio.run(main)
