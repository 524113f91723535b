package import Values

/// Who acts: the owner of the project, somebody unknown, or a user.
package enum Actor: Sendable, Hashable, CustomStringConvertible {
    /// The project's owner; permissions of tables and rows do not bind it.
    case key
    case guest
    case user(String)

    /// Reads `key`, `guest` or `user:ID`.
    /// - Throws: `general_argument_invalid` for anything else.
    package init(parsing text: String) throws(AppError) {
        switch text {
        case "key": self = .key
        case "guest": self = .guest
        default:
            guard text.hasPrefix("user:"), ID.isValid(String(text.dropFirst(5))) else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(text)' names no actor.",
                    argument: "as",
                    hint: "Write \"key\", \"guest\" or \"user:ID\"."
                )
            }
            self = .user(String(text.dropFirst(5)))
        }
    }

    package var description: String {
        switch self {
        case .key: "key"
        case .guest: "guest"
        case .user(let id): "user:\(id)"
        }
    }
}
