"""`project`: what a server settles for all, with a key."""

import inspect

from appwrite.enums.project_auth_method_id import ProjectAuthMethodId
from appwrite.enums.project_email_template_id import ProjectEmailTemplateId
from appwrite.enums.project_email_template_locale import ProjectEmailTemplateLocale
from appwrite.enums.project_key_scopes import ProjectKeyScopes
from appwrite.enums.project_o_auth_provider_id import ProjectOAuthProviderId
from appwrite.enums.project_policy_id import ProjectPolicyId
from appwrite.enums.project_protocol_id import ProjectProtocolId
from appwrite.enums.project_service_id import ProjectServiceId
from appwrite.exception import AppwriteException
from appwrite.query import Query

from front import service_class

# What a provider's settings need to be, where any text would not do.
SETTINGS = {
    "endpoint": "https://id.example.com", "domain": "id.example.com", "tenant": "common", "realm_name": "main",
    "well_known_url": "https://id.example.com/.well-known/openid-configuration",
    "authorization_url": "https://id.example.com/authorize", "token_url": "https://id.example.com/token",
    "user_info_url": "https://id.example.com/me", "authorization_server_id": "default",
}
# Those that the SDK itself can set but not read.
FORGOTTEN = {"appwrite", "huggingface", "paypal", "tradeshift"}


def project(t):
    found = t.key.project.get()
    t.same("its id", found.id, t.front.project)
    t.check("what is on", {one.id.value for one in found.authmethods if one.enabled} >= {"email-password", "jwt"})
    t.same("labels", t.key.project.update_labels(["beta"]).labels, ["beta"])
    changed = t.key.project.update_auth_method(ProjectAuthMethodId.ANONYMOUS, False)
    t.same(
        "a way to sign in is off", [one.enabled for one in changed.authmethods if one.id.value == "anonymous"], [False])
    t.refused(501, "user_auth_method_unsupported", t.guest.account.create_anonymous_session)
    changed = t.key.project.update_service(ProjectServiceId.TEAMS, False)
    t.same("a service is off", [one.enabled for one in changed.services if one.id.value == "teams"], [False])
    t.refused(403, "general_service_disabled", t.signed_in("sam").teams.list)
    t.same("keys may still", t.key.teams.list().total > 0, True)
    t.key.project.update_service(ProjectServiceId.TEAMS, True)
    changed = t.key.project.update_protocol(ProjectProtocolId.REST, False)
    t.same("REST is off", [one.enabled for one in changed.protocols if one.id.value == "rest"], [False])
    t.refused(403, "general_api_disabled", t.signed_in("sam").teams.list)
    t.key.project.update_protocol(ProjectProtocolId.REST, True)
    t.refused(400, "general_bad_request", t.key.project.delete)


def policies(t):
    project = t.key.project
    strength = project.update_password_strength_policy(min=10, uppercase=True, symbols=True)
    t.same(
        "strength", (strength.min, strength.uppercase, strength.lowercase, strength.symbols), (10, True, False, True))
    t.same("found", project.get_policy(ProjectPolicyId.PASSWORD_STRENGTH).min, 10)
    t.refused(
        400, "general_argument_invalid", t.key.users.create, "weak", email="weak@example.com", password="password12")
    project.update_password_strength_policy(min=8, uppercase=False, symbols=False)
    project.update_password_dictionary_policy(True)
    t.same("dictionary", project.get_policy(ProjectPolicyId.PASSWORD_DICTIONARY).enabled, True)
    project.update_password_history_policy(5)
    t.same("history", project.get_policy(ProjectPolicyId.PASSWORD_HISTORY).total, 5)
    project.update_password_personal_data_policy(True)
    t.same("personal data", project.get_policy(ProjectPolicyId.PASSWORD_PERSONAL_DATA).enabled, True)
    project.update_session_alert_policy(True)
    t.same("alerts", project.get_policy(ProjectPolicyId.SESSION_ALERT).enabled, True)
    project.update_session_duration_policy(3600)
    t.same("duration", project.get_policy(ProjectPolicyId.SESSION_DURATION).duration, 3600)
    project.update_session_invalidation_policy(False)
    t.same("invalidation", project.get_policy(ProjectPolicyId.SESSION_INVALIDATION).enabled, False)
    project.update_session_limit_policy(3)
    t.same("sessions", project.get_policy(ProjectPolicyId.SESSION_LIMIT).total, 3)
    project.update_user_limit_policy(1000)
    t.same("users", project.get_policy(ProjectPolicyId.USER_LIMIT).total, 1000)
    project.update_user_limit_policy(None)
    t.same("no limit", t.key.client.raw["$id"] == t.front.project, True)
    project.update_membership_privacy_policy(user_name=True, user_email=False)
    t.same("privacy", project.get_policy(ProjectPolicyId.MEMBERSHIP_PRIVACY).username, True)
    project.update_mfa_factors_policy(phone=False)
    t.same("factors", project.get_policy(ProjectPolicyId.MFA_FACTORS).phone, False)
    listed = project.list_policies(queries=[Query.limit(100)])
    t.same("all", (listed.total, len(listed.policies)), (11, 11))


