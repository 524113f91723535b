"""`users` and `teams`, by a server with a key."""

import hashlib

from appwrite.enums.authentication_factor import AuthenticationFactor
from appwrite.enums.authenticator_type import AuthenticatorType
from appwrite.enums.messaging_provider_type import MessagingProviderType
from appwrite.enums.password_hash import PasswordHash
from appwrite.query import Query

from appwrite_services.account import PASSWORD, one_time_password

HERE = "http://localhost/after"


def users(t):
    users = t.key.users
    made = users.create("u1", email="U1@example.com", phone="+4915100000001", password=PASSWORD, name="One")
    t.same(
        "what was made", (made.id, made.email, made.phone, made.name),
        ("u1", "u1@example.com", "+4915100000001", "One"))
    t.same("how its password is kept", made.hash, "argon2")
    t.check("its hash is shown to keys", made.password.startswith("$argon2id$"), made.password)
    t.same("with its settings", made.hashoptions.type, "argon2")
    t.same("it is found", users.get("u1"), made)
    t.refused(409, "user_already_exists", users.create, "u1")
    t.refused(404, "user_not_found", users.get, "nobody")
    t.same("name", users.update_name("u1", "Uno").name, "Uno")
    t.same("address", users.update_email("u1", "uno@example.com").email, "uno@example.com")
    t.same("phone", users.update_phone("u1", "+4915100000009").phone, "+4915100000009")
    t.same("password", users.update_password("u1", "other password").id, "u1")
    t.same("address verified", users.update_email_verification("u1", True).emailverification, True)
    t.same("phone verified", users.update_phone_verification("u1", True).phoneverification, True)
    t.same("labels", users.update_labels("u1", ["vip", "beta"]).labels, ["vip", "beta"])
    t.same("blocked", users.update_status("u1", False).status, False)
    t.same("opened", users.update_status("u1", True).status, True)
    t.same("impersonator", users.update_impersonator("u1", True).impersonator, True)
    t.same("preferences", users.update_prefs("u1", {"a": [1, {"b": None}]}).data, {"a": [1, {"b": None}]})
    t.same("preferences are kept", users.get_prefs("u1").data, {"a": [1, {"b": None}]})
    t.same("no teams", users.list_memberships("u1").total, 0)
    t.same("no identities", users.list_identities(queries=[Query.equal("userId", "u1")]).identities, [])
    t.refused(404, "user_identity_not_found", users.delete_identity, "none")
    users.delete("u1")
    t.refused(404, "user_not_found", users.get, "u1")


def impersonation(t):
    t.key.users.create("support", email="support@example.org")
    t.key.users.create("client", email="client@example.org", phone="+4915100000021")
    caller = t.signed_in("support")
    caller.client.set_impersonate_user_id("client")
    t.refused(401, "user_unauthorized", caller.account.get)
    t.key.users.update_impersonator("support", True)
    for name, value in [("id", "client"), ("email", "client@example.org"), ("phone", "+4915100000021")]:
        caller = t.signed_in("support")
        getattr(caller.client, f"set_impersonate_user_{name}")(value)
        account = caller.account.get()
        t.same(f"by {name}", (account.id, account.impersonatoruserid), ("client", "support"))
    caller.account.update_name("Client")
    t.same("it did something", t.key.users.get("client").name, "Client")
    t.check("users are found", t.signed_in("support").users.list().total > 1)


def lists(t):
    for number in range(4):
        t.key.users.create(f"list{number}", email=f"list{number}@example.org", name=f"Listed {'AB'[number % 2]}")
    def ids(*queries, **named):
        return [
            user.id for user in t.key.users.list(queries=[Query.starts_with("email", "list"), *queries], **named).users]
    t.same("in descending order", ids(Query.order_desc("email"), Query.limit(2)), ["list3", "list2"])
    t.same("after a cursor", ids(Query.order_asc("email"), Query.cursor_after("list1")), ["list2", "list3"])
    t.same("before a cursor", ids(Query.order_asc("email"), Query.cursor_before("list2")), ["list0", "list1"])
    t.same("equal", ids(Query.equal("name", ["Listed B"]), Query.order_asc("email")), ["list1", "list3"])
    t.same(
        "not equal", ids(Query.not_equal("email", "list0@example.org"), Query.order_asc("email"), Query.offset(1)),
        ["list2", "list3"])
    t.same("searched", [user.id for user in t.key.users.list(search="list2").users], ["list2"])
    page = t.key.users.list(queries=[Query.starts_with("email", "list"), Query.limit(1)])
    t.same("all are counted", (page.total, len(page.users)), (4, 1))
    t.same("or not", t.key.users.list(queries=[Query.limit(1)], total=False).total, 0)
    t.refused(400, "general_query_invalid", t.key.users.list, queries=[Query.equal("colour", "red")])


