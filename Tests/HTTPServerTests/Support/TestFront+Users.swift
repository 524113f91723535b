import Engine
import Values

extension TestFront {
    /// Makes a user and signs it in.
    /// - Returns: the secret of the session, as cookies have it.
    func signUp(_ id: String) async throws -> String {
        let email = JSON.string("\(id)@example.org")
        try await run("users.create", ["userId": .string(id), "email": email, "password": "correct horse"])
        return try await signIn(id)
    }

    func signIn(_ id: String) async throws -> String {
        let session = try await run("users.createSession", ["userId": .string(id)])
        return session["secret"]?.string ?? ""
    }

    /// A table `shop/ID` that some may read.
    func makeTable(_ id: String, readers: String..., rowSecurity: Bool = false) async throws {
        _ = try? await run("tablesDB.create", ["databaseId": "shop", "name": "Shop"])
        try await run(
            "tablesDB.createTable",
            [
                "databaseId": "shop", "tableId": .string(id), "name": "T", "rowSecurity": .bool(rowSecurity),
                "permissions": .array(readers.map { .string("read(\"\($0)\")") }),
                "columns": [["key": "title", "type": "text"], ["key": "rank", "type": "bigint"]],
            ]
        )
    }

    func makeRow(_ table: String, _ id: String, _ data: JSON = [:]) async throws {
        try await run(
            "tablesDB.createRow",
            ["databaseId": "shop", "tableId": .string(table), "rowId": .string(id), "data": data]
        )
    }
}