def keys(t):
    project = t.key.project
    secret = t.front.execute("project.createKey", keyId="narrow", name="Narrow", scopes=["teams.read"])["secret"]
    narrow = t.front.caller(key=secret)
    t.check("a key opens what its scopes say", narrow.teams.list().total > 0)
    t.refused(401, "general_unauthorized_scope", narrow.users.list)
    found = project.get_key("narrow")
    t.same("found", (found.id, found.name, found.scopes, found.secret), ("narrow", "Narrow", ["teams.read"], ""))
    changed = project.update_key(
        "narrow", "Wider", [ProjectKeyScopes.USERS_READ], expire="2999-01-01T00:00:00.000+00:00")
    t.same(
        "changed", (changed.name, changed.scopes, changed.expire),
        ("Wider", ["users.read"], "2999-01-01T00:00:00.000+00:00"))
    t.check("its scopes are others", narrow.users.list().total > 0)
    t.refused(401, "general_unauthorized_scope", narrow.teams.list)
    t.check("listed", "narrow" in [one.id for one in project.list_keys(queries=[Query.limit(100)]).keys])
    project.delete_key("narrow")
    t.refused(404, "key_not_found", project.get_key, "narrow")
    t.refused(401, "general_unauthorized_scope", narrow.users.list)
    brief = project.create_ephemeral_key([ProjectKeyScopes.USERS_READ], 60)
    t.same("a brief one", (brief.scopes, brief.secret.startswith("ephemeral_")), (["users.read"], True))
    t.check("opens too", t.front.caller(key=brief.secret).users.list().total > 0)


def platforms(t):
    project = t.key.project
    kinds = [
        ("web", "hostname", "app.example.com", "*.example.com"),
        ("apple", "bundle_identifier", "com.example.app", "com.example.other"),
        ("android", "application_id", "com.example.app", "com.example.other"),
        ("windows", "package_identifier_name", "Example.App", "Example.Other"),
        ("linux", "package_name", "example-app", "example-other")]
    for kind, argument, value, other in kinds:
        made = getattr(project, f"create_{kind}_platform")(kind, kind.title(), **{argument: value})
        member = argument.replace("_", "")
        t.same(f"{kind} is made", (made.id, made.name, getattr(made, member)), (kind, kind.title(), value))
        found = project.get_platform(kind)
        t.same(f"{kind} is found", (type(found).__name__, getattr(found, member)), ("Platform" + kind.title(), value))
        changed = getattr(project, f"update_{kind}_platform")(kind, "Renamed", **{argument: other})
        t.same(f"{kind} is changed", (changed.name, getattr(changed, member)), ("Renamed", other))
    listed = project.list_platforms(queries=[Query.equal("name", ["Renamed"])])
    t.same(
        "listed", (listed.total, sorted(one.id for one in listed.platforms)), (5, sorted(kind for kind, *_ in kinds)))
    for kind, *_ in kinds:
        project.delete_platform(kind)
    t.refused(404, "platform_not_found", project.get_platform, "web")


