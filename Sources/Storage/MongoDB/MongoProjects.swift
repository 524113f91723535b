import Values

/// The projects of a deployment.
package enum MongoProjects {
    /// Removes everything that belongs to a project, also what another program put into its databases.
    package static func remove(_ project: String, uri: String) throws {
        try withConnection(uri) { connection in
            for name in try databases(connection) where name.hasPrefix(MongoNames.prefix(of: project)) {
                try connection.command(BSONWriter.document { $0.int32("dropDatabase", 1) }, on: name, writes: true)
            }
        }
    }

    /// The ids of the projects that are there.
    package static func list(uri: String) throws -> [String] {
        try withConnection(uri) { connection in
            try databases(connection).compactMap { MongoNames.project(ofMetadata: $0) }.sorted()
        }
    }

    private static func withConnection<R>(_ uri: String, _ body: (MongoConnection) throws -> R) throws -> R {
        let driver = MongoDriver.to(uri)
        let connection = try driver.connection()
        defer { driver.release(connection) }
        do { return try body(connection) } catch let failure as MongoFailure { throw failure.storeError(driver.hosts) }
    }

    private static func databases(_ connection: MongoConnection) throws -> [String] {
        let command = BSONWriter.document { writer in
            writer.int32("listDatabases", 1)
            writer.bool("nameOnly", true)
        }
        return try connection.command(command, on: "admin") { reply in
            var names: [String] = []
            try reply["databases"]?.document?.forEach { item in
                if let name = try item.document?["name"]?.string { names.append(name) }
                return true
            }
            return names
        }
    }
}
