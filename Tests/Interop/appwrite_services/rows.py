"""Rows and transactions, in both words."""

from appwrite.id import ID
from appwrite.operator import Operator
from appwrite.permission import Permission
from appwrite.query import Query
from appwrite.role import Role

COLUMNS = [
    {"key": "title", "type": "varchar", "size": 40, "required": True},
    {"key": "count", "type": "bigint", "required": False},
    {"key": "price", "type": "float", "required": False},
    {"key": "open", "type": "boolean", "required": False},
    {"key": "tags", "type": "varchar", "size": 20, "required": False, "array": True},
    {"key": "day", "type": "datetime", "required": False},
    {"key": "place", "type": "point", "required": False},
]
GREATEST, LEAST = 2**63 - 1, -(2**63)


def single(t, words):
    db, id = words.by(t.key), words.name
    db.create_table(id, "rows", "Rows", row_security=True, columns=COLUMNS, indexes=[
        {"key": "search", "type": "fulltext", words.said("columns"): ["title"]},
        {"key": "once", "type": "unique", words.said("columns"): ["day"]}])
    data = {
        "title": "Grüße 🙂", "count": GREATEST, "price": 0.1, "open": False, "tags": ["a", ""],
        "day": "2026-01-02T03:04:05.678+00:00", "place": [13.4, 52.5]}
    permissions = [Permission.read(Role.any()), Permission.update(Role.user("someone"))]
    made = db.create_row(id, "rows", "first", data, permissions)
    t.same("its values", made.data, data)
    t.same("its place", (made.id, made.tableid, made.databaseid), ("first", "rows", id))
    t.same("its permissions", made.permissions, permissions)
    t.check("its number is text", made.sequence.isdigit(), made.sequence)
    found = db.get_row(id, "rows", "first")
    t.same("found", (found.data, found.createdat), (data, made.createdat))
    t.same("selected", db.get_row(id, "rows", "first", queries=[Query.select(["title"])]).data, {"title": "Grüße 🙂"})
    words.refused(409, "row_already_exists", db.create_row, id, "rows", "first", {"title": "x"})
    words.refused(
        409, "row_unique_constraint_violation", db.create_row, id, "rows", ID.unique(),
        {"title": "x", "day": data["day"]})
    words.refused(400, "row_invalid_structure", db.create_row, id, "rows", ID.unique(), {"title": 5})
    words.refused(400, "row_invalid_structure", db.create_row, id, "rows", ID.unique(), {"title": "x", "colour": "red"})
    words.refused(404, "row_not_found", db.get_row, id, "rows", "none")
    changed = db.update_row(id, "rows", "first", {"count": LEAST, "price": None})
    t.same("changed", (changed.data["count"], changed.data["price"], changed.data["title"]), (LEAST, None, "Grüße 🙂"))
    changed = db.update_row(id, "rows", "first", {
        "count": Operator.increment(5), "title": Operator.string_concat("!"), "tags": Operator.array_append(["z"]),
        "open": Operator.toggle()})
    t.same(
        "operators", [changed.data[key] for key in ("count", "title", "tags", "open")],
        [LEAST + 5, "Grüße 🙂!", ["a", "", "z"], True])
    made = db.upsert_row(id, "rows", "second", {"title": "Two", "count": 2})
    t.same("put where nothing was", (made.id, made.data["count"]), ("second", 2))
    t.same("put over what was", db.upsert_row(id, "rows", "second", {"title": "Zwei"}).data["title"], "Zwei")
    t.same("up", db.increment_row_column(id, "rows", "second", "count", value=40).data["count"], 42)
    t.same("down", db.decrement_row_column(id, "rows", "second", "count", value=2, min=0).data["count"], 40)
    words.refused(400, "column_limit_exceeded", db.increment_row_column, id, "rows", "second", "count", value=9, max=41)
    t.same("guests see what all may", [row.id for row in words.by(t.guest).list_rows(id, "rows").rows], ["first"])
    words.refused(404, "row_not_found", words.by(t.guest).get_row, id, "rows", "second")
    t.refused(401, "user_unauthorized", words.by(t.guest).update_row, id, "rows", "first", {"count": 1})
    db.delete_row(id, "rows", "first")
    words.refused(404, "row_not_found", db.delete_row, id, "rows", "first")
    db.delete_row(id, "rows", "second")


