"""Runs the examples of docs/databases.md, each call against its answer, on both kinds of store.

Usage: documents.py BINARY             compares
       documents.py BINARY --write     puts the answers that came into the document

A call is a block ```json call, the arguments of execute-operation, and its answer the block ```json answer behind it.
Calls of a document share a store and happen in its order. What differs from run to run is left out of the comparison.
"""

import json
import os
import pathlib
import re
import sys
import tempfile

from client import Tandem
from report import Report
from servers import ReplicaSet

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "databases.md"
BLOCK = re.compile(r"^```json (call|answer)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
TOKEN = re.compile(r"\b\d{10}-[0-9a-f]{16}-[0-9a-f]{32}\b")
ID = re.compile(r'"[0-9a-f]{20}"')
WIDTH = 116


def normalised(text):
    """The same text for every run and every store."""
    text = TIME.sub("TIME", text)
    text = TOKEN.sub("TOKEN", text)
    text = re.sub(r'"\$sequence": ?"\d+"', '"$sequence": "N"', text)
    return ID.sub('"ID"', text)


def pretty(value, indent=0, before=0):
    """JSON on as few lines as fit; `before` is what stands on the line already."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent + before <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{pad}{json.dumps(key)}: {pretty(item, indent + 2, len(key) + 4)}" for key, item in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [pad + pretty(item, indent + 2) for item in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


class Session:
    """The calls of a document on one store."""

    def __init__(self, tandem):
        self.tandem = tandem
        self.token = ""

    def answer(self, call):
        # A token differs from run to run: the one that came last stands in its place.
        arguments = json.loads(TOKEN.sub(self.token, call))
        result = self.tandem.request("tools/call", {"name": "execute-operation", "arguments": arguments})
        answer = json.loads(result["content"][0]["text"])
        self.token = answer.get("confirm", {}).get("token", self.token)
        return answer


def examples(text):
    """Pairs of matches: a call and, where there is one, its answer."""
    blocks = list(BLOCK.finditer(text))
    for index, block in enumerate(blocks):
        if block[1] == "call":
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            yield block, following if following and following[1] == "answer" else None


def compare(report, name, tandem, text):
    session = Session(tandem)
    for number, (call, answer) in enumerate(examples(text), 1):
        try:
            came = session.answer(call[2])
        except Exception as error:  # noqa: BLE001: whatever goes wrong belongs to this example
            report.check(f"{name}, example {number}: {call[2].strip()}", False, error)
            continue
        if answer is None:
            report.check(f"{name}, example {number} is carried out", "error" not in came, came)
            continue
        wanted = json.loads(normalised(answer[2]))
        got = json.loads(normalised(json.dumps(came)))
        report.check(f"{name}, example {number} answers as documented", wanted == got, f"\n{call[2]}\n{pretty(came)}")


def write(tandem, text):
    session = Session(tandem)
    result, end = [], 0
    for call, answer in examples(text):
        came = session.answer(call[2])
        if answer is None:
            if "error" in came:
                print(f"{call[2].strip()} answers {came}")
            continue
        # What differs only from run to run stays, so that the document does not change for nothing.
        kept = normalised(json.dumps(json.loads(answer[2]))) == normalised(json.dumps(came))
        new = pretty(json.loads(answer[2]) if kept else came) + "\n"
        result += [text[end:answer.start(2)], new]
        end = answer.end(2)
    DOCUMENT.write_text("".join(result) + text[end:])


def main():
    binary = sys.argv[1]
    text = DOCUMENT.read_text()
    if sys.argv[2:] == ["--write"]:
        with Tandem(binary, "--ephemeral") as tandem:
            write(tandem, text)
        return
    report = Report()
    with Tandem(binary, "--ephemeral") as tandem:
        compare(report, "SQLite", tandem, text)
    if os.environ.get("TANDEM_TEST_MONGOD"):
        # Encrypted columns need a key, which only the embedded store makes by itself.
        with tempfile.NamedTemporaryFile() as key, ReplicaSet() as deployment:
            key.write(os.urandom(32))
            key.flush()
            with Tandem(binary, "--mongodb", deployment.uri(), "--key-file", key.name) as tandem:
                compare(report, "MongoDB", tandem, text)
    report.end()


main()
