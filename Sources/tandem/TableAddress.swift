import ArgumentParser
import Catalog
import Engine
import Values

/// The table that a command works on.
struct TableAddress: ParsableArguments {
    @Argument(help: "Id of the database.")
    var database: String

    @Argument(help: "Id of the table.")
    var table: String

    var name: String { "\(database)/\(table)" }

    /// Arguments of an operation on the table.
    func arguments(_ more: JSONObject) -> JSONObject {
        JSONObject([("databaseId", .string(database)), ("tableId", .string(table))] + more.members)
    }

    /// The relationship columns of the table.
    func relationships(_ engine: Engine) async throws(AppError) -> [Relationship] {
        let table = try await run(engine, "getTable", [:])
        return (table["columns"]?.array ?? []).filter { $0["type"] == "relationship" }.map(Relationship.init)
    }

    /// A relationship column as lines of rows know it.
    struct Relationship {
        let key: String
        /// Whether rows are written with it. Each relation is written once: by the rows that have one related row where
        /// these show it, so that no line grows with the number of related rows; otherwise by those of its parent.
        let isWritten: Bool

        init(_ column: JSON) {
            key = column["key"]?.string ?? ""
            isWritten =
                switch (column["relationType"]?.string, column["side"]?.string) {
                case ("oneToMany", "child"): true
                case ("oneToMany", "parent"): column["twoWay"] != true
                default: column["side"] == "parent"
                }
        }
    }

    /// Runs an operation of `tablesDB` on the table, with rows as they are.
    func run(_ engine: Engine, _ method: String, _ more: JSONObject) async throws(AppError) -> JSON {
        let response = try await engine.execute(Invocation("tablesDB." + method, arguments(more), movesRows: true))
        do throws(JSONError) { return try JSON(parsing: response.encoded) } catch {
            throw AppError(.generalServerError, "The answer of \(method) can't be read.")
        }
    }
}

extension Failure {
    /// A refused operation, as `tandem run` tells it.
    init(_ error: AppError) {
        self.init(status: 1, message: (["error": error.json] as JSON).text)
    }
}
