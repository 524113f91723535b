"""Databases, tables, columns and indexes, in both words."""

from appwrite.enums.databases_index_type import DatabasesIndexType
from appwrite.enums.order_by import OrderBy
from appwrite.enums.relation_mutate import RelationMutate
from appwrite.enums.relationship_type import RelationshipType
from appwrite.enums.tables_db_index_type import TablesDBIndexType
from appwrite.query import Query

LINE = [[0.0, 0.0], [1.0, 1.0]]
SQUARE = [[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]]
# The kind, what making it needs, the default that it gets, another one, and what it is called in the answer.
COLUMNS = [
    ("boolean", {}, True, False, "boolean"),
    ("integer", {"min": -5, "max": 500}, 4, -2, "integer"),
    ("big_int", {}, 2**63 - 1, -(2**63), "bigint"),
    ("float", {"min": 0.5}, 1.5, 2.25, "double"),
    ("datetime", {}, "2026-01-02T03:04:05.678+00:00", "2020-01-01T00:00:00.000+00:00", "datetime"),
    ("email", {}, "a@example.com", "b@example.com", "string"),
    ("enum", {"elements": ["red", "green"]}, "red", "green", "string"),
    ("ip", {}, "192.0.2.1", "2001:db8::1", "string"),
    ("url", {}, "https://example.com/a", "https://example.com/b", "string"),
    ("varchar", {"size": 50}, "Grüße 🙂", "b", "varchar"),
    ("text", {}, "a", "b", "text"),
    ("mediumtext", {}, "a", "b", "mediumtext"),
    ("longtext", {}, "a", "b", "longtext"),
    ("string", {"size": 20}, "a", "b", "string"),
    ("point", {}, [1.0, 2.0], [3.0, 4.5], "point"),
    ("line", {}, LINE, [[2.0, 2.0], [3.0, 3.0]], "linestring"),
    ("polygon", {}, SQUARE, SQUARE, "polygon"),
]


def databases(t, words):
    db = words.by(t.key)
    id = words.name
    made = db.create(id, "Shop")
    t.same("made", (made.id, made.name, made.enabled), (id, "Shop", True))
    words.refused(409, "database_already_exists", db.create, id, "Shop")
    t.same("found", db.get(id), made)
    t.same("changed", (db.update(id, "Store", enabled=False).name, db.get(id).enabled), ("Store", False))
    t.same("as it was", db.update(id, "Shop", enabled=True).enabled, True)
    db.create(id + "2", "Other")
    found = db.list(queries=[Query.equal("name", ["Other"]), Query.starts_with("$id", id)])
    t.same("listed", (found.total, [one.id for one in found.databases]), (1, [id + "2"]))
    t.check("searched", id in [one.id for one in db.list(search="Shop").databases])
    db.delete(id + "2")
    words.refused(404, "database_not_found", db.get, id + "2")


def tables(t, words):
    db, id = words.by(t.key), words.name
    table = db.create_table(
        id, "things", "Things", permissions=['read("any")'], row_security=True,
        columns=[{"key": "inline", "type": "varchar", "size": 9, "required": False}],
        indexes=[{"key": "byInline", "type": "key", words.said("columns"): ["inline"]}])
    t.same("made", (table.id, table.name, table.databaseid, table.rowsecurity), ("things", "Things", id, True))
    t.same("permissions", table.permissions, ['read("any")'])
    raw = t.key.client.raw[words.said("columns")]
    t.same("inline columns", [(one["type"], one["key"], one["size"]) for one in raw], [("varchar", "inline", 9)])
    t.same("inline indexes", [(one.key, one.columns) for one in table.indexes], [("byInline", ["inline"])])
    words.refused(409, "table_already_exists", db.create_table, id, "things", "Things")
    t.same("found", db.get_table(id, "things"), table)
    changed = db.update_table(id, "things", "Stuff", permissions=[], row_security=False, enabled=False)
    t.same(
        "changed", (changed.name, changed.permissions, changed.rowsecurity, changed.enabled),
        ("Stuff", [], False, False))
    db.update_table(id, "things", "Things", enabled=True)
    db.create_table(id, "gone", "Gone")
    found = db.list_tables(id, queries=[Query.order_desc("name"), Query.limit(1)])
    t.same("listed", (found.total, [one.id for one in found.tables]), (2, ["things"]))
    t.same("searched", [one.id for one in db.list_tables(id, search="Gone").tables], ["gone"])
    db.delete_table(id, "gone")
    words.refused(404, "table_not_found", db.get_table, id, "gone")