def bulks(t, words):
    db, id = words.by(t.key), words.name
    rows = [
        {"$id": f"r{n}", "title": f"Row {'even' if n % 2 == 0 else 'odd'}", "count": n, "price": n / 4, "open": n > 3,
         "tags": ["all", f"t{n}"], "day": f"2026-01-0{n + 1}T00:00:00.000+00:00", "place": [float(n), 0.0]}
        for n in range(6)]
    made = db.create_rows(id, "rows", rows)
    t.same("made", (made.total, [row.id for row in made.rows]), (6, [f"r{n}" for n in range(6)]))
    words.refused(
        409, "row_already_exists", db.create_rows, id, "rows",
        [{"$id": "r9", "title": "x"}, {"$id": "r0", "title": "x"}])
    words.refused(404, "row_not_found", db.get_row, id, "rows", "r9")
    put = db.upsert_rows(
        id, "rows", [{"$id": "r0", "title": "Row even", "count": 0}, {"$id": "r6", "title": "Row even", "count": 6}])
    t.same("put", (put.total, [row.data["count"] for row in put.rows]), (2, [0, 6]))
    changed = db.update_rows(id, "rows", {"open": True}, queries=[Query.greater_than("count", 4)])
    t.same("changed", (changed.total, sorted(row.id for row in changed.rows)), (2, ["r5", "r6"]))
    gone = db.delete_rows(id, "rows", queries=[Query.equal("$id", ["r6"])])
    t.same("removed", (gone.total, [row.id for row in gone.rows]), (1, ["r6"]))


def queries(t, words):
    db, id = words.by(t.key), words.name

    def ids(*queries):
        return "".join(row.id[1] for row in db.list_rows(id, "rows", queries=[*queries, Query.order_asc("count")]).rows)

    expected = [
        (Query.equal("count", [1, 3]), "13"), (Query.not_equal("count", 1), "02345"),
        (Query.less_than("price", 0.5), "01"), (Query.less_than_equal("price", 0.5), "012"),
        (Query.greater_than("count", 3), "45"), (Query.greater_than_equal("count", 3), "345"),
        (Query.between("count", 2, 4), "234"), (Query.not_between("count", 1, 4), "05"),
        (Query.is_null("price"), ""), (Query.is_not_null("price"), "012345"),
        (Query.starts_with("title", "Row o"), "135"), (Query.not_starts_with("title", "Row o"), "024"),
        (Query.ends_with("title", "even"), "024"), (Query.not_ends_with("title", "even"), "135"),
        (Query.contains("tags", ["t2", "t3"]), "23"), (Query.not_contains("tags", ["t2"]), "01345"),
        (Query.contains_any("tags", ["t4", "t5"]), "45"), (Query.contains_all("tags", ["all", "t1"]), "1"),
        (Query.search("title", "odd"), "135"), (Query.not_search("title", "odd"), "024"),
        (Query.regex("title", "^Row.e"), "024"), (Query.equal("open", [True]), "45"),
        (Query.greater_than("day", "2026-01-05T00:00:00.000+00:00"), "5"),
        (Query.or_queries([Query.equal("count", 0), Query.and_queries([
            Query.equal("open", True), Query.less_than("count", 5)])]), "04"),
        (Query.created_before("2020-01-01T00:00:00.000+00:00"), ""), (
            Query.created_after("2020-01-01T00:00:00.000+00:00"), "012345"),
        (Query.created_between("2020-01-01T00:00:00.000+00:00", "2999-01-01T00:00:00.000+00:00"), "012345"),
        (Query.updated_before("2020-01-01T00:00:00.000+00:00"), ""), (
            Query.updated_after("2020-01-01T00:00:00.000+00:00"), "012345"),
        (Query.updated_between("2020-01-01T00:00:00.000+00:00", "2999-01-01T00:00:00.000+00:00"), "012345"),
        (Query.limit(2), "01"), (Query.offset(4), "45"),
        (Query.cursor_after("r3"), "45"), (Query.cursor_before("r2"), "01"),
        (Query.distance_less_than("place", [0.0, 0.0], 250_000, True), "012"),
        (Query.intersects("place", [2.0, 0.0]), "2"), (Query.not_intersects("place", [2.0, 0.0]), "01345"),
    ]
    for query, wanted in expected:
        t.same(str(query), ids(query), wanted)
    listed = db.list_rows(id, "rows", queries=[Query.select(["count"]), Query.order_desc("count"), Query.limit(1)])
    t.same("selected", (listed.total, listed.rows[0].data), (6, {"count": 5}))
    t.same("not counted", db.list_rows(id, "rows", total=False).total, 0)
    t.same(
        "by a builder",
        [row.id for row in db.list_rows(id, "rows", queries=Query.builder().equal("count", 2).build()).rows], ["r2"])
    for _ in range(2):
        t.same("from the cache", db.list_rows(id, "rows", ttl=30, queries=[Query.equal("count", [1])]).total, 1)
    t.refused(400, "general_query_invalid", db.list_rows, id, "rows", queries=[Query.equal("colour", ["red"])])


