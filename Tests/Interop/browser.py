"""What browsers and plain HTTP clients do with the front: cookies, CORS, forms, one connection for many requests.

Usage: browser.py BINARY
"""

import http.cookies
import json
import sys
import urllib.parse

from front import CATALOG, Front, stores
from plain_http import Connection
from report import Report

PASSWORD = "correct horse"
ROWS = "/v1/tablesdb/shop/tables/notes/rows"
DOCUMENTS = "/v1/databases/shop/collections/notes/documents"
GREATEST, LEAST = 2**63 - 1, -(2**63)


class Trial:
    """A project with the table `shop/notes`, which anybody may read and write, and checks on it."""

    def __init__(self, report, store, front):
        self._report, self._store, self.front = report, store, front
        self.key = {"X-Appwrite-Key": front.make_key()}
        front.execute("tablesDB.create", databaseId="shop", name="Shop")
        front.execute(
            "tablesDB.createTable", databaseId="shop", tableId="notes", name="Notes",
            permissions=[f'{action}("any")' for action in ("create", "read", "update", "delete")],
            columns=[{"key": "title", "type": "varchar", "size": 80}, {"key": "rank", "type": "bigint"},
                     {"key": "open", "type": "boolean"}, {"key": "tags", "type": "varchar", "size": 9, "array": True}])
        self.plain = Connection(front)

    def same(self, name, got, wanted):
        self._report.check(f"{self._store}: {name}", got == wanted, f"{got!r} instead of {wanted!r}")

    def check(self, name, holds, detail=""):
        self._report.check(f"{self._store}: {name}", holds, detail)

    def refused(self, name, answer, code, type):
        self.same(name, (answer.status, answer.json.get("type")), (code, type))
        self.same(f"{name}, with a whole error", sorted(answer.json), ["code", "message", "type", "version"])

    def user(self, id):
        self.front.execute("users.create", userId=id, email=f"{id}@example.com", password=PASSWORD)
        return self.front.execute("users.createSession", userId=id)["secret"]


def cookies(t):
    page = {"Origin": "http://localhost:3000"}
    t.plain.send("POST", "/v1/account", {"userId": "ann", "email": "ann@example.com", "password": PASSWORD}, page)
    credentials = {"email": "ann@example.com", "password": PASSWORD}
    answer = t.plain.send("POST", "/v1/account/sessions/email", credentials, page)
    t.same("the body keeps the secret", (answer.status, answer.json["secret"]), (201, ""))
    jar = http.cookies.SimpleCookie()
    for line in answer.all("set-cookie"):
        jar.load(line)
    name = f"a_session_{t.front.project}"
    t.same("two cookies", sorted(jar), [name, name + "_legacy"])
    t.same("their paths", {cookie["path"] for cookie in jar.values()}, {"/"})
    t.check("scripts don't see them", all(cookie["httponly"] for cookie in jar.values()))
    t.same("one is for other sites", [jar[name]["samesite"], jar[name + "_legacy"]["samesite"]], ["None", ""])
    for names in [[name], [name + "_legacy"]]:
        sent = "; ".join(["other=1", *(f"{one}={jar[one].coded_value}" for one in names)])
        t.same(
            "a cookie signs in", t.plain.send("GET", "/v1/account", headers={**page, "Cookie": sent}).json["$id"],
            "ann")
    fallback = answer.field("x-fallback-cookies")
    t.same("what stands in for cookies", list(json.loads(fallback)), [name])
    signed_in = {**page, "X-Fallback-Cookies": fallback}
    t.same("it signs in", t.plain.send("GET", "/v1/account", headers=signed_in).json["$id"], "ann")
    t.refused(
        "twice", t.plain.send("POST", "/v1/account/sessions/email", credentials, signed_in), 401,
        "user_session_already_exists")
    gone = t.plain.send("DELETE", "/v1/account/sessions/current", headers=signed_in)
    t.same("signed out", (gone.status, gone.body), (204, b""))
    t.check(
        "the cookies end", all("Expires=Thu, 01 Jan 1970" in line for line in gone.all("set-cookie")),
        gone.all("set-cookie"))
    t.refused(
        "nobody is there", t.plain.send("GET", "/v1/account", headers=signed_in), 401, "general_unauthorized_scope")


