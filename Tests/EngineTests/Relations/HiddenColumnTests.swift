import Testing
import Values

@testable import Engine

@Suite("Columns that keep one-way relations are never named")
struct HiddenColumnTests {
    @Test(arguments: Backend.available)
    func inMessages(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "oneToMany", "books", "books", hidden: "years")
            try await engine.make("books", "b", ["year": 2000])
            func refusal(_ operation: String, _ more: JSONObject) async throws -> AppError {
                let address: JSONObject = ["databaseId": "d", "tableId": "books", "rowId": "b"]
                return try await engine.error(operation, JSONObject(address.members + more.members))
            }
            let empty = try await refusal("tablesDB.updateRow", ["data": [:]])
            #expect(empty.hint == "Columns are title, year.")
            let hidden = try await refusal("tablesDB.incrementRowColumn", ["column": "years"])
            #expect(hidden.code.type == "column_not_found")
            #expect(hidden.hint == "Did you mean year?")
            let near = try await refusal("tablesDB.incrementRowColumn", ["column": "yeas"])
            #expect(near.hint == "Did you mean year?")
        }
    }
}
