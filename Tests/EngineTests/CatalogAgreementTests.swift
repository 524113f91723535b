import Catalog
import Testing
import Values

@testable import Engine

@Suite("Catalog and handlers")
struct CatalogAgreementTests {
    @Test(arguments: Backend.available)
    func everyOperationHasAHandlerAndEveryHandlerAnOperation(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let declared = Set(Catalog.embedded.operations.map(\.implementation))
            let handled = engine.engine.handledOperations
            #expect(declared.subtracting(handled).sorted() == [])
            #expect(handled.subtracting(declared).sorted() == [])
        }
    }

    @Test(arguments: Backend.available)
    func anIdIsFoundInAnySpelling(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let created = try await engine.call("tables_db_create", ["database_id": "a", "name": "A"])
            #expect(created["$id"] == "a")
            #expect(try await engine.call("TABLESDB.GET", ["databaseId": "a"])["name"] == "A")
        }
    }

    @Test(arguments: Backend.available)
    func anUnknownOperationIsRefusedWithNearMisses(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let error = try await engine.error("tablesDB.createRoww")
            #expect(Refusal(error) == Refusal("operation_unknown", 404, "operation"))
            #expect(error.hint?.contains("tablesDB.createRow") == true)
        }
    }
}
