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

    /// The keys of the columns that hold related rows and belong to this table.
    func relationships(_ engine: Engine) async throws(AppError) -> [String] {
        let table = try await run(engine, "getTable", [:])
        return (table["columns"]?.array ?? []).filter { $0["type"] == "relationship" && $0["side"] == "parent" }
            .compactMap { $0["key"]?.string }
    }

    /// Runs an operation of `tablesDB` on the table.
    func run(_ engine: Engine, _ method: String, _ more: JSONObject) async throws(AppError) -> JSON {
        let response = try await engine.execute(Invocation("tablesDB." + method, arguments(more)))
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
