package import Storage
package import Values

/// Looks at what waits or has failed in a project.
package enum Examination {
    package static func findings(_ store: any DocumentStore) async throws -> [Finding] {
        try await store.read { session in
            [try jobs(session), try parts(session)] + [try deliveries(session), try key(session)].compactMap { $0 }
        }
    }

    private static func key(_ session: any ReadSession) throws -> Finding? {
        guard let change = try Keyring.situation(in: session).change else { return nil }
        let rows = try KeyRotationJob.Place(in: session).rows
        return Finding(
            .warning,
            "key",
            "being changed to the one of fingerprint \(change.new), \(rows) rows so far; a running Tandem that has the "
                + "key goes on, as does 'tandem key rotate --new-key-file \(change.newFile)'"
        )
    }

    private static func jobs(_ session: any ReadSession) throws -> Finding {
        var dead = RowQuery(limit: 3)
        dead.filters = [.compare("state", .equal, ["dead"])]
        let records = try session.rows(dead, in: SystemTables.jobs).map { Record($0, SystemTables.jobs) }
        let failures = records.map { "\($0.string("kind")): \($0.string("error"))" }
        let isAboutKey = records.contains { $0.string("kind") == KeyRotationJob.kind }
        let waiting = try QueueSize.jobs(session).waiting
        guard failures.isEmpty else {
            return Finding(
                .problem,
                "jobs",
                "given up after \(JobQueue.maximumAttempts) tries: \(failures.joined(separator: "; ")). Remove the "
                    + "cause, then make the change again"
                    + (isAboutKey ? "; for \(KeyRotationJob.kind) that is 'tandem key rotate'" : "")
            )
        }
        return waiting == 0
            ? Finding(.ok, "jobs", "none waits")
            : Finding(.ok, "jobs", "\(waiting) wait; any running 'tandem mcp' on this project carries them out")
    }

    private static func parts(_ session: any ReadSession) throws -> Finding {
        var names: [String] = []
        for (layout, word) in [(SystemTables.columns, "column"), (SystemTables.indexes, "index")] {
            var query = RowQuery(limit: 5)
            query.filters = [.compare("status", .notEqual, ["available"])]
            names += try session.rows(query, in: layout).map { row in
                let record = Record(row, layout)
                return "\(word) \(record.string("key")) (\(record.string("status")))"
            }
        }
        return names.isEmpty
            ? Finding(.ok, "schema", "every column and index is available")
            : Finding(
                .warning,
                "schema",
                "not available: \(names.joined(separator: ", ")). What is processing or deleting is done by a running "
                    + "Tandem; delete what failed"
            )
    }
}
