"""`account`: users who act for themselves, with a session."""

import base64
import hashlib
import hmac
import struct
import time

from appwrite.enums.authentication_factor import AuthenticationFactor
from appwrite.enums.authenticator_type import AuthenticatorType
from appwrite.enums.o_auth_provider import OAuthProvider
from appwrite.id import ID

PASSWORD = "correct horse"
HERE = "http://localhost/after"


def one_time_password(secret):
    """What an authenticator shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def new_user(t, name):
    user = t.key.users.create(name, email=f"{name}@example.com", password=PASSWORD, name=name.title())
    return user, t.signed_in(user.id)


def signing_up(t):
    user = t.guest.account.create("ann", "Ann@Example.com", PASSWORD, "Ann")
    t.same("its id", user.id, "ann")
    t.same("its address is in small letters", user.email, "ann@example.com")
    t.same("its name", user.name, "Ann")
    t.same("flags", (user.status, user.emailverification, user.mfa), (True, False, False))
    t.same("preferences", user.prefs.data, {})
    t.same("the target of its address", [target.identifier for target in user.targets], ["ann@example.com"])
    t.check("the password stays secret", user.password in (None, ""), user.password)
    t.refused(409, "user_already_exists", t.guest.account.create, "ann", "other@example.com", PASSWORD)
    t.refused(409, "user_already_exists", t.guest.account.create, ID.unique(), "ann@example.com", PASSWORD)
    error = t.refused(400, "general_argument_invalid", t.guest.account.create, ID.unique(), "b@example.com", "short")
    t.check("the message names the argument", "password" in error.message, error.message)
    t.refused(401, "general_unauthorized_scope", t.guest.account.get)


def sessions(t):
    new_user(t, "sam")
    t.refused(
        401, "user_invalid_credentials", t.guest.account.create_email_password_session, "sam@example.com", "wrong!!!")
    hidden = t.guest.account.create_email_password_session("sam@example.com", PASSWORD)
    t.same("clients get the secret as a cookie", hidden.secret, "")
    session = t.key.account.create_email_password_session("sam@example.com", PASSWORD)
    t.same(
        "who signed in, and how", (session.userid, session.provider, session.factors), ("sam", "email", ["password"]))
    sam = t.front.caller(session=session.secret)
    user = sam.account.get()
    t.same("the user of the session", (user.id, user.email), ("sam", "sam@example.com"))
    t.refused(
        401, "user_session_already_exists", sam.account.create_email_password_session, "sam@example.com", PASSWORD)
    current = sam.account.get_session("current")
    t.same("the current session", (current.id, current.current, current.secret), (session.id, True, ""))
    listed = sam.account.list_sessions()
    t.same("sessions", (listed.total, [one.current for one in listed.sessions].count(True)), (3, 1))
    t.same("a session is prolonged", sam.account.update_session("current").id, session.id)
    t.same("another session ends", sam.account.delete_session(hidden.id) in ({}, b"", None), True)
    t.refused(404, "user_session_not_found", sam.account.get_session, hidden.id)
    sam.account.delete_sessions()
    t.refused(401, "general_unauthorized_scope", sam.account.get)
    anonymous = t.key.account.create_anonymous_session()
    t.same("its provider", anonymous.provider, "anonymous")
    t.same("nobody knows its address", t.front.caller(session=anonymous.secret).account.get().email, "")
    t.refused(401, "general_unauthorized_scope", t.key.account.get)


def profile(t):
    _, bea = new_user(t, "bea")
    t.same("name", bea.account.update_name("Beatrice").name, "Beatrice")
    t.same("address", bea.account.update_email("Bea2@example.com", PASSWORD).email, "bea2@example.com")
    t.refused(401, "user_invalid_credentials", bea.account.update_email, "bea3@example.com", "not it at all")
    t.same("phone", bea.account.update_phone("+4915112345678", PASSWORD).phone, "+4915112345678")
    prefs = {"theme": "dark", "size": 12, "nested": {"list": [1, 2.5, "a"]}}
    t.same("preferences come back", bea.account.update_prefs(prefs).prefs.data, prefs)
    t.same("preferences alone", bea.account.get_prefs().data, prefs)
    t.refused(401, "user_invalid_credentials", bea.account.update_password, "new password", "not it at all")
    t.same("password", bea.account.update_password("new password", PASSWORD).id, "bea")
    identities = bea.account.list_identities()
    t.same("identities", (identities.total, identities.identities), (0, []))
    t.refused(404, "user_identity_not_found", bea.account.delete_identity, "none")
    session = t.key.account.create_email_password_session("bea2@example.com", "new password")
    t.same("the new password opens", session.userid, "bea")
    t.same("they leave", bea.account.update_status().status, False)
    error = t.refused(
        403, "user_blocked", t.key.account.create_email_password_session, "bea2@example.com", "new password")
    t.check("the message says why", "block" in error.message.lower(), error.message)


def links_and_codes(t):
    new_user(t, "liz")
    token = t.guest.account.create_magic_url_token("liz", "liz@example.com", HERE)
    t.same("the link is sent, not shown", (token.userid, token.secret), ("liz", ""))
    sent = t.front.sent("magic-url")
    t.check("the link leads to the page", sent["url"].startswith(HERE + "?"), sent)
    session = t.key.account.update_magic_url_session("liz", sent["secret"])
    t.same("the link signs in", (session.userid, session.provider), ("liz", "magic-url"))
    t.refused(401, "user_invalid_token", t.key.account.update_magic_url_session, "liz", sent["secret"])
    token = t.guest.account.create_email_token("liz", "liz@example.com", phrase=True)
    t.check("a phrase is shown", len(token.phrase) > 3, token.phrase)
    session = t.key.account.create_session("liz", t.front.sent("email-otp")["secret"])
    t.same("the code signs in", session.userid, "liz")
    t.guest.account.create_phone_token("max", "+4915112340000")
    session = t.key.account.update_phone_session("max", t.front.sent("phone")["secret"])
    t.same("a text signs in", (session.userid, session.provider), ("max", "phone"))
    t.refused(401, "user_invalid_token", t.key.account.create_session, "liz", "000000")
    t.key.project.update_o_auth2_git_hub(client_id="id", client_secret="secret", enabled=True)
    away = t.guest.account.create_o_auth2_token(OAuthProvider.GITHUB, success=HERE, failure=HERE)
    t.check("the way to a provider", away.startswith("https://github.com/login/oauth/authorize?"), away)
    t.check("it says who asks", "client_id=id" in away, away)


def forgotten_and_verified(t):
    _, eve = new_user(t, "eve")
    token = t.guest.account.create_recovery("eve@example.com", HERE)
    t.same("recovery", (token.userid, token.secret), ("eve", ""))
    t.refused(
        400, "general_argument_invalid", t.guest.account.create_recovery, "eve@example.com", "https://evil.example/")
    secret = t.front.sent("recovery")["secret"]
    t.same("a new password", t.guest.account.update_recovery("eve", secret, "another password").userid, "eve")
    t.refused(401, "user_invalid_token", t.guest.account.update_recovery, "eve", secret, "another password")
    t.same("whoever reads mail has the address", t.signed_in("eve").account.get().emailverification, True)
    _, evi = new_user(t, "evi")
    t.same("verification", evi.account.create_email_verification(HERE).userid, "evi")
    token = evi.account.update_email_verification("evi", t.front.sent("email-verification")["secret"])
    t.same("verified", (token.userid, evi.account.get().emailverification), ("evi", True))
    _, eva = new_user(t, "eva")
    eva.account.create_verification(HERE)
    eva.account.update_verification("eva", t.front.sent("email-verification")["secret"])
    t.same("verified by the old name", eva.account.get().emailverification, True)
    eva.account.update_phone("+4915112341111", PASSWORD)
    eva.account.create_phone_verification()
    eva.account.update_phone_verification("eva", t.front.sent("phone-verification")["secret"])
    t.same("the phone is verified", eva.account.get().phoneverification, True)


def second_factors(t):
    _, moe = new_user(t, "moe")
    kind = moe.account.create_mfa_authenticator(AuthenticatorType.TOTP)
    t.check("it can be scanned", kind.uri.startswith("otpauth://totp/") and kind.secret in kind.uri, kind.uri)
    t.refused(401, "user_invalid_token", moe.account.update_mfa_authenticator, AuthenticatorType.TOTP, "000000")
    moe.account.update_mfa_authenticator(AuthenticatorType.TOTP, one_time_password(kind.secret))
    factors = moe.account.list_mfa_factors()
    t.same("factors", (factors.totp, factors.email, factors.recoverycode), (True, False, False))
    codes = moe.account.create_mfa_recovery_codes().recoverycodes
    t.same("recovery codes", len(codes), 6)
    t.same("it is on", moe.account.update_mfa(True).mfa, True)
    session = t.key.account.create_email_password_session("moe@example.com", PASSWORD)
    moe = t.front.caller(session=session.secret)
    t.refused(401, "user_more_factors_required", moe.account.get)
    challenge = moe.account.create_mfa_challenge(AuthenticationFactor.RECOVERYCODE)
    t.same("whose challenge", challenge.userid, "moe")
    t.refused(401, "user_invalid_token", moe.account.update_mfa_challenge, challenge.id, "wrong-code")
    challenge = moe.account.create_mfa_challenge(AuthenticationFactor.RECOVERYCODE)
    session = moe.account.update_mfa_challenge(challenge.id, codes[0])
    t.check("the session has two factors", len(session.factors) == 2 and session.mfaupdatedat, session.factors)
    t.same("it opens", moe.account.get().id, "moe")
    t.same("a code is good once", len(moe.account.get_mfa_recovery_codes().recoverycodes), 5)
    t.check("new codes", set(moe.account.update_mfa_recovery_codes().recoverycodes).isdisjoint(codes))
    moe.account.delete_mfa_authenticator(AuthenticatorType.TOTP)
    t.same("the authenticator is gone", moe.account.list_mfa_factors().totp, False)


ALL = [signing_up, sessions, profile, links_and_codes, forgotten_and_verified, second_factors]
