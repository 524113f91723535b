import Storage
import Values

@testable import Engine

extension TestEngine {
    /// Makes a user.
    @discardableResult
    func makeUser(
        _ id: String,
        email: String? = nil,
        phone: String? = nil,
        name: String? = nil,
        password: String? = nil
    ) async throws -> JSON {
        var arguments: JSONObject = ["userId": .string(id)]
        for (key, value) in [("email", email), ("phone", phone), ("name", name), ("password", password)] {
            if let value { arguments[key] = .string(value) }
        }
        return try await call("users.create", arguments)
    }

    /// Adds a row to a table of Tandem's own.
    func add(_ id: String, _ fields: JSONObject, to layout: TableLayout) async throws {
        let now = clock.wallClock.now
        let row = NewRow(id: id, createdAt: now, updatedAt: now, values: Record.values(layout, fields))
        _ = try await store.write(grouped: false) { session in try session.insert(row, into: layout) }
    }

    /// The ids of the rows of a table of Tandem's own.
    func ids(in layout: TableLayout) async throws -> [String] {
        try await store.read { session in try session.rows(RowQuery(limit: 1000), in: layout).map(\.id) }
    }
}