def origins(t):
    foreign = {"Origin": "https://app.example.org"}
    ahead = t.plain.send("OPTIONS", ROWS, headers={**foreign, "Access-Control-Request-Method": "PATCH"})
    t.same("asked ahead", (ahead.status, ahead.body), (204, b""))
    t.same("who may", ahead.field("access-control-allow-origin"), "https://app.example.org")
    t.same("with cookies", ahead.field("access-control-allow-credentials"), "true")
    methods = {method.strip() for method in ahead.field("access-control-allow-methods").split(",")}
    t.check("methods", methods >= {"GET", "POST", "PUT", "PATCH", "DELETE"}, methods)
    headers = {name.strip().lower() for name in ahead.field("access-control-allow-headers").split(",")}
    t.check(
        "headers", headers >= {"x-appwrite-project", "x-appwrite-jwt", "content-type", "x-fallback-cookies"}, headers)
    refused = t.plain.send("GET", ROWS, headers=foreign)
    t.refused("an unknown page", refused, 403, "general_unknown_origin")
    t.same("it can read why", refused.field("access-control-allow-origin"), "https://app.example.org")
    t.same("a server with a key is no page", t.plain.send("GET", ROWS, headers={**foreign, **t.key}).status, 200)
    t.front.execute("project.createWebPlatform", platformId="web", name="Web", hostname="*.example.org")
    known = t.plain.send("GET", ROWS, headers=foreign)
    t.same("a registered one", (known.status, known.field("vary")), (200, "Origin"))
    exposed = {name.strip().lower() for name in known.field("access-control-expose-headers").split(",")}
    t.check("what it may read", "x-fallback-cookies" in exposed, exposed)
    app = {"Origin": "appwrite-android://com.example.app"}
    t.refused("an unknown app", t.plain.send("GET", ROWS, headers=app), 403, "general_unknown_origin")
    t.front.execute("project.createAndroidPlatform", platformId="app", name="App", applicationId="com.example.app")
    t.same("a registered app", t.plain.send("GET", ROWS, headers=app).status, 200)
    t.same(
        "localhost is registered", t.plain.send("GET", ROWS, headers={"Origin": "http://localhost:5173"}).status, 200)


def callers(t):
    session = {"X-Appwrite-Session": t.user("cal")}
    jwt = {"X-Appwrite-JWT": t.plain.send("POST", "/v1/account/jwts", {"duration": 60}, session).json["jwt"]}
    t.same("a JWT", t.plain.send("GET", "/v1/account", headers=jwt).json["$id"], "cal")
    t.refused(
        "a JWT and a session", t.plain.send("GET", "/v1/account", headers={**jwt, **session}), 403,
        "user_jwt_and_cookie_set")
    t.refused(
        "a key and a session", t.plain.send("GET", "/v1/account", headers={**t.key, **session}), 403,
        "user_api_key_and_session_set")
    t.refused(
        "a bad JWT", t.plain.send("GET", "/v1/account", headers={"X-Appwrite-JWT": "a.b.c"}), 401, "user_jwt_invalid")
    wrong = {"X-Appwrite-Key": "standard_" + "0" * 256}
    t.refused(
        "a wrong key is a guest", t.plain.send("GET", "/v1/users", headers=wrong), 401, "general_unauthorized_scope")
    t.same("who may do some things", t.plain.send("GET", ROWS, headers=wrong).status, 200)
    t.refused("no project", t.plain.send("GET", ROWS, headers={"X-Appwrite-Project": ""}), 403, "project_id_missing")
    t.refused(
        "another project", t.plain.send("GET", ROWS, headers={"X-Appwrite-Project": "nowhere"}), 404,
        "project_not_found")
    named = t.plain.send("GET", f"{ROWS}?project={t.front.project}", headers={"X-Appwrite-Project": ""})
    t.same("the project in the address", named.status, 200)


