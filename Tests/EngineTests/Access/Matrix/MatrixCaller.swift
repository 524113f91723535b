import Catalog
import Values

@testable import Engine

/// The kinds of callers that every operation is tried with, in the order of the letters in ``AccessMatrix/expected``.
enum MatrixCaller: String, CaseIterable {
    case guest
    /// Signed in, and a member of no team.
    case user
    /// Signed in, and a member of the team.
    case member
    /// Signed in, and an owner of the team.
    case owner
    /// An API key with every scope but those of the operation.
    case keyWithout
    /// An API key with nothing but a scope of the operation.
    case keyWith
    /// The project's owner.
    case key
}

/// What a call came to, as far as rights are concerned.
enum MatrixVerdict: Character {
    case done = "+"
    /// The caller may ask for it, and was refused for another reason.
    case refusedOtherwise = "~"
    case unauthorized = "1"
    case forbidden = "3"
    /// What the call names is not there for this caller.
    case notThere = "4"

    /// What answers with 401 although rights have nothing to do with it: a wrong password or secret, a caller who has
    /// signed in already.
    private static let otherReasons: Set<String> = [
        "user_invalid_credentials", "user_invalid_token", "user_session_already_exists", "team_invalid_secret",
        "team_invite_mismatch",
    ]

    init(_ error: AppError) {
        switch error.code.status {
        case 401: self = Self.otherReasons.contains(error.code.type) ? .refusedOtherwise : .unauthorized
        case 403: self = .forbidden
        case 404: self = .notThere
        default: self = .refusedOtherwise
        }
    }
}

/// Who may do what with every operation that is not about tables and rows.
enum AccessMatrix {
    /// Every operation but those on tables and rows, where permissions decide.
    static var operations: [Operation] {
        Catalog.embedded.operations.filter { !["tablesDB", "databases"].contains($0.service) }
    }

    /// A line of ``expected``: people, the API keys without and with the scope, the project's owner.
    static func line(_ operation: String, _ verdicts: [MatrixVerdict]) -> String {
        let letters = verdicts.map(\.rawValue)
        let groups = [letters[..<4], letters[4..<6], letters[6...]].map { String($0) }
        return operation + " " + groups.joined(separator: " ")
    }

    /// The lines by their operations; a name that ends with `*` stands for all that begin like it.
    struct Table {
        private var exact: [String: String] = [:]
        private var families: [(prefix: String, letters: String)] = []

        init(_ text: String) {
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: " ", maxSplits: 1)
                let (name, letters) = (String(parts[0]), String(parts[1]))
                if name.hasSuffix("*") {
                    families.append((String(name.dropLast()), letters))
                } else {
                    precondition(exact.updateValue(letters, forKey: name) == nil, "\(name) is there twice")
                }
            }
        }

        /// What is expected of an operation; nil where the table does not know it.
        subscript(operation: String) -> String? {
            exact[operation] ?? families.first { operation.hasPrefix($0.prefix) }?.letters
        }

        /// The names that stand for no operation.
        func unused(_ operations: [String]) -> [String] {
            let families = families.map(\.prefix).filter { prefix in !operations.contains { $0.hasPrefix(prefix) } }
            return exact.keys.filter { !operations.contains($0) }.sorted() + families.map { $0 + "*" }
        }
    }
}
