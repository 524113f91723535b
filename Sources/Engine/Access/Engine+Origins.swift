import Storage
package import Values

extension Engine {
    /// Whether pages of a host may use the project from a browser: those of a registered host, and of the machine of the
    /// user itself.
    /// - Parameter host: the name in the header `Origin`, without scheme and port.
    package func allowsOrigin(host: String) async throws(AppError) -> Bool {
        try await translating("The check of an origin") { () async throws -> Bool in
            try await pipeline.store.read { try ProjectSettings($0).isOpen(host: host) }
        }
    }
}
