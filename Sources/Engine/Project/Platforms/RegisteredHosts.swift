import Storage
import Values

extension ProjectSettings {
    /// Whether a host is the machine of a user itself, or registered; see ``isRegistered(host:)``.
    func isOpen(host: String) throws -> Bool {
        try ["localhost", "127.0.0.1"].contains(host.lowercased()) || isRegistered(host: host)
    }

    /// Whether a host is that of a registered web site: by its name, by `*.` before a domain that it is below, or by `*`.
    /// Links in mails and redirects may lead nowhere else.
    func isRegistered(host: String) throws -> Bool {
        let host = host.lowercased()
        guard Formats.isHostname(host) else { return false }
        var names = [host, "*"]
        var rest = host[...]
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            names.append("*.\(rest)")
        }
        var query = RowQuery(limit: 1)
        query.filters = [
            .compare("hostname", .equal, names.map { .string($0) }), .compare("type", .equal, ["web"]),
        ]
        return try !session.rows(query, in: IdentityTables.platforms).isEmpty
    }

    /// Whether an app is registered, by what apps of its type are known by.
    func isRegistered(app id: String, of type: String) throws -> Bool {
        guard let kind = PlatformKind.all.first(where: { $0.type == type }) else { return false }
        var query = RowQuery(limit: 1)
        query.filters = [
            .compare(kind.field, .equal, [.string(id)]), .compare("type", .equal, [.string(type)]),
        ]
        return try !session.rows(query, in: IdentityTables.platforms).isEmpty
    }
}
