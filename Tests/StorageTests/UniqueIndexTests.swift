import Storage
import Testing
import Values

@Suite("Unique indexes")
struct UniqueIndexTests {
    private let table = TableLayout.small()
    private let onA = IndexLayout("byA", unique: true, on: [.init("a")])
    private let onBoth = IndexLayout("byBoth", unique: true, on: [.init("n", descending: true), .init("a")])

    @Test(arguments: Backend.available)
    func refuseASecondRowAndAnUpdate(_ backend: Backend) async throws {
        try await backend.withStore(table, indexes: [onA]) { store async throws in
            try await store.insert(NewRow("one", ["x", 1]), NewRow("two", ["y", 1]), into: table)
            await expectFailure(.uniqueViolation) { try await store.insert(NewRow("three", ["x", 2]), into: table) }
            await expectFailure(.uniqueViolation) { try await store.update("two", RowChange([0: "x"]), in: table) }
            #expect(try await store.update("one", RowChange([0: "x"]), in: table))
            try await store.insert(NewRow("four", ["X", 1]), NewRow("five", ["x ", 1]), into: table)
            #expect(try await store.ids(in: table) == ["one", "two", "four", "five"])
            #expect(try await store.row("two", in: table)?.values == ["y", 1])
            await expectFailure(.duplicateID) { try await store.insert(NewRow("one", ["x", 2]), into: table) }
        }
    }

    /// Servers quote the value in their refusal.
    @Test(
        arguments: Backend.available,
        ["Authentication failed", " index: _id_ dup key: ", "tandem refuses: overflow 0"]
    )
    func refuseValuesThatLookLikeMessages(_ backend: Backend, _ value: String) async throws {
        try await backend.withStore(table, indexes: [onA]) { store async throws in
            try await store.insert(NewRow("one", [.string(value), 1]), into: table)
            await expectFailure(.uniqueViolation) {
                try await store.insert(NewRow("two", [.string(value), 2]), into: table)
            }
            await expectFailure(.duplicateID) { try await store.insert(NewRow("one", ["y", 2]), into: table) }
        }
    }

    @Test(arguments: Backend.available)
    func nullsDoNotConflict(_ backend: Backend) async throws {
        try await backend.withStore(table, indexes: [onA, onBoth]) { store async throws in
            try await store.insert(
                NewRow("one", [nil, 1]),
                NewRow("two", [nil, 1]),
                NewRow("three", [nil, nil]),
                into: table
            )
            #expect(try await store.count(in: table) == 3)
        }
    }

    @Test(arguments: Backend.available)
    func ofSeveralColumnsCompareAll(_ backend: Backend) async throws {
        try await backend.withStore(table, indexes: [onBoth]) { store async throws in
            try await store.insert(
                NewRow("one", ["x", 1]),
                NewRow("two", ["x", 2]),
                NewRow("three", ["y", 1]),
                into: table
            )
            await expectFailure(.uniqueViolation) { try await store.insert(NewRow("four", ["x", 1]), into: table) }
            await expectFailure(.uniqueViolation) { try await store.update("two", RowChange([1: 1]), in: table) }
            #expect(try await store.ids(in: table) == ["one", "two", "three"])
        }
    }

    @Test(arguments: Backend.available)
    func aRefusalThatIsCaughtUndoesOnlyItsRow(_ backend: Backend) async throws {
        try await backend.withStore(table, indexes: [onA]) { store async throws in
            try await store.insert(
                NewRow("one", ["x", 1], permissions: ["p"]),
                NewRow("two", ["y", 1], permissions: ["q"]),
                into: table
            )
            let table = table
            let refusals = try await store.write { session in
                var kinds: [StoreError.Kind] = []
                func attempt(_ work: () throws -> Void) throws {
                    do { try work() } catch let error as StoreError { kinds.append(error.kind) }
                }
                try attempt { _ = try session.update("two", RowChange([0: "x"], permissions: ["r"]), in: table) }
                try attempt { _ = try session.insert(NewRow("three", ["y", 1], permissions: ["q"]), into: table) }
                try attempt { _ = try session.insert(NewRow("one", ["z", 1], permissions: ["q"]), into: table) }
                _ = try session.insert(NewRow("four", ["w", 1], permissions: ["q"]), into: table)
                return kinds
            }
            #expect(refusals == [.uniqueViolation, .uniqueViolation, .duplicateID])
            #expect(try await store.ids(RowQuery(permissions: ["q"]), in: table) == ["two", "four"])
            #expect(try await store.ids(RowQuery(permissions: ["r"]), in: table) == [])
            #expect(try await store.row("two", in: table)?.permissions == ["q"])
        }
    }
}
