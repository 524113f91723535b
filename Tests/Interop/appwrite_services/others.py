"""`presences` and `webhooks`."""

import datetime

from appwrite.query import Query


def presences(t):
    t.key.users.create("here", name="Here")
    presences = t.key.presences
    in_an_hour = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    soon = in_an_hour.isoformat(timespec="milliseconds")
    made = presences.upsert(
        "p1", "here", "online", permissions=['read("users")'], expires_at=soon, metadata={"page": "/a"})
    t.same("made", (made.id, made.userid, made.status, made.metadata), ("p1", "here", "online", {"page": "/a"}))
    t.same("when it ends", made.expiresat, soon)
    t.same("found", presences.get("p1"), made)
    t.same("put again", presences.upsert("p1", "here", "away").status, "away")
    t.same("changed", presences.update("p1", "here", status="busy", metadata={"page": "/b"}).metadata, {"page": "/b"})
    found = presences.list(queries=[Query.equal("userId", ["here"])], ttl=5)
    t.same("listed", (found.total, [one.status for one in found.presences]), (1, ["busy"]))
    t.same("users see it", t.signed_in("here").presences.get("p1").status, "busy")
    presences.delete("p1")
    t.refused(404, "presence_not_found", presences.get, "p1")


def webhooks(t):
    webhooks = t.key.webhooks
    made = webhooks.create(
        "w1", "https://example.com/in", "Orders", ["users.*.create"], enabled=False, tls=True, auth_username="u",
        auth_password="p")
    t.same(
        "made", (made.id, made.url, made.name, made.events),
        ("w1", "https://example.com/in", "Orders", ["users.*.create"]))
    t.same("flags", (made.enabled, made.tls, made.attempts), (False, True, 0))
    t.check("its secret is shown once", len(made.secret) >= 64 and webhooks.get("w1").secret == "", made.secret)
    t.refused(409, "webhook_already_exists", webhooks.create, "w1", "https://example.com/in", "Orders", ["users.*"])
    t.refused(400, "general_argument_invalid", webhooks.create, "w2", "https://example.com/in", "Orders", ["nothing.*"])
    changed = webhooks.update("w1", "Renamed", "https://example.com/b", ["teams.*"], enabled=False)
    t.same("changed", (changed.name, changed.url, changed.events), ("Renamed", "https://example.com/b", ["teams.*"]))
    t.check("another secret", webhooks.update_secret("w1").secret not in ("", made.secret))
    t.same("a secret of one's own", webhooks.update_secret("w1", "s3cr3t-of-mine").secret, "s3cr3t-of-mine")
    found = webhooks.list(queries=[Query.equal("name", ["Renamed"])])
    t.same("listed", (found.total, [one.id for one in found.webhooks]), (1, ["w1"]))
    webhooks.delete("w1")
    t.refused(404, "webhook_not_found", webhooks.get, "w1")


ALL = [presences, webhooks]
