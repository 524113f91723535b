"""`organization`: the projects of an organisation, with a session of the console."""

import json
import urllib.request

from appwrite.query import Query

PERSON = {"userId": "boss", "email": "boss@example.com", "password": "correct horse"}


def post(t, path, body):
    """What the console answers a guest, with its headers."""
    request = urllib.request.Request(
        t.front.endpoint + path, json.dumps(body).encode(),
        {"Content-Type": "application/json", "X-Appwrite-Project": "console"})
    with urllib.request.urlopen(request) as answer:
        return answer.headers


def session(t):
    """The secret of a session of the first who signs up."""
    post(t, "/account", PERSON)
    headers = post(t, "/account/sessions/email", {key: PERSON[key] for key in ("email", "password")})
    return json.loads(headers["X-Fallback-Cookies"])["a_session_console"]


def projects(t):
    secret = session(t)
    t.front.caller(session=secret, project="console").teams.create("acme", "Acme")
    acme = t.front.caller(session=secret, project="console", organization="acme").organization
    made = acme.create_project("acme-shop", "Shop")
    t.same("made", (made.id, made.name, made.teamid, made.status), ("acme-shop", "Shop", "acme", "active"))
    t.refused(409, "project_already_exists", acme.create_project, "acme-shop", "Shop")
    t.same("changed", acme.update_project("acme-shop", "Store").name, "Store")
    t.same("found", acme.get_project("acme-shop").name, "Store")
    t.refused(404, "project_not_found", acme.get_project, t.front.project)
    listed = acme.list_projects(queries=[Query.equal("name", ["Store"])])
    t.same("listed", (listed.total, [one.id for one in listed.projects]), (1, ["acme-shop"]))
    shop = t.front.caller(session=secret, project="acme-shop", admin=True)
    t.same("its owner administers it", shop.users.list().total, 0)
    nameless = t.front.caller(session=secret, project="console").organization
    t.refused(403, "organization_id_missing", nameless.list_projects)
    acme.delete_project("acme-shop")
    t.same("gone", acme.list_projects().total, 0)
    acme.create_project("acme-other", "Other")
    t.front.caller(session=secret, project="acme-other", admin=True).project.delete()
    t.refused(404, "project_not_found", acme.get_project, "acme-other")


ALL = [projects]
