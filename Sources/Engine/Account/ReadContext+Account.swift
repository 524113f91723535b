import Catalog
import Storage
import Values

extension ReadContext {
    /// The user who calls.
    /// - Throws: 401 `general_unauthorized_scope` for guests and keys.
    func ownUser() throws -> User {
        guard let id = caller.actor.userID else {
            throw AppError(
                .generalUnauthorizedScope,
                "\(call.operation.id) is about the user who calls, and \(caller.actor) is none.",
                argument: "as",
                hint: "Run it \"as\": \"user:ID\" or as a session. The operations of users are for keys."
            )
        }
        return try user(id, argument: "as")
    }

    /// The session of the user who calls that `sessionId` names; `current` is the one with which it calls.
    /// - Throws: 404 `user_session_not_found`.
    func ownSession(of user: User) throws -> Session {
        let id = call.string("sessionId")
        guard id == "current" else { return try openSession(id, of: user.id) }
        guard let current = caller.session else { throw noSession(argument: "sessionId") }
        return try openSession(current.id, of: user.id)
    }

    /// Refuses what needs a session, in a call without one.
    func noSession(argument: Prose) -> AppError {
        AppError(
            .userSessionNotFound,
            "This call was made without a session.",
            argument: argument,
            hint:
                "Sign in, for example with account.createEmailPasswordSession, and call \"as\": {\"session\": SECRET}."
        )
    }

    /// Refuses to sign in a caller who is signed in.
    /// - Throws: 401 `user_session_already_exists`.
    func checkNotSignedIn() throws {
        guard let id = caller.actor.userID else { return }
        throw AppError(
            .userSessionAlreadyExists,
            "The call was made as the user '\(id)', who is signed in.",
            argument: "as",
            hint: "Sign in as guest, or end the session with account.deleteSession first."
        )
    }
}
