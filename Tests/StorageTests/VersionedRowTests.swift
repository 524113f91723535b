import Storage
import Testing
import Values

@Suite("A row with the schema version")
struct VersionedRowTests {
    /// One in the metadata of the project, where MongoDB can ask for both at once, and one elsewhere.
    private let tables = [
        TableLayout(databaseID: nil, tableID: "people", incarnation: "1", columns: [ColumnLayout("a", .text)]),
        TableLayout.small(),
    ]

    @Test(arguments: Backend.available)
    func isWhatBothSayApart(_ backend: Backend) async throws {
        try await backend.withStore(tables[0], tables[1]) { store async throws in
            for table in tables {
                let values = [JSON.string("x"), 1].prefix(table.columns.count)
                // The id of the document that holds the version on MongoDB is one that rows may have.
                for id in ["one", "schema"] { try await store.insert(NewRow(id, Array(values)), into: table) }
                for id in ["one", "schema", "none"] {
                    let (whole, parts) = try await store.read { session in
                        let found = try session.versionedRow(id, in: table)
                        return ([found], [(version: try session.schemaVersion(), row: try session.row(id, in: table))])
                    }
                    #expect(whole[0].version == parts[0].version)
                    #expect(whole[0].row == parts[0].row)
                    #expect((whole[0].row == nil) == (id == "none"))
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func seesWhatItsTransactionWrote(_ backend: Backend) async throws {
        try await backend.withStore(tables[0]) { store async throws in
            let table = tables[0]
            let (before, found) = try await store.write(grouped: false) { session in
                let before = try session.schemaVersion()
                _ = try session.insert(NewRow("one", ["x"]), into: table)
                try session.bumpSchemaVersion()
                return (before, try session.versionedRow("one", in: table))
            }
            #expect(found.version == before + 1)
            #expect(found.row?.values == ["x"])
        }
    }
}