def small_things(t):
    project = t.key.project
    made = project.create_variable("v1", "API_URL", "https://example.com", secret=False)
    t.same(
        "a variable", (made.key, made.value, made.secret, made.resourcetype),
        ("API_URL", "https://example.com", False, "project"))
    t.same("changed", project.update_variable("v1", value="b", secret=True).secret, True)
    t.same("a secret one is not shown", project.get_variable("v1").value, "")
    t.same(
        "listed", [one.id for one in project.list_variables(queries=[Query.equal("key", ["API_URL"])]).variables],
        ["v1"])
    t.refused(409, "variable_already_exists", project.create_variable, "v2", "API_URL", "x")
    project.delete_variable("v1")
    t.refused(404, "variable_not_found", project.get_variable, "v1")
    made = project.create_mock_phone("+4915100007777", "123456")
    t.same("a phone for tests", (made.number, made.otp), ("+4915100007777", "123456"))
    t.same("found", project.get_mock_phone("+4915100007777").otp, "123456")
    t.same("changed", project.update_mock_phone("+4915100007777", "654321").otp, "654321")
    t.same("listed", project.list_mock_phones().mocknumbers[0].number, "+4915100007777")
    t.guest.account.create_phone_token("mock", "+4915100007777")
    t.same("its code opens", t.key.account.update_phone_session("mock", "654321").userid, "mock")
    project.delete_mock_phone("+4915100007777")
    t.refused(404, "mock_number_not_found", project.get_mock_phone, "+4915100007777")


def mail_templates(t):
    project = t.key.project
    german = {"template_id": ProjectEmailTemplateId.OTPSESSION, "locale": ProjectEmailTemplateLocale.DE}
    t.same("standard words", project.get_email_template(**german).subject, "Your code")
    changed = project.update_email_template(
        **german, subject="Dein Code", message="<p>{{otp}}</p>", sender_name="Laden", sender_email="shop@example.com")
    t.same(
        "changed", (changed.templateid, changed.locale, changed.subject, changed.sendername),
        ("otpSession", "de", "Dein Code", "Laden"))
    t.same("found", project.get_email_template(**german), changed)
    listed = project.list_email_templates(queries=[Query.limit(10)])
    t.same("listed", (listed.total, [one.subject for one in listed.templates]), (1, ["Dein Code"]))
    caller = t.front.caller()
    caller.client.set_locale("de-at")
    caller.account.create_email_token("unique()", "german@example.com")
    t.check("a mail is in its words", t.front.sent("email-otp")["html"].startswith("<p>"), t.front.sent("email-otp"))


def providers(t):
    project = t.key.project
    names = [
        name for name,
        _ in inspect.getmembers(service_class("project"), inspect.isfunction) if name.startswith("update_o_auth2_")]
    project.list_o_auth2_providers(queries=[Query.limit(100)])
    known = {one["$id"] for one in t.key.client.raw["providers"]}
    served = 0
    for name in names:
        takes = inspect.signature(getattr(service_class("project"), name)).parameters
        given = {
            argument: SETTINGS.get(argument, f"my-{argument}") for argument in takes
            if argument not in ("self", "enabled", "prompt", "max_age", "native_client_ids", "native_enabled")}
        try:
            changed = getattr(project, name)(**given, enabled=False)
        except Exception as error:  # noqa: BLE001: a provider of a later release is none of ours
            t.same(f"{name} is not known", getattr(error, "type", error), "general_route_not_found")
            continue
        served += 1
        raw = t.key.client.raw
        t.check(f"{name}: its provider is listed", raw["$id"] in known, raw["$id"])
        members = {key.lower(): value for key, value in raw.items()}
        for argument, value in given.items():
            shown = members.get(argument.replace("_", ""))
            t.check(f"{name}: {argument} is kept, or secret", shown in (value, ""), shown)
        try:
            found = project.get_o_auth2_provider(ProjectOAuthProviderId(raw["$id"]))
            t.same(f"{name}: as what it is", type(found).__name__, type(changed).__name__)
        except AppwriteException as error:
            t.check(f"{name}: it is known", raw["$id"] in FORGOTTEN and not error.code, error)
        t.same(f"{name}: it is found", t.key.client.raw, raw)
    t.check("most of them are served", served >= 40, served)


ALL = [project, policies, keys, platforms, small_things, mail_templates, providers]