def columns(t, words):
    db, id = words.by(t.key), words.name
    for kind, needs, default, other, type in COLUMNS:
        key = kind.replace("_", "")
        made = getattr(db, f"create_{kind}_column")(id, "things", key, required=False, default=default, **needs)
        class_name = words.said("Column" + key.capitalize())
        t.same(f"{kind} is made", (made.kind, made.key, made.type, made.required), (class_name, key, type, False))
        raw = t.key.client.raw
        t.same(f"{kind} has its default", raw["default"], default)
        for name in {"min", "max", "size", "elements"} & set(needs):
            t.same(f"{kind} has its {name}", raw[name], needs[name])
        found = db.get_column(id, "things", key)
        t.same(f"{kind} is found", (found.kind, found.key), (class_name, key))
        # The SDK reads whatever status came into an enumeration.
        t.same(f"{kind} is there", getattr(found.status, "value", found.status), "available")
        change = {name: value for name, value in needs.items() if name != "size" or kind in ("varchar", "string")}
        getattr(db, f"update_{kind}_column")(
            id, "things", key, required=False, default=other, new_key=key + "2", **change)
        t.same(f"{kind} has another default", t.key.client.raw["default"], other)
        t.same(f"{kind} has another key", t.key.client.raw["key"], key + "2")
    found = db.list_columns(id, "things", queries=[Query.limit(100)])
    t.same("all are listed", found.total, len(COLUMNS) + 1)
    # The SDK takes some columns of a list for those of another kind.
    kinds = {one["type"] for one in t.key.client.raw[words.said("columns")]}
    t.same("as what they are", kinds, {type for *_, type in COLUMNS})
    listed = db.list_columns(id, "things", queries=[Query.equal("type", "boolean")], total=False)
    t.same("by their type", [one.key for one in listed.columns], ["boolean2"])
    words.refused(409, "column_already_exists", db.create_text_column, id, "things", "text2", required=False)
    words.refused(
        400, "column_default_unsupported", db.create_text_column, id, "things", "t", required=True, default="a")
    db.delete_column(id, "things", "ip2")
    words.refused(404, "column_not_found", db.get_column, id, "things", "ip2")


def relationships(t, words):
    db, id = words.by(t.key), words.name
    db.create_table(id, "authors", "Authors")
    made = db.create_relationship_column(
        id, "things", "authors", RelationshipType.MANYTOONE, two_way=True, key="author", two_way_key="works",
        on_delete=RelationMutate.RESTRICT)
    t.same("made", (made.key, made.relatedtable, made.relationtype), ("author", "authors", "manyToOne"))
    t.same("both ways", (made.twoway, made.twowaykey, made.ondelete, made.side), (True, "works", "restrict", "parent"))
    t.same("the other side", db.get_column(id, "authors", "works").side, "child")
    changed = db.update_relationship_column(id, "things", "author", RelationMutate.SETNULL)
    t.same("changed", changed.ondelete, "setNull")
    db.create_row(id, "authors", "ada", {})
    db.create_row(id, "things", "written", {"author": "ada"})
    row = db.get_row(id, "things", "written", queries=[Query.select(["*", "author.*"])])
    t.same("related rows come when asked for", row.data["author"]["$id"], "ada")
    found = db.list_rows(id, "things", queries=[Query.equal("author.$id", ["ada"])])
    t.same("and filter", [one.id for one in found.rows], ["written"])
    db.delete_row(id, "things", "written")
    db.delete_column(id, "things", "author")


def indexes(t, words):
    db, id = words.by(t.key), words.name
    is_old = words.name == "databases"
    kinds, index = (DatabasesIndexType, "index") if is_old else (TablesDBIndexType, "column_index")
    made = db.create_index(
        id, "things", "byText", kinds.KEY, ["varchar2", "integer2"], orders=[OrderBy.ASC, OrderBy.DESC])
    t.same("made", (made.key, made.type, made.columns), ("byText", "key", ["varchar2", "integer2"]))
    t.same("orders", [one.lower() for one in made.orders], ["asc", "desc"])
    t.same("found", db.get_index(id, "things", "byText").columns, ["varchar2", "integer2"])
    db.create_index(id, "things", "words", kinds.FULLTEXT, ["text2"])
    db.create_index(id, "things", "once", kinds.UNIQUE, ["email2"])
    t.same(
        "listed", [one.key for one in db.list_indexes(id, "things", queries=[Query.equal("type", "unique")]).indexes],
        ["once"])
    t.refused(409, index + "_already_exists", db.create_index, id, "things", "once", kinds.UNIQUE, ["email2"])
    words.refused(400, "column_unknown", db.create_index, id, "things", "no", kinds.KEY, ["nothing"])
    db.delete_index(id, "things", "once")
    t.refused(404, index + "_not_found", db.get_index, id, "things", "once")


ALL = [databases, tables, columns, relationships, indexes]
