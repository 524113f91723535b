import Catalog
import Values

/// A person who has signed in at the console and acts on one of its projects.
///
/// Permissions of tables and rows do not bind it; the scopes of its roles in the project's organisation do.
package struct Administrator: Sendable, Hashable {
    /// The id of the user on the console.
    package let user: String
    /// What its roles come to.
    package let role: ConsoleRole

    /// - Throws: 401 `general_unauthorized_scope` for an operation that its role does not open.
    func check(for operation: Operation) throws(AppError) {
        guard operation.scopes.isEmpty || operation.scopes.contains(where: role.has) else {
            throw AppError(
                .generalUnauthorizedScope,
                "\(operation.id) needs the scope \(operation.scopes.joined(separator: " or ")), which the role "
                    + "\(role.rawValue) does not have.",
                hint: "An owner of the organisation gives other roles with teams.updateMembership."
            )
        }
    }
}

/// What members of an organisation may do with its projects.
package enum ConsoleRole: String, Sendable, CaseIterable {
    case owner, developer, editor, analyst

    /// The strongest one among the roles of a membership; nil where none of them means anything.
    init?(_ roles: some Sequence<String>) {
        let roles = Set(roles)
        guard let role = Self.allCases.first(where: { roles.contains($0.rawValue) }) else { return nil }
        self = role
    }

    /// Whether it may do what the scope stands for: owners and developers everything inside of a project, the others
    /// read, or change, what it holds, but neither its people nor its keys.
    func has(_ scope: String) -> Bool {
        switch self {
        case .owner, .developer: true
        case .editor: Self.read.contains(scope) || Self.written.contains(scope)
        case .analyst: Self.read.contains(scope)
        }
    }

    /// Whether nothing inside of a project is closed to it.
    var hasEverything: Bool { self == .owner || self == .developer }

    /// The roles of those in a team to whom nothing inside of its projects is closed; none for no team.
    static func rolesWithEverything(in team: String) -> [String] {
        team.isEmpty ? [] : allCases.filter(\.hasEverything).map { "team:\(team)/\($0.rawValue)" }
    }

    /// Whether it may make and change projects of its organisation.
    var changesProjects: Bool { hasEverything }

    /// Whether it may delete them and give them away.
    var ownsProjects: Bool { self == .owner }

    private static let read: Set<String> = [
        "databases.read", "tables.read", "columns.read", "indexes.read", "rows.read", "collections.read",
        "attributes.read", "documents.read", "buckets.read", "files.read", "functions.read", "executions.read",
        "project.read", "locale.read", "avatars.read", "presences.read",
    ]
    private static let written: Set<String> = [
        "rows.write", "documents.write", "files.write", "presences.write", "executions.write",
    ]
}
