"""Checks the OpenAPI description with a validator of somebody else.

Usage: openapi.py BINARY
"""

import json
import subprocess
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator

from report import Report

NARROWINGS = [[], ["--services", "tablesDB,users"], ["--read-only"], ["--scopes", "rows.read"]]
METHODS = {"get", "put", "post", "patch", "delete"}


def description(*options):
    return json.loads(subprocess.run([sys.argv[1], "openapi", *options], check=True, capture_output=True).stdout)


def main():
    report = Report()
    sizes = []
    for options in NARROWINGS:
        name = " ".join(options) or "everything"
        document = description(*options)
        problems = [f"{error.json_path}: {error.message[:200]}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
        report.check(f"{name}: is valid", problems == [], problems[:5])
        operations = [item[method] for item in document["paths"].values() for method in METHODS & item.keys()]
        sizes.append(len(operations))
        tags = {tag["name"] for tag in document["tags"]}
        report.check(f"{name}: tags are declared", all(set(entry["tags"]) <= tags for entry in operations))
        named = {name for entry in operations for way in entry["security"] for name in way}
        report.check(f"{name}: callers are declared", named <= document["components"]["securitySchemes"].keys(), named)
    report.check("describes hundreds of operations", sizes[0] > 250, sizes)
    report.check("is narrowed", all(0 < size < sizes[0] for size in sizes[1:]), sizes)
    report.end()


main()
