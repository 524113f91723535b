"""A dry run leaves no trace: whole stores are compared before and after, from outside, on both kinds of store."""

import os
import sqlite3
import sys
import tempfile

from client import Tandem
from report import Report
from servers import ReplicaSet

COLUMNS = [
    {"key": "title", "type": "varchar", "size": 80, "required": True},
    {"key": "price", "type": "float"},
    {"key": "tags", "type": "text", "array": True},
]
TABLE = {"databaseId": "shop", "tableId": "products"}

PREPARATION = [
    {"operation": "tablesDB.create", "arguments": {"databaseId": "shop", "name": "Shop"}},
    {
        "operation": "tablesDB.createTable",
        "arguments": {**TABLE, "name": "Products", "rowSecurity": True, "columns": COLUMNS},
    },
    {
        "operation": "tablesDB.createIndex",
        "arguments": {**TABLE, "key": "byPrice", "type": "key", "columns": ["price"]},
    },
    {
        "operation": "tablesDB.createRow",
        "arguments": {**TABLE, "rowId": "tea", "data": {"title": "Tea", "price": 4}, "permissions": ['read("any")']},
    },
]

# Everything that changes something, in an order in which each has something to change.
REHEARSED = [
    {"operation": "tablesDB.create", "arguments": {"databaseId": "other", "name": "Other"}},
    {
        "operation": "tablesDB.createTable",
        "arguments": {
            "databaseId": "other", "tableId": "New", "name": "New", "columns": COLUMNS,
            "indexes": [{"key": "u", "type": "unique", "columns": ["title"]}],
        },
    },
    {
        "operation": "tablesDB.createRow",
        "arguments": {"databaseId": "other", "tableId": "New", "rowId": "unique()", "data": {"title": "x"}},
    },
    {"operation": "tablesDB.listRows", "arguments": {"databaseId": "other", "tableId": "New"}},
    {"operation": "tablesDB.createIntegerColumn", "arguments": {**TABLE, "key": "stock", "required": False}},
    {"operation": "tablesDB.createRow", "arguments": {**TABLE, "rowId": "cup", "data": {"title": "Cup", "stock": 3}}},
    {"operation": "tablesDB.updateRow", "arguments": {**TABLE, "rowId": "tea", "data": {"price": 5}}},
    {"operation": "tablesDB.deleteRow", "arguments": {**TABLE, "rowId": "tea"}},
    {
        "operation": "tablesDB.createIndex",
        "arguments": {**TABLE, "key": "byStock", "type": "key", "columns": ["stock"]},
    },
    {"operation": "tablesDB.deleteIndex", "arguments": {**TABLE, "key": "byPrice"}},
    {
        "operation": "tablesDB.updateVarcharColumn",
        "arguments": {**TABLE, "key": "title", "newKey": "name", "required": True, "default": None},
    },
    {"operation": "tablesDB.deleteColumn", "arguments": {**TABLE, "key": "price"}},
    {"operation": "tablesDB.createTransaction", "arguments": {}},
    {"operation": "tablesDB.updateTable", "arguments": {**TABLE, "name": "Renamed"}},
    {"operation": "tablesDB.deleteTable", "arguments": TABLE},
    {"operation": "tablesDB.delete", "arguments": {"databaseId": "shop"}},
]


def execute(binary, options, arguments):
    """Runs a process with one call, so that nothing of a process outlives it."""
    with Tandem(binary, *options) as tandem:
        return tandem.call("execute-operation", arguments)


def sqlite_contents(folder):
    """Every table, index and row of the file, its counters too."""
    connection = sqlite3.connect(f"file:{folder}/projects/default.sqlite?mode=ro", uri=True)
    schema = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").fetchall()
    contents = {"schema": schema}
    for kind, name, _ in schema:
        # Shadow tables of full-text and R*Tree indexes are tables too; virtual ones are read through them.
        if kind != "table":
            continue
        try:
            contents[name] = sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"').fetchall()))
        except sqlite3.OperationalError as error:
            contents[name] = f"unreadable here: {error}"
    contents["sqlite_sequence"] = connection.execute("SELECT * FROM sqlite_sequence ORDER BY 1").fetchall()
    connection.close()
    return contents


def mongo_contents(client, project):
    """Every database, collection, index and document of the project."""
    contents = {}
    for database in sorted(client.list_database_names()):
        if not database.startswith(project + "__"):
            continue
        for name in sorted(client[database].list_collection_names()):
            collection = client[database][name]
            contents[f"{database}.{name}"] = (
                sorted(repr(sorted(index.to_dict().items(), key=repr)) for index in collection.list_indexes()),
                sorted(repr(document) for document in collection.find()),
            )
    return contents


def check(binary, name, options, contents):
    prepared = execute(binary, options, {"steps": PREPARATION})
    report.check(f"{name}: the store is prepared", "results" in prepared, prepared)
    before = contents()
    dry = execute(binary, options, {"steps": REHEARSED, "dryRun": True})
    report.check(f"{name}: a batch of everything is rehearsed", len(dry.get("results", {})) == len(REHEARSED), dry)
    report.check(f"{name}: it says what would happen", len(dry.get("effects", [])) > 10 and dry.get("events"), dry)
    after = contents()
    for place in sorted(set(before) | set(after)):
        if before.get(place) != after.get(place):
            report.check(f"{name}: {place} is as it was", False, (before.get(place), after.get(place)))
    report.check(f"{name}: the whole store is as it was", before == after)
    for step in REHEARSED[:1] + REHEARSED[4:5] + REHEARSED[9:11] + REHEARSED[-2:]:
        execute(binary, options, {**step, "dryRun": True})
    report.check(f"{name}: single calls leave nothing either", contents() == before)
    real = execute(binary, options, {"steps": REHEARSED[:8], "confirm": "none"})
    report.check(f"{name}: the same for real changes the store", "results" in real and contents() != before, real)


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        check(binary, "SQLite", ["--data", folder], lambda: sqlite_contents(folder))
    if os.environ.get("TANDEM_TEST_MONGOD"):
        with ReplicaSet() as deployment, deployment.client() as client:
            options = ["--mongodb", deployment.uri(), "--project", "dry"]
            check(binary, "MongoDB", options, lambda: mongo_contents(client, "dry"))
    report.end()


report = Report()
main()