def transactions(t, words):
    db, id = words.by(t.key), words.name
    made = db.create_transaction(ttl=120)
    t.same("made", (made.status, made.operations), ("pending", 0))
    db.create_row(id, "rows", "t1", {"title": "Staged"}, transaction_id=made.id)
    db.update_row(id, "rows", "r1", {"title": "Staged"}, transaction_id=made.id)
    staged = db.create_operations(made.id, [
        words.operation(action="create", databaseId=id, tableId="rows", rowId="t2", data={"title": "Two", "count": 1}),
        words.operation(
            action="increment", databaseId=id, tableId="rows", rowId="t2",
            data={words.said("column"): "count", "value": 4}),
        words.operation(action="delete", databaseId=id, tableId="rows", rowId="r2")])
    t.same("staged", staged.operations, 5)
    words.refused(404, "row_not_found", db.get_row, id, "rows", "t1")
    t.same("seen inside", db.get_row(id, "rows", "t1", transaction_id=made.id).data["title"], "Staged")
    t.same(
        "listed inside",
        db.list_rows(id, "rows", queries=[Query.equal("title", "Staged")], transaction_id=made.id).total, 2)
    t.same("committed", db.update_transaction(made.id, commit=True).status, "committed")
    t.same("it happened", [db.get_row(id, "rows", row).data["title"] for row in ("t1", "r1")], ["Staged", "Staged"])
    t.same("in order", db.get_row(id, "rows", "t2").data["count"], 5)
    words.refused(404, "row_not_found", db.get_row, id, "rows", "r2")
    t.same("found", db.get_transaction(made.id).status, "committed")
    other = db.create_transaction()
    db.delete_rows(id, "rows", transaction_id=other.id)
    t.same("given up", db.update_transaction(other.id, rollback=True).status, "failed")
    t.check("nothing happened", db.list_rows(id, "rows").total > 0)
    t.check("listed", made.id in [one.id for one in db.list_transactions(queries=[Query.limit(100)]).transactions])
    third = db.create_transaction()
    db.delete_transaction(third.id)
    t.refused(404, "transaction_not_found", db.get_transaction, third.id)
    db.delete(id)
    t.refused(404, "database_not_found", db.list_rows, id, "rows")


ALL = [single, bulks, queries, transactions]
