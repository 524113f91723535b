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
}
