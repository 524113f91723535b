import Storage
package import Values

extension Engine {
    /// Whether those may call who come from an origin, as the header `Origin` has it: pages of hosts that may, and apps
    /// that the project's owner has registered.
    /// - Throws: 503 `store_unavailable`.
    package func allowsOrigin(_ origin: String) async throws(AppError) -> Bool {
        switch CallerOrigin(origin) {
        case .page(let host): return try await allowsOrigin(host: host)
        case .app(let type, let id):
            return try await translating("The check of an origin") { () async throws -> Bool in
                try await store.read { try ProjectSettings($0).isRegistered(app: id, of: type) }
            }
        case nil: return false
        }
    }

    /// Whether pages from a host may call: those that the project's owner has registered, and those on the machine of
    /// the user itself.
    /// - Throws: 503 `store_unavailable`.
    package func allowsOrigin(host: String) async throws(AppError) -> Bool {
        try await translating("The check of an origin") { () async throws -> Bool in
            try await pipeline.store.read { try ProjectSettings($0).isOpen(host: host) }
        }
    }
}
