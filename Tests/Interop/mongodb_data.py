"""Reads with MongoDB's own driver what Tandem has stored: what somebody sees who knows nothing of Tandem.

Usage: mongodb_data.py BINARY
"""

import datetime
import json
import secrets
import sys

import bson

from client import Tandem
from report import Report
from servers import ReplicaSet

UTC = datetime.timezone.utc
# The type, the size and what else belongs to it, a value as a caller gives it, and what MongoDB must show.
COLUMNS = {
    "title": ({"type": "varchar", "size": 64}, "Grüße 🙂 {not json", "Grüße 🙂 {not json"),
    "story": ({"type": "text"}, "Once upon a time", "Once upon a time"),
    "mail": ({"type": "email"}, "someone@example.com", "someone@example.com"),
    "site": ({"type": "url"}, "https://example.com/a", "https://example.com/a"),
    "address": ({"type": "ip"}, "192.0.2.7", "192.0.2.7"),
    "count": ({"type": "integer"}, 42, 42),
    "large": ({"type": "bigint"}, 2**63 - 1, 2**63 - 1),
    "small": ({"type": "bigint"}, -(2**63), -(2**63)),
    "price": ({"type": "float"}, 4.5, 4.5),
    "whole": ({"type": "float"}, 3, 3.0),
    "isOpen": ({"type": "boolean"}, True, True),
    "opened": (
        {"type": "datetime"}, "2024-02-29T12:30:45.678+01:00",
        datetime.datetime(2024, 2, 29, 11, 30, 45, 678000, tzinfo=UTC)),
    "state": ({"type": "enum", "elements": ["draft", "public"]}, "public", "public"),
    "tags": ({"type": "varchar", "size": 16, "array": True}, ["a", "b", ""], ["a", "b", ""]),
    "scores": ({"type": "bigint", "array": True}, [1, 2**63 - 1], [1, 2**63 - 1]),
    "prices": ({"type": "float", "array": True}, [1, 2.5], [1.0, 2.5]),
    "flags": ({"type": "boolean", "array": True}, [True, False], [True, False]),
    "days": (
        {"type": "datetime", "array": True}, ["2020-01-01T00:00:00.000+00:00"],
        [datetime.datetime(2020, 1, 1, tzinfo=UTC)]),
}
INTEGERS = ["count", "large", "small"]
PERMISSIONS = ['read("any")', 'update("user:someone")']


def fill(tandem):
    columns = [{"key": key, **column} for key, (column, _, _) in COLUMNS.items()]
    place = {"databaseId": "Shop", "tableId": "products"}
    tandem.execute("tablesDB.create", databaseId="Shop", name="Shop")
    tandem.execute(
        "tablesDB.createTable", **place, name="Products", rowSecurity=True, columns=columns,
        indexes=[
            {"key": "byTitle", "type": "unique", "columns": ["title"]},
            {"key": "byPrice", "type": "key", "columns": ["price"]}])
    given = {key: value for key, (_, value, _) in COLUMNS.items()}
    row = tandem.execute("tablesDB.createRow", **place, rowId="full", data=given, permissions=PERMISSIONS)
    tandem.execute("tablesDB.createRow", **place, rowId="empty", data={})
    tandem.execute("tablesDB.createRow", **place, rowId="emptied", data=given | {"title": "Another"})
    tandem.execute("tablesDB.updateRow", **place, rowId="emptied", data={key: None for key in given})
    # A column that comes later is built by a job, which leaves its traces in the metadata.
    tandem.execute("tablesDB.createBooleanColumn", **place, key="late", required=False, default=True)
    return row


def check_rows(report, client, project, answer):
    # Capitals are written as =XX, because MongoDB takes names of databases that differ in case only for the same.
    rows = {row["_id"]: row for row in client[f"{project}__=53hop"]["products"].find()}
    report.check("rows are found by their ids", set(rows) == {"full", "empty", "emptied"}, sorted(rows))
    full = rows["full"]
    for key, (_, _, stored) in COLUMNS.items():
        found = full.get(key)
        report.check(f"{key} has its value", found == stored, f"{found!r} instead of {stored!r}")
        report.check(f"{key} has its type", kinds(found) == kinds(stored), kinds(found))
    # The driver reads int32 as int and int64 as Int64.
    for number in [*(full[key] for key in INTEGERS), *full["scores"], full["_seq"]]:
        report.check("integers have 64 bits", isinstance(number, bson.Int64), type(number))
    system = {"_id", "_seq", "_createdAt", "_updatedAt", "_permissions"}
    report.check("nothing else is in a row", set(full) == system | set(COLUMNS), set(full))
    permissions = full["_permissions"]
    report.check("permissions are a list of strings", sorted(permissions) == sorted(PERMISSIONS), permissions)
    for field, key in [("_createdAt", "$createdAt"), ("_updatedAt", "$updatedAt")]:
        said = datetime.datetime.fromisoformat(answer[key])
        report.check(f"{field} is a date", full[field] == said, f"{full[field]!r} {said!r}")
    for id in ["empty", "emptied"]:
        left = set(rows[id]) & set(COLUMNS)
        report.check(f"null is no field, in row {id}", not left, left)
    order = [row["_id"] for row in client[f"{project}__=53hop"]["products"].find(sort=[("_seq", 1)])]
    report.check("_seq is the order of creation", order == ["full", "empty", "emptied"], order)


def kinds(value):
    """The type of a value, or the types of the items of a list."""
    if isinstance(value, list):
        return [kinds(item) for item in value]
    return int if isinstance(value, int) and not isinstance(value, bool) else type(value)


def check_indexes(report, client, project):
    indexes = client[f"{project}__=53hop"]["products"].index_information()
    report.check("an index has its name and its column", indexes["byPrice"]["key"][0][0] == "price", indexes)
    report.check("a unique index is one", indexes["byTitle"].get("unique") is True, indexes)
    plan = client[f"{project}__=53hop"].command(
        "explain", {"find": "products", "filter": {"price": 4.5}}, verbosity="queryPlanner")
    report.check("a plain query uses it", "byPrice" in json.dumps(plan, default=str))


def strings(value):
    """Every string in a value, with the names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def is_json(text):
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False


def check_dump(report, client, project):
    """Goes through everything as mongodump does."""
    names = [name for name in client.list_database_names() if name.startswith(project + "__")]
    report.check("databases of the project", sorted(names) == [f"{project}__=53hop", f"{project}__tandem"], names)
    documents, seen = 0, []
    for name in names:
        for collection in client[name].list_collections():
            report.check(f"{collection['name']} is a plain collection", collection["type"] == "collection")
            handle = client[name][collection["name"]]
            seen += strings([collection["name"], *(index.to_dict() for index in handle.list_indexes())])
            for document in handle.find():
                documents += 1
                seen += strings(document)
    report.check("there is something to dump", documents > len(COLUMNS) and len(seen) > 100, documents)
    json_texts = [text for text in seen if is_json(text)]
    report.check("no string holds JSON", not json_texts, json_texts[:3])


def main():
    report = Report()
    project = "p" + secrets.token_hex(6)
    with ReplicaSet() as deployment, deployment.client() as client:
        with Tandem(sys.argv[1], "--mongodb", deployment.uri(), "--project", project) as tandem:
            answer = fill(tandem)
            try:
                check_rows(report, client, project, answer)
                check_indexes(report, client, project)
                check_dump(report, client, project)
            finally:
                for name in client.list_database_names():
                    if name.startswith(project + "__"):
                        client.drop_database(name)
    report.end()


main()
