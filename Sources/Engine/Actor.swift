package import Values

/// Who acts: the owner of the project, somebody unknown, a user, or a key that the owner has given away.
package enum Actor: Sendable, Hashable, CustomStringConvertible {
    /// The project's owner; permissions of tables and rows do not bind it.
    case key
    case guest
    case user(String)
    /// A user who has signed in, which ends with the session.
    case session(user: String, id: String)
    /// An API key, by its id. It is bound by its scopes and by no permission.
    case apiKey(String)
    /// An API key that is kept nowhere. Only its secret makes one.
    case ephemeralKey(EphemeralKey)
    /// A user who acts as another one.
    case impersonated(Impersonation)
    /// A person of the console, bound by its role in the organisation and by no permission. Only a session makes one.
    case administrator(Administrator)

    /// Reads `key`, `guest`, `user:ID` or `key:ID`.
    /// - Throws: `general_argument_invalid` for anything else.
    package init(parsing text: String) throws(AppError) {
        switch text {
        case "key": self = .key
        case "guest": self = .guest
        default:
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, ["user", "key"].contains(parts[0]), ID.isValid(parts[1]) else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(text)' names no actor.",
                    argument: "as",
                    hint: "Write \"key\", \"guest\", \"user:ID\", or \"key:ID\" for an API key."
                )
            }
            self = parts[0] == "user" ? .user(parts[1]) : .apiKey(parts[1])
        }
    }

    /// The user who acts, signed in or not; of one who acts as another one, that other one.
    package var userID: String? {
        switch self {
        case .user(let id), .session(let id, _): id
        case .impersonated(let impersonation): impersonation.user
        case .key, .guest, .apiKey, .ephemeralKey, .administrator: nil
        }
    }

    /// Whether permissions of tables and rows, and disabled states, do not apply.
    package var isPrivileged: Bool {
        switch self {
        case .key, .apiKey, .ephemeralKey, .administrator: true
        case .guest, .user, .session, .impersonated: false
        }
    }

    /// Whether it is a key that the owner has given away, and so bound by scopes of its own.
    var isAPIKey: Bool {
        switch self {
        case .apiKey, .ephemeralKey: true
        case .key, .guest, .user, .session, .impersonated, .administrator: false
        }
    }

    /// Who acts as the user of the call; nil where that is the user itself, or nobody is.
    package var impersonator: String? {
        if case .impersonated(let impersonation) = self { impersonation.impersonator } else { nil }
    }

    package var description: String {
        switch self {
        case .key: "key"
        case .guest: "guest"
        case .user(let id), .session(let id, _): "user:\(id)"
        case .impersonated(let impersonation): "user:\(impersonation.user)"
        case .apiKey(let id): "key:\(id)"
        case .ephemeralKey(let key): "key:\(key.id)"
        case .administrator(let administrator): "console:\(administrator.user)"
        }
    }
}

/// How somebody says who they are: by being believed, or by a secret.
package enum Credential: Sendable, Hashable {
    case actor(Actor)
    /// The secret of a session, as signing in answered it.
    case session(String)
    case jwt(String)
    /// The secret of an API key.
    case key(String)

    /// Whether it is more than a name.
    var isSecret: Bool {
        switch self {
        case .actor: false
        case .session, .jwt, .key: true
        }
    }
}
