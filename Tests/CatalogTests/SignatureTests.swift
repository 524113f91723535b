import Catalog
import Testing
import Values

@Suite("Signatures and schemas")
struct SignatureTests {
    @Test(arguments: [
        (
            "tablesDB.createRow",
            #"tablesDB.createRow(databaseId: string, tableId: string, rowId: string | "unique()", data: object, permissions?: string[] | null, transactionId?: string | null) -> Row"#
        ),
        ("tablesDB.deleteTable", "tablesDB.deleteTable(databaseId: string, tableId: string) -> void"),
        (
            "tablesDB.createVarcharColumn",
            "tablesDB.createVarcharColumn(databaseId: string, tableId: string, key: string, size: integer 1..16381, required: boolean, default?: string | null, array?: boolean = false, encrypt?: boolean = false) -> ColumnVarchar"
        ),
        (
            "tablesDB.getIndex", "tablesDB.getIndex(databaseId: string, tableId: string, key: string) -> ColumnIndex"
        ),
        ("project.describe", "project.describe() -> ProjectDescription"),
    ])
    func aSignatureIsOneCompactLine(_ id: String, _ expected: String) throws {
        #expect(try operation(id).signature == expected)
    }

    @Test func aSchemaAllowsNothingElse() throws {
        let schema = try operation("tablesDB.create").inputSchema
        #expect(schema["type"] == "object")
        #expect(schema["additionalProperties"] == false)
        #expect(schema["required"] == ["databaseId", "name"])
        #expect(schema["properties"]?["name"]?["maxLength"] == 128)
        #expect(schema["properties"]?["enabled"]?["default"] == true)
    }

    @Test func everyPropertyIsDescribed() {
        for operation in Catalog.embedded.operations {
            let properties = operation.inputSchema["properties"]?.object?.members ?? []
            #expect(properties.count == operation.parameters.count)
            #expect(properties.allSatisfy { $0.value["description"]?.string?.isEmpty == false }, "\(operation.id)")
        }
    }

    @Test func nullIsAllowedWhereItMeansSomething() throws {
        let properties = try operation("tablesDB.updateEnumColumn").inputSchema["properties"]
        #expect(properties?["default"]?["type"] == ["string", "null"])
        #expect(properties?["required"]?["type"] == "boolean")
    }

    @Test func inlineColumnsAreSpelledOut() throws {
        let items = try operation("tablesDB.createTable").inputSchema["properties"]?["columns"]?["items"]
        #expect(items?["required"] == ["key", "type"])
        #expect(items?["properties"]?["type"]?["enum"]?.strings?.contains("varchar") == true)
    }
}
