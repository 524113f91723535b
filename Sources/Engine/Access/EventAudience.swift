package import Values

/// Who may do something with what is inside of a table or a bucket.
package struct ContainerRights: Sendable, Equatable {
    /// The permissions of the container, which hold for everything inside.
    package var permissions: [String]
    /// Whether those of the single row or file count too.
    package var hasItemSecurity: Bool

    package init(permissions: [String], hasItemSecurity: Bool) {
        self.permissions = permissions
        self.hasItemSecurity = hasItemSecurity
    }
}

extension ContainerRights {
    init(_ table: Table) {
        self.init(permissions: table.permissions, hasItemSecurity: table.rowSecurity)
    }
}

extension EventPath {
    /// What decides together with an event's payload who may hear of it.
    package enum Container: Sendable, Equatable {
        case table(database: String, id: String)
        case bucket(String)
    }

    /// nil for what is in no container.
    package var container: Container? {
        switch (kinds, resources.first?.id, resources.dropFirst().first?.id) {
        case ("databases/tables/rows", let database?, let table?): .table(database: database, id: table)
        case ("buckets/files", let bucket?, _): .bucket(bucket)
        default: nil
        }
    }

    /// The roles whose holders may hear of an event, without repetition; nobody but the project's owner hears of one
    /// for which there are none.
    ///
    /// - Parameters:
    ///   - payload: the resource as it is after the event, or was before it was deleted.
    ///   - rights: those of the ``container``; nil where it is gone, or closed to everybody but the owner.
    package func audience(_ payload: JSON, _ rights: ContainerRights?) -> [String] {
        guard let first = resources.first else { return [] }
        var readers: [String] = []
        switch kinds {
        case "databases/tables/rows", "buckets/files":
            guard let rights else { return [] }
            readers = Permissions.roles(rights.permissions, .read)
            if rights.hasItemSecurity { readers += Self.readers(of: payload) }
        case "functions/executions": readers = Self.readers(of: payload)
        case "presences":
            // A user is never shut out of its own presence.
            readers = Self.readers(of: payload)
            if let user = payload["userId"]?.string { readers.append("user:\(user)") }
        case "teams", "teams/memberships": readers = first.id.map { ["team:\($0)"] } ?? []
        case "projects" where toldProject != nil:
            readers = payload["teamId"]?.string.map { ConsoleRole.rolesWithEverything(in: $0) } ?? []
        case _ where first.kind == "users": readers = first.id.map { ["user:\($0)"] } ?? []
        default: return []
        }
        var seen: Set<String> = []
        return readers.filter { seen.insert($0).inserted }
    }

    /// Whether permissions in the payload may let others hear of an event than ``audience(_:_:)`` finds without it.
    func payloadOpens(_ rights: ContainerRights?) -> Bool {
        switch kinds {
        case "databases/tables/rows", "buckets/files": rights?.hasItemSecurity ?? false
        case "functions/executions", "presences": true
        case "projects": toldProject != nil
        default: false
        }
    }

    private static func readers(of payload: JSON) -> [String] {
        Permissions.roles(payload["$permissions"]?.strings ?? [], .read)
    }
}
