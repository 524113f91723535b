import Values

/// Says in plain words what permissions of a table amount to.
struct RoleReport {
    let table: Table

    /// One line for a table: `any: read; users: create, read, update own`.
    var summary: String {
        let roles = Self.namedRoles + otherRoles
        let parts = roles.compactMap { role -> String? in
            let allowed = Action.allCases.filter { table.permissions.contains($0.permission(role)) }.map(\.rawValue)
            return allowed.isEmpty ? nil : "\(role): \(allowed.joined(separator: ", "))"
        }
        let listed = parts.isEmpty ? "only the key" : parts.joined(separator: "; ")
        return table.rowSecurity ? listed + "; rows grant more" : listed
    }

    /// The exact effect for the roles that everybody knows: for each action `all rows`, `rows that grant it`, or `no`.
    var effects: JSON {
        .object(
            JSONObject(
                (Self.namedRoles + otherRoles).map { role in
                    (role, .object(JSONObject(Action.allCases.map { ($0.rawValue, .string(effect($0, for: role))) })))
                }
            )
        )
    }

    private static let namedRoles = ["any", "guests", "users"]

    /// The roles that the table names, but for those that everybody knows.
    var otherRoles: [String] {
        var result: [String] = []
        for permission in table.permissions {
            let role = Permissions.role(permission)
            if !Self.namedRoles.contains(role), !result.contains(role) { result.append(role) }
        }
        return result
    }

    private func effect(_ action: Action, for role: String) -> String {
        if Self.implied(by: role).contains(where: { table.permissions.contains(action.permission($0)) }) {
            return "all rows"
        }
        return table.rowSecurity && action != .create ? "rows that grant it" : "no"
    }

    /// The roles that everybody holds who holds this one, itself included.
    private static func implied(by role: String) -> [String] {
        if role == "any" { return ["any"] }
        if role == "guests" { return ["any", "guests"] }
        var held = ["any", "users"]
        if let slash = role.firstIndex(of: "/") {
            held.append(String(role[..<slash]))
            if role.hasPrefix("user:") { held.append("users\(role[slash...])") }
        }
        return held + [role]
    }
}