def imported(t):
    """Everybody who is brought along with a hash signs in with the password that it is of."""
    users, name = t.key.users, "Old"
    scrypt = {"n": 1024, "r": 8, "p": 1}
    passwords = {
        "md5": ("password", users.create_md5_user, [hashlib.md5(b"password").hexdigest()]),
        "sha": ("password", users.create_sha_user, [hashlib.sha256(b"password").hexdigest(), PasswordHash.SHA256]),
        "scrypt": ("password", users.create_scrypt_user, [
            hashlib.scrypt(b"password", salt=b"salt", dklen=64, **scrypt).hex(), "salt", *scrypt.values(), 64]),
        # What their authors publish to try them with.
        "argon2": ("password", users.create_argon2_user, [
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"]),
        "bcrypt": ("rasmuslerdorf", users.create_bcrypt_user, [
            "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq"]),
        "phpass": ("test12345", users.create_ph_pass_user, ["$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"]),
        "scryptMod": ("user1password", users.create_scrypt_modified_user, [
            "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
            "42xEC+ixf3L2lw==", "Bw==",
            "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="]),
    }
    for hash, (password, create, arguments) in passwords.items():
        user = create(hash, f"{hash}@example.com", *arguments, name=name)
        t.same(f"{hash}: what was made", (user.name, user.hash), (name, hash))
        # The SDK takes the options of any hash for those of the first that it knows.
        t.same(f"{hash}: its options", t.key.client.raw["hashOptions"]["type"], hash)
        session = t.key.account.create_email_password_session(user.email, password)
        t.same(f"{hash}: the password opens", session.userid, hash)
        t.same(f"{hash}: and is kept better from then on", users.get(hash).hash, "argon2")


def entry(t):
    t.key.users.create("guarded", email="guarded@example.com", password=PASSWORD)
    users = t.key.users
    session = users.create_session("guarded")
    t.check("servers get the secret", len(session.secret) > 200, session.secret)
    t.same("it opens", t.front.caller(session=session.secret).account.get().id, "guarded")
    jwt = users.create_jwt("guarded", session.id, 60)
    t.same("so does a JWT", t.front.caller(jwt=jwt.jwt).account.get().id, "guarded")
    token = users.create_token("guarded", length=8, expire=90)
    t.same("how long a token is", len(token.secret), 8)
    t.same("it signs in", t.key.account.create_session("guarded", token.secret).userid, "guarded")
    t.same("sessions", users.list_sessions("guarded").total, 2)
    users.delete_session("guarded", session.id)
    t.refused(401, "user_unauthorized", t.front.caller(jwt=jwt.jwt).account.get)
    users.delete_sessions("guarded")
    t.same("none are left", users.list_sessions("guarded").sessions, [])
    target = users.create_target("guarded", "push1", MessagingProviderType.PUSH, "device", name="Phone")
    t.same(
        "a target", (target.id, target.providertype, target.identifier, target.name),
        ("push1", "push", "device", "Phone"))
    t.same("it is found", users.get_target("guarded", "push1"), target)
    t.same("changed", users.update_target("guarded", "push1", identifier="device2").identifier, "device2")
    t.same(
        "targets", sorted(one.identifier for one in users.list_targets("guarded").targets),
        ["device2", "guarded@example.com"])
    users.delete_target("guarded", "push1")
    t.refused(404, "user_target_not_found", users.get_target, "guarded", "push1")


def factors(t):
    users = t.key.users
    users.create("factors", email="factors@example.com", password=PASSWORD)
    users.update_email_verification("factors", True)
    user = t.signed_in("factors")
    kind = user.account.create_mfa_authenticator(AuthenticatorType.TOTP)
    user.account.update_mfa_authenticator(AuthenticatorType.TOTP, one_time_password(kind.secret))
    t.same("switched on", users.update_mfa("factors", True).mfa, True)
    found = users.list_mfa_factors("factors")
    t.same("factors", (found.totp, found.email, found.phone), (True, True, False))
    codes = users.create_mfa_recovery_codes("factors").recoverycodes
    t.same("recovery codes", users.get_mfa_recovery_codes("factors").recoverycodes, codes)
    t.check("new ones", set(users.update_mfa_recovery_codes("factors").recoverycodes).isdisjoint(codes))
    t.refused(401, "user_invalid_token", users.get_mfa_challenge, "factors", "none")
    users.delete_mfa_authenticator("factors", AuthenticatorType.TOTP)
    t.same("no authenticator", users.list_mfa_factors("factors").totp, False)
    users.update_mfa("factors", False)
    t.key.project.update_mfa_factors_policy(custom=True)
    challenge = t.signed_in("factors").account.create_mfa_challenge(AuthenticationFactor.CUSTOM)
    secret = users.get_mfa_challenge("factors", challenge.id)
    t.same("the code of a challenge is for the project to hand over", (secret.id, len(secret.code)), (challenge.id, 6))


def teams(t):
    teams = t.key.teams
    team = teams.create("crew", "Crew")
    t.same("made by a key", (team.id, team.name, team.total, team.prefs.data), ("crew", "Crew", 0, {}))
    t.refused(409, "team_already_exists", teams.create, "crew", "Crew")
    t.same("it is found", teams.get("crew"), team)
    t.same("name", teams.update_name("crew", "The crew").name, "The crew")
    teams.create("crew2", "Another")
    found = teams.list(queries=[Query.equal("name", "Another")])
    t.same("listed", (found.total, [one.id for one in found.teams]), (1, ["crew2"]))
    t.same("searched", [one.id for one in teams.list(search="crew").teams], ["crew", "crew2"])
    teams.delete("crew2")
    t.refused(404, "team_not_found", teams.get, "crew2")


def memberships(t):
    users, teams = t.key.users, t.key.teams
    users.create("captain", email="captain@example.com", password=PASSWORD, name="Captain")
    captain = t.signed_in("captain")
    team = captain.teams.create("ship", "Ship", roles=["steers"])
    t.same("whoever makes it is in", team.total, 1)
    t.same("preferences", captain.teams.update_prefs("ship", {"colour": "red"}).data, {"colour": "red"})
    t.same("preferences are kept", captain.teams.get_prefs("ship").data, {"colour": "red"})
    t.refused(401, "general_unauthorized_scope", teams.get_prefs, "ship")
    mine = captain.teams.list_memberships("ship").memberships[0]
    t.same("with these roles", (mine.userid, sorted(mine.roles), mine.confirm), ("captain", ["owner", "steers"], True))
    users.create("sailor", email="sailor@example.com", password=PASSWORD)
    direct = teams.create_membership("ship", ["deck"], user_id="sailor")
    t.same("a key makes members at once", (direct.userid, direct.confirm, direct.roles), ("sailor", True, ["deck"]))
    t.refused(409, "membership_already_confirmed", teams.create_membership, "ship", ["deck"], user_id="sailor")
    invited = captain.teams.create_membership("ship", ["deck"], email="new@example.com", url=HERE)
    t.same("members invite", (invited.confirm, invited.roles), (False, ["deck"]))
    sent = t.front.sent("invitation")
    joined = t.guest.teams.update_membership_status("ship", invited.id, invited.userid, sent["secret"])
    t.same("whoever accepts is in", (joined.confirm, joined.userid), (True, invited.userid))
    t.refused(
        401, "team_invalid_secret", t.guest.teams.update_membership_status, "ship", invited.id, invited.userid, "wrong")
    t.same("roles", captain.teams.update_membership("ship", direct.id, ["deck", "night"]).roles, ["deck", "night"])
    t.same("it is found", teams.get_membership("ship", direct.id).roles, ["deck", "night"])
    t.same("of a user", [one.teamid for one in users.list_memberships("sailor").memberships], ["ship"])
    t.same("members", (teams.list_memberships("ship").total, teams.get("ship").total), (3, 3))
    teams.delete_membership("ship", direct.id)
    t.refused(404, "membership_not_found", teams.get_membership, "ship", direct.id)
    t.same("one less", teams.get("ship").total, 2)


ALL = [users, impersonation, lists, imported, entry, factors, teams, memberships]