def arguments(t):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "rowId=form&data[title]=Two+words%21&data[tags][]=a&data[tags][1]=b&surplus=1"
    made = t.plain.send("POST", ROWS, body.encode(), form)
    t.same("a form", [made.json.get(key) for key in ("$id", "title", "tags")], ["form", "Two words!", ["a", "b"]])
    given = [("rowId", "parts"), ("data[title]", "Grüße"), ("permissions[]", 'read("any")')]
    parts = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in given)
    parts += "--edge--\r\n"
    made = t.plain.send("POST", ROWS, parts.encode(), {"Content-Type": "multipart/form-data; boundary=edge"})
    t.same(
        "parts", [made.json.get(key) for key in ("$id", "title", "$permissions")], ["parts", "Grüße", ['read("any")']])
    equal = urllib.parse.quote('{"method":"equal","attribute":"$id","values":["parts"]}')
    for name in ["queries[]", "queries[0]", "queries%5B0%5D"]:
        found = t.plain.send("GET", f"{ROWS}?{name}={equal}&total=false")
        t.same(f"queries as {name}", ([row["$id"] for row in found.json["rows"]], found.json["total"]), (["parts"], 0))
    for id, rank in [("greatest", GREATEST), ("least", LEAST)]:
        made = t.plain.send("POST", ROWS, {"rowId": id, "data": {"rank": rank}})
        t.same("an integer of 64 bits", made.json["rank"], rank)
        t.check("to the last digit", str(rank).encode() in t.plain.send("GET", f"{ROWS}/{id}").body)
    refused = t.plain.send("POST", ROWS, {"rowId": "over", "data": {"rank": 2**63}})
    t.refused("one more is too much", refused, 400, "row_invalid_structure")
    for path in [f"{ROWS}/form", f"{ROWS}/none"]:
        get, head = t.plain.send("GET", path), t.plain.send("HEAD", path)
        t.same("HEAD is GET without the body", (head.status, head.body), (get.status, b""))
        t.same("with its type", head.field("content-type"), get.field("content-type"))
    t.refused(
        "no JSON", t.plain.send("POST", ROWS, b"{", {"Content-Type": "application/json"}), 400,
        "general_argument_invalid")
    t.refused("no route", t.plain.send("GET", "/v1/nothing"), 404, "general_route_not_found")
    t.same("a ping", t.plain.send("GET", "/v1/ping").body, b"Pong!")
    t.same("types are not guessed", t.plain.send("GET", ROWS).field("x-content-type-options"), "nosniff")


def cached(t):
    ask = {"x-appwrite-cache-ttl": "30"}
    query = "?queries[]=" + urllib.parse.quote('{"method":"limit","values":[1]}')
    answers = [t.plain.send("GET", ROWS + query, headers=ask) for _ in range(2)]
    t.same("the second comes from the cache", [one.field("x-appwrite-cache") for one in answers], ["miss", "hit"])
    t.same("said in today's way", [one.field("x-appwrite-cache-hit") for one in answers], ["false", "true"])
    t.same("it is the same", answers[0].body, answers[1].body)
    t.same("unasked nothing is cached", t.plain.send("GET", ROWS + query).field("x-appwrite-cache"), None)
    t.refused(
        "no number", t.plain.send("GET", ROWS, headers={"x-appwrite-cache-ttl": "soon"}), 400,
        "general_argument_invalid")


def limited(t):
    body = {"email": "nobody@example.com", "password": "wrong password"}
    answers = [t.plain.send("POST", "/v1/account/sessions/email", body) for _ in range(11)]
    t.same("the limit", answers[0].field("x-ratelimit-limit"), "10")
    t.same("what is left", [one.field("x-ratelimit-remaining") for one in answers[:3]], ["9", "8", "7"])
    t.refused("one too many", answers[10], 429, "general_rate_limit_exceeded")
    t.check("when to come again", int(answers[10].field("retry-after")) > 0, answers[10].field("retry-after"))
    t.same("keys are not limited", t.plain.send("POST", "/v1/account/sessions/email", body, t.key).status, 401)


def one_connection(t):
    before = t.plain.opened
    for _ in range(5):
        t.plain.send("GET", ROWS)
    t.same("a connection is kept", t.plain.opened, before)
    raw = Connection(t.front)
    answers = raw.pipeline([("GET", f"{ROWS}/{id}") for id in ("form", "none", "parts", "greatest")])
    t.same(
        "answers come in order", [one.json.get("$id", one.status) for one in answers],
        ["form", 404, "parts", "greatest"])


