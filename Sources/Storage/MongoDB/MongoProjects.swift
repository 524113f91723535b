import Values

/// The projects of a deployment.
package enum MongoProjects {
    /// Removes everything that belongs to a project, also what another program put into its databases.
    ///
    /// What says that the project is there goes first, so that who has it open writes no more.
    package static func remove(_ project: String, uri: String) throws {
        try withConnection(uri) { connection in
            let metadata = MongoNames.metadata(of: project)
            let names = try databases(connection).filter { $0.hasPrefix(MongoNames.prefix(of: project)) }
            for name in names.filter({ $0 == metadata }) + names.filter({ $0 != metadata }) {
                try connection.command(BSONWriter.document { $0.int32("dropDatabase", 1) }, on: name, writes: true)
            }
        }
    }

    /// When the log of events of a project began, which tells it from another one of the same id; nil when there is none.
    static func start(of project: String, uri: String) throws -> String? {
        try withConnection(uri) { connection in
            var start: String?
            try connection.findOne(
                BSONWriter.document { $0.string("_id", "project") },
                in: MongoCollection(database: MongoNames.metadata(of: project), name: "meta"),
                nil
            ) { document in
                start = String(try document["start"]?.timestamp ?? 0)
            }
            return start
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
