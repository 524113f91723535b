"""The published schemas of the protocol."""

import json
import pathlib

import jsonschema

SCHEMAS = pathlib.Path(__file__).parent / "mcp-schema"
LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


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
