import Storage
package import Values

extension Engine {
    /// Whether pages from a host may call: those that the project's owner has registered, and those on the machine of
    /// the user itself.
    /// - Throws: 503 `store_unavailable`.
    package func allowsOrigin(host: String) async throws(AppError) -> Bool {
        let host = host.lowercased()
        if ["localhost", "127.0.0.1", "[::1]"].contains(host) { return true }
        return try await translating("The check of an origin") { () async throws -> Bool in
            try await store.read { try ProjectSettings($0).isRegistered(host: host) }
        }
    }
}
