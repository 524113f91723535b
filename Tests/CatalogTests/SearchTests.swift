import Catalog
import Testing
import Values

@Suite("Catalog search")
struct SearchTests {
    private func found(_ query: String, service: String? = nil, limit: Int = 5) -> [String] {
        Catalog.embedded.search(query: query, service: service, limit: limit)["hits"]?.array?
            .compactMap { $0["operation"]?.string } ?? []
    }

    @Test func aHitHasExactlyTheContractsMembers() throws {
        let answer = Catalog.embedded.search(query: "insert a record")
        let hit = try #require(answer["hits"]?.array?.first?.object)
        #expect(hit.keys == ["operation", "summary", "signature", "effect"])
        #expect(hit["operation"] == "tablesDB.createRow")
        #expect(hit["effect"] == "write")
        #expect(answer.object?.keys == ["hits", "total"])
    }

    @Test(arguments: ["tablesDB.getRow", "tables_db_get_row", "TablesDB getRow"])
    func anExactIdComesFirstWithItsSchema(_ query: String) throws {
        let hits = try #require(Catalog.embedded.search(query: query)["hits"]?.array)
        #expect(hits[0]["operation"] == "tablesDB.getRow")
        #expect(hits[0]["schema"]?["required"] == ["databaseId", "tableId", "rowId"])
        #expect(hits.dropFirst().allSatisfy { $0["schema"] == nil })
    }

    @Test func schemasComeOnlyWhenAskedFor() throws {
        let answer = Catalog.embedded.search(query: "delete a table", limit: 2, detail: .schema)
        let hits = try #require(answer["hits"]?.array)
        #expect(hits.count == 2)
        #expect(hits.allSatisfy { $0["schema"]?["type"] == "object" })
    }

    @Test func totalCountsBeyondTheLimit() throws {
        let answer = Catalog.embedded.search(query: "column", limit: 3)
        #expect(answer["hits"]?.array?.count == 3)
        #expect(try #require(answer["total"]?.int) > 20)
    }

    @Test func theVerbDecidesBetweenOperationsOnOneThing() {
        #expect(found("add a row").first == "tablesDB.createRow")
        #expect(found("read a row").first == "tablesDB.getRow")
        #expect(found("read all rows").first == "tablesDB.listRows")
        #expect(found("edit a row").first == "tablesDB.updateRow")
        #expect(found("remove a row").first == "tablesDB.deleteRow")
        #expect(found("insert or update a row").first == "tablesDB.upsertRow")
    }

    @Test func theNumberDecidesBetweenOneAndMany() {
        #expect(found("add rows").first == "tablesDB.createRows")
        #expect(found("insert several records").first == "tablesDB.createRows")
        #expect(found("delete all rows that match").first == "tablesDB.deleteRows")
        #expect(found("update every document").first == "tablesDB.updateRows")
        #expect(found("list rows").first == "tablesDB.listRows")
    }

    @Test func thePlaceOfAThingIsNotTheThing() {
        #expect(found("add a column to a table").first?.hasSuffix("Column") == true)
        #expect(found("delete a row from a table").first == "tablesDB.deleteRow")
        #expect(found("list the tables in a database").first == "tablesDB.listTables")
    }

    @Test func otherWordsForTheSameThingAreKnown() {
        #expect(found("insert a document into a collection").first == "tablesDB.createRow")
        #expect(found("picklist attribute").first == "tablesDB.createEnumColumn")
    }

    @Test func typosAreForgiven() {
        #expect(found("creat tabel").first == "tablesDB.createTable")
        #expect(found("boolaen colum").first == "tablesDB.createBooleanColumn")
    }

    @Test func aDeprecatedOperationStandsBehindItsReplacement() throws {
        let hits = found("add a string column", limit: 20)
        let old = try #require(hits.firstIndex(of: "tablesDB.createStringColumn"))
        let new = try #require(hits.firstIndex(of: "tablesDB.createTextColumn"))
        #expect(new < old)
    }

    @Test func aServiceNarrowsTheSearch() {
        let ofProject = found("show everything", service: "project")
        #expect(ofProject.first == "project.describe")
        #expect(ofProject.allSatisfy { $0.hasPrefix("project.") })
        #expect(found("delete a row", service: "tables_db").first == "tablesDB.deleteRow")
    }

    @Test func nothingFoundComesWithAHint() throws {
        let answer = Catalog.embedded.search(query: "xylophone")
        #expect(answer["hits"] == [])
        #expect(answer["total"] == 0)
        let hint = try #require(answer["hint"]?.string)
        #expect(hint.contains("tablesDB: "))
        #expect(hint.contains("project: "))
        let unknown = Catalog.embedded.search(query: "row", service: "billing")
        #expect(unknown["hint"]?.string?.hasPrefix("There is no service 'billing'.") == true)
    }

    @Test func anEmptyQueryListsTheServices() {
        let answer = Catalog.embedded.search(query: "")
        #expect(answer["hits"] == [])
        #expect(answer["hint"] != nil)
    }

    @Test func aNarrowedCatalogFindsOnlyItsOwn() {
        let narrowed = Catalog.embedded.narrowed(services: nil, scopes: nil, readOnly: true)
        let hits = narrowed.search(query: "delete a row", limit: 20)["hits"]?.array ?? []
        #expect(hits.allSatisfy { $0["effect"] == "read" })
        #expect(narrowed.search(query: "tablesDB.deleteRow")["hits"]?.array?.contains { $0["schema"] != nil } == false)
    }
}
