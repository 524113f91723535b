import Storage
import Testing
import Values

@Suite("Rehearsals")
struct RehearsalTests {
    private let table = TableLayout.small()

    @Test(arguments: Backend.available)
    func answerAsTheWriteWouldAndLeaveNothing(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            try await store.insert(NewRow("old"), into: table)
            let version = try await store.read { try $0.schemaVersion() }
            let other = TableLayout.small("others")
            let seen = try await store.rehearse { session in
                try session.bumpSchemaVersion()
                _ = try session.insert(NewRow("new", ["y", 2]), into: table)
                _ = try session.update("old", RowChange([1: 7]), in: table)
                try session.create(other, indexes: [IndexLayout("byN", on: [.init("n")])])
                _ = try session.insert(NewRow("first"), into: other)
                try session.add(ColumnLayout("b", .boolean), to: table)
                try session.append(event: Array("{}".utf8))
                try session.set(property: "note", to: "x")
                let rows = try session.rows(RowQuery(), in: table).map { $0.values[1] }
                return (rows, try session.count(RowQuery(), in: other, cap: 10), try session.property("note"))
            }
            #expect(seen.0 == [7, 2])
            #expect(seen.1 == 1)
            #expect(seen.2 == "x")
            #expect(try await store.rows(RowQuery(), in: table).map(\.values) == [["x", 1]])
            #expect(try await store.read { try $0.schemaVersion() } == version)
            #expect(try await store.read { try $0.property("note") } == nil)
            #expect(try await store.read { try $0.events(after: nil, limit: 10) } == [])
            // The rehearsed table is not there, so it can be made.
            try await store.write(grouped: false) { session in
                try session.bumpSchemaVersion()
                try session.create(other, indexes: [])
            }
            #expect(try await store.count(in: other) == 0)
            #expect(try await store.insert(NewRow("next"), into: table).count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func meetRefusals(_ backend: Backend) async throws {
        let unique = IndexLayout("u", unique: true, on: [.init("n")])
        try await backend.withStore(table, indexes: [unique]) { store async throws in
            let table = table
            try await store.insert(NewRow("one"), into: table)
            await expectFailure(.duplicateID) {
                try await store.rehearse { _ = try $0.insert(NewRow("one", ["y", 2]), into: table) }
            }
            await expectFailure(.uniqueViolation) {
                try await store.rehearse { _ = try $0.insert(NewRow("two", ["y", 1]), into: table) }
            }
            #expect(try await store.ids(in: table) == ["one"])
        }
    }

    @Test(arguments: Backend.available)
    func throwWhatTheBodyThrows(_ backend: Backend) async throws {
        struct Mine: Error {}
        try await backend.withStore(table) { store async throws in
            let table = table
            await #expect(throws: Mine.self) {
                try await store.rehearse { session in
                    _ = try session.insert(NewRow("one"), into: table)
                    throw Mine()
                }
            }
            #expect(try await store.count(in: table) == 0)
        }
    }
}