def other_paths(t):
    operations = json.loads(CATALOG.read_text())["operations"]
    for operation in operations:
        for path in operation.get("otherPaths", []):
            method, _, path = path.rpartition(" ")
            path = "/".join(
                t.front.project if part == ":projectId" else "x" if part.startswith(":") else part
                for part in path.split("/"))
            answer = t.plain.send(method or operation["method"], path, {} if operation["method"] != "GET" else None)
            lost = answer.json and answer.json.get("type") == "general_route_not_found"
            t.check(f"{operation['id']} is found at {path}", not lost)
    made = t.plain.send(
        "POST", f"/v1/projects/{t.front.project}/keys", {"keyId": "x", "name": "X", "scopes": []}, t.key)
    t.refused("a key makes no keys, at the old path too", made, 401, "general_unauthorized_scope")
    t.user("old")
    session = t.plain.send("POST", "/v1/account/sessions", {"email": "old@example.com", "password": PASSWORD}, t.key)
    t.same("signing in at the path of old", (session.status, session.json.get("userId")), (201, "old"))


def old_words(t):
    made = t.plain.send("POST", DOCUMENTS, {"documentId": "doc", "data": {"title": "Old"}})
    t.same(
        "a document", [made.json.get(key) for key in ("$id", "$collectionId", "$databaseId")], ["doc", "notes", "shop"])
    t.same("is a row", t.plain.send("GET", f"{ROWS}/doc").json["title"], "Old")
    t.check("and listed", "doc" in [one["$id"] for one in t.plain.send("GET", DOCUMENTS).json["documents"]])
    t.refused("errors have the words too", t.plain.send("GET", f"{DOCUMENTS}/none"), 404, "document_not_found")
    collection = t.plain.send("GET", "/v1/databases/shop/collections/notes", headers=t.key).json
    t.same("attributes", [one["key"] for one in collection["attributes"]], ["title", "rank", "open", "tags"])


def formats_and_moments(t):
    late = t.plain.send("GET", ROWS, headers={"X-Appwrite-Response-Format": "2.5.0"})
    t.check("a format to come is answered with a warning", "2.5.0" in (late.field("x-appwrite-warning") or ""))
    for format in ["1.9.6", "1.4.0"]:
        answer = t.plain.send("GET", ROWS, headers={"X-Appwrite-Response-Format": format})
        t.same(f"{format} is answered", (answer.status, answer.field("x-appwrite-warning")), (200, None))
    row = t.plain.send("POST", ROWS, {"rowId": "moment", "data": {"rank": 1}}).json
    past, now = {"X-Appwrite-Timestamp": "2020-01-01T00:00:00.000+00:00"}, {"X-Appwrite-Timestamp": row["$updatedAt"]}
    change = {"data": {"rank": 2}}
    t.refused(
        "a row has changed since", t.plain.send("PATCH", f"{ROWS}/moment", change, past), 409, "row_update_conflict")
    t.refused("so it stays", t.plain.send("DELETE", f"{ROWS}/moment", None, past), 409, "row_update_conflict")
    t.refused(
        "a document too", t.plain.send("PUT", f"{DOCUMENTS}/moment", change, past), 409, "document_update_conflict")
    t.same("it has not", t.plain.send("PATCH", f"{ROWS}/moment", change, now).json["rank"], 2)
    t.refused(
        "no moment", t.plain.send("PATCH", f"{ROWS}/moment", change, {"X-Appwrite-Timestamp": "now"}), 400,
        "general_argument_invalid")


ALL = [
    cookies, origins, callers, arguments, cached, limited, one_connection, other_paths, old_words, formats_and_moments]


def run(report, store, binary, *options):
    with Front(binary, *options) as front:
        trial = Trial(report, store, front)
        for function in ALL:
            try:
                function(trial)
            except Exception as error:  # noqa: BLE001: whatever goes wrong belongs to this function
                trial.check(f"{function.__name__} runs to its end", False, f"{type(error).__name__}: {error}")


def main():
    report = Report()
    for store, options in stores():
        run(report, store, sys.argv[1], *options)
    report.end()


main()
