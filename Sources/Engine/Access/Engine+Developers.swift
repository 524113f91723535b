import Storage
package import Values

extension Engine {
    /// Whether a secret is that of a developer key of this project. Whoever shows one is bound by no limit and may come
    /// from any origin, and has no more rights than without.
    /// - Parameter sdk: what the program that shows it calls itself; empty where it does not say.
    /// - Throws: 503 `store_unavailable`.
    package func knowsDeveloper(key secret: String, sdk: String) async throws(AppError) -> Bool {
        let project = project
        guard let neighbours, project != ProjectDirectory.consoleID else {
            return try await hasDeveloperKey(secret, for: project, sdk)
        }
        // A key is for a project that the console knows, and asking makes no console.
        guard try await neighbours.record(of: project) != nil else { return false }
        return try await neighbours.console().hasDeveloperKey(secret, for: project, sdk)
    }

    private func hasDeveloperKey(_ secret: String, for project: String, _ sdk: String) async throws(AppError) -> Bool {
        let (digest, table, now) = (Secret.digest(secret), ConsoleTables.developerKeys, clock.now)
        let found = try await translating("The check of a developer key") { () async throws -> StoredRow? in
            try await store.read { session in
                var query = RowQuery(limit: 1)
                query.filters = [.compare("secret", .equal, [.string(digest)])]
                return try session.rows(query, in: table).first
            }
        }
        guard let key = found.map({ DeveloperKey($0) }), key.project == project, key.isGood(at: now) else {
            return false
        }
        if !isReadOnly, !key.use(by: sdk, at: now).isEmpty {
            // That it could not be noted is no reason to refuse the call.
            try? await store.write { session in
                guard let row = try session.row(key.row.id, in: table) else { return }
                let fields = DeveloperKey(row).use(by: sdk, at: now)
                if !fields.isEmpty {
                    _ = try session.update(row.id, Record.change(table, at: row.updatedAt, fields), in: table)
                }
            }
        }
        return true
    }
}
