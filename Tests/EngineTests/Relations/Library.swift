import Values

@testable import Engine

extension TestEngine {
    /// Makes the database `d` with the tables `authors` (name, age), `books` (title, year) and `tags` (name).
    func makeLibrary(permissions: [String] = [], rowSecurity: Bool = false) async throws {
        try await call("tablesDB.create", ["databaseId": "d", "name": "D"])
        let tables: [(String, [JSON])] = [
            ("authors", [["key": "name", "type": "varchar", "size": 50], ["key": "age", "type": "integer"]]),
            ("books", [["key": "title", "type": "varchar", "size": 50], ["key": "year", "type": "integer"]]),
            ("tags", [["key": "name", "type": "varchar", "size": 50]]),
        ]
        for (id, columns) in tables {
            try await call(
                "tablesDB.createTable",
                [
                    "databaseId": "d", "tableId": .string(id), "name": "T", "columns": .array(columns),
                    "permissions": JSON(permissions), "rowSecurity": .bool(rowSecurity),
                ]
            )
        }
    }

    /// Relates two tables of the library.
    @discardableResult
    func relate(
        _ table: String,
        _ type: String,
        _ related: String,
        _ key: String,
        twoWay: String? = nil,
        hidden: String? = nil,
        onDelete: String = "restrict"
    ) async throws -> JSON {
        var arguments: JSONObject = [
            "databaseId": "d", "tableId": .string(table), "relatedTableId": .string(related), "type": .string(type),
            "key": .string(key), "twoWay": .bool(twoWay != nil), "onDelete": .string(onDelete),
        ]
        if let other = twoWay ?? hidden { arguments["twoWayKey"] = .string(other) }
        return try await call("tablesDB.createRelationshipColumn", arguments)
    }

    /// Makes a row of the library.
    @discardableResult
    func make(_ table: String, _ id: String, _ data: JSONObject, as actor: Actor? = nil) async throws -> JSON {
        try await call("tablesDB.createRow", row(table, id, data), as: actor)
    }

    /// Changes a row of the library.
    @discardableResult
    func change(_ table: String, _ id: String, _ data: JSONObject, as actor: Actor? = nil) async throws -> JSON {
        try await call("tablesDB.updateRow", row(table, id, data), as: actor)
    }

    @discardableResult
    func remove(_ table: String, _ id: String, as actor: Actor? = nil) async throws -> JSON {
        try await call(
            "tablesDB.deleteRow",
            ["databaseId": "d", "tableId": .string(table), "rowId": .string(id)],
            as: actor
        )
    }

    func row(_ table: String, _ id: String, _ data: JSONObject) -> JSONObject {
        ["databaseId": "d", "tableId": .string(table), "rowId": .string(id), "data": .object(data)]
    }

    /// What a row of the library shows of the selected fields, without ids of tables, as JSON text.
    func seen(_ table: String, _ id: String, _ fields: [String], as actor: Actor? = nil) async throws -> String {
        let answer = try await call(
            "tablesDB.getRow",
            [
                "databaseId": "d", "tableId": .string(table), "rowId": .string(id),
                "queries": [["method": "select", "values": JSON(fields)]],
            ],
            as: actor
        )
        return answer.withoutPlace.text
    }

    /// The same for each row that a list finds.
    func listed(
        _ table: String,
        _ fields: [String]? = nil,
        _ queries: [JSON] = [],
        as actor: Actor? = nil
    ) async throws -> String {
        let select: [JSON] = fields.map { [["method": "select", "values": JSON($0)]] } ?? []
        let answer = try await call(
            "tablesDB.listRows",
            ["databaseId": "d", "tableId": .string(table), "queries": .array(select + queries)],
            as: actor
        )
        return answer["rows"]?.withoutPlace.text ?? ""
    }

    /// The ids of the rows of the library that a filter finds, and how many it counts.
    func found(_ table: String, _ queries: JSON..., as actor: Actor? = nil) async throws -> String {
        let answer = try await call(
            "tablesDB.listRows",
            ["databaseId": "d", "tableId": .string(table), "queries": .array(queries)],
            as: actor
        )
        let ids = answer["rows"]?.array?.compactMap { $0["$id"]?.string } ?? []
        return "\(answer["total"]?.int ?? -1): " + ids.joined(separator: " ")
    }
}

extension JSON {
    /// The same without `$tableId` and `$databaseId` of all rows in it.
    fileprivate var withoutPlace: JSON {
        switch self {
        case .array(let items): .array(items.map(\.withoutPlace))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.filter { !["$tableId", "$databaseId"].contains($0.key) }
                        .map { ($0.key, $0.value.withoutPlace) }
                )
            )
        default: self
        }
    }
}
