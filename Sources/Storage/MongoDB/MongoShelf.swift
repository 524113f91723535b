import Threads

/// The projects of a deployment of MongoDB. Whether another process has one open can't be told here.
package struct MongoShelf: ProjectShelf {
    private let uri: String

    package init(uri: String) { self.uri = uri }

    package var lasts: Bool { true }

    package func projectIDs() async throws -> [String] {
        let uri = uri
        return try await Threads.run { try MongoProjects.list(uri: uri) }
    }

    package func mark(of project: String) async throws -> String? {
        let uri = uri
        return try await Threads.run { try MongoProjects.start(of: project, uri: uri) }
    }

    package func remove(_ project: String) async throws {
        let uri = uri
        try await Threads.run { try MongoProjects.remove(project, uri: uri) }
    }
}
