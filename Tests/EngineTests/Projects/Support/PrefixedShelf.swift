import Storage

/// Those projects of a deployment whose names begin with something, so that tests share a server.
struct PrefixedShelf: ProjectShelf {
    let base: MongoShelf
    let prefix: String

    var lasts: Bool { true }

    func projectIDs() async throws -> [String] {
        try await base.projectIDs().filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    func mark(of project: String) async throws -> String? { try await base.mark(of: prefix + project) }

    func remove(_ project: String) async throws { try await base.remove(prefix + project) }
}
