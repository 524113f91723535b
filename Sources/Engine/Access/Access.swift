package import Catalog
import Values

/// Every decision about who may do what. Nothing else in the engine compares roles.
package struct Access: Sendable {
    /// The actor of the process; anything but the key can act as itself only.
    package var actor: Actor
    /// The scopes of the process; nil for all.
    package var scopes: Set<String>?
    /// Whether operations that change anything are refused.
    package var isReadOnly: Bool

    /// The scopes of callers who have not signed in. Users have those of every operation that is open to sessions.
    private static let guestScopes: Set<String> = [
        "sessions.write", "documents.read", "documents.write", "rows.read", "rows.write", "files.read", "files.write",
        "locale.read", "avatars.read", "executions.write", "graphql", "embeddings.write",
    ]

    package init(actor: Actor = .key, scopes: Set<String>? = nil, isReadOnly: Bool = false) {
        self.actor = actor
        self.scopes = scopes
        self.isReadOnly = isReadOnly
    }

    /// Whether callers who have not signed in may ask for an operation.
    package static func isOpenToGuests(_ operation: Operation) -> Bool {
        operation.auth.contains("Session")
            && (operation.scopes.isEmpty || !guestScopes.isDisjoint(with: operation.scopes))
    }

    /// Decides whether an actor may run an operation at all.
    /// - Throws: 401 `user_unauthorized` for an actor that this process can't take, 401 `general_unauthorized_scope`,
    ///   403 `read_only`.
    func authorize(_ requested: Actor?, for operation: Operation) throws(AppError) -> Actor {
        let actor = requested ?? self.actor
        guard self.actor == .key || self.actor == actor else {
            throw AppError(
                .userUnauthorized,
                "This process acts as \(self.actor) and can't act as \(actor).",
                argument: "as",
                hint: "Leave out \"as\", or start another process with --as."
            )
        }
        if isReadOnly, operation.effect != .read {
            throw AppError(
                .readOnly,
                "\(operation.id) changes data and this process is read-only.",
                hint: "Start it without --read-only to allow changes."
            )
        }
        if actor.isAPIKey {
            guard operation.auth.contains("Key") else {
                throw AppError(
                    .generalUnauthorizedScope,
                    "\(operation.id) is not for API keys.",
                    hint: "Run it as the user whom it is about, or as the owner of the project."
                )
            }
        } else if case .administrator = actor {
            guard operation.auth.contains("Admin") else {
                throw AppError(
                    .generalUnauthorizedScope,
                    "\(operation.id) is not for those who administer the project.",
                    hint: "Run it as the user whom it is about, or as the owner of the project."
                )
            }
        } else if actor != .key, !operation.auth.contains("Session"), !Self.isForImpersonators(operation, actor) {
            throw Self.keyOnly(operation, actor)
        }
        if actor == .guest, !Self.isOpenToGuests(operation) {
            throw AppError(
                .generalUnauthorizedScope,
                "\(operation.id) is for users who have signed in, not for guests.",
                hint: "Run it as a user or as a key."
            )
        }
        if let scopes, !operation.scopes.isEmpty, !operation.scopes.contains(where: scopes.contains) {
            throw AppError(
                .generalUnauthorizedScope,
                "\(operation.id) needs the scope \(operation.scopes.joined(separator: " or ")), which this process "
                    + "does not have.",
                hint: "Start it with --scopes that name one of them."
            )
        }
        return actor
    }
}

/// How far an action on rows is open to a caller.
enum RowAccess: Equatable {
    /// Every row.
    case all
    /// Only rows whose own permissions say so.
    case own
    case none
}

extension Caller {
    /// What the table's settings say about an action on its rows. Rows have no `create` permission of their own.
    func access(_ action: Action, to table: Table) -> RowAccess {
        if isPrivileged { return .all }
        if held.match(table.permissions, action) { return .all }
        return table.rowSecurity && action != .create ? .own : .none
    }

    /// Whether an action on this row is allowed.
    func may(_ action: Action, _ row: [String], in table: Table) -> Bool {
        switch access(action, to: table) {
        case .all: true
        case .own: held.match(row, action)
        case .none: false
        }
    }

    /// Refuses an action.
    func refusal(_ action: Action, on table: Table) -> AppError {
        let needed = grants(action).joined(separator: ", ")
        return AppError(
            .userUnauthorized,
            "\(actor) may not \(action.rawValue) rows of the table '\(table.id)'.",
            hint: table.rowSecurity && action != .create
                ? "The table or the row must grant one of \(needed)."
                : "The table must grant one of \(needed); tablesDB.updateTable sets its permissions."
        )
    }

    /// Refuses to hand out what the caller does not hold itself.
    /// - Throws: 401 `user_unauthorized`.
    func checkGrants(_ permissions: [String]) throws(AppError) {
        guard !isPrivileged else { return }
        for (index, permission) in permissions.enumerated() where !roles.contains(Permissions.role(permission)) {
            throw AppError(
                .userUnauthorized,
                "\(actor) can't grant \(permission): it does not hold that role.",
                argument: "permissions[\(index)]",
                hint: "Roles it may grant to: \(roles.joined(separator: ", "))."
            )
        }
    }

    /// The permissions of a new row when none are given: a user's rows are its own.
    var defaultPermissions: [String] {
        guard let id = actor.userID else { return [] }
        return Permissions.rowActions.map { $0.permission("user:\(id)") }
    }
}
