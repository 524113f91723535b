import Storage
import Testing
import Values

@Suite("Writing rows")
struct RowWriteTests {
    private let table = TableLayout.small()

    @Test(arguments: Backend.available)
    func aDuplicateIDIsRefused(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", ["first", 1]), into: table)
            await expectFailure(.duplicateID) { try await store.insert(NewRow("one", ["second", 2]), into: table) }
            #expect(try await store.row("one", in: table)?.values == ["first", 1])
            #expect(try await store.count(in: table) == 1)
        }
    }

    @Test(arguments: Backend.available)
    func whatAnUpdateDoesNotNameStays(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", ["x", 1], permissions: ["read(\"any\")"]), into: table)
            let before = try #require(try await store.row("one", in: table))
            #expect(try await store.update("one", RowChange([1: 5]), in: table))
            var expected = before
            expected.values = ["x", 5]
            expected.updatedAt = Timestamp(milliseconds: 2000)
            #expect(try await store.row("one", in: table)?.exact == expected.exact)
            #expect(try await store.update("one", RowChange([0: nil, 1: nil], at: 3000), in: table))
            #expect(try await store.row("one", in: table)?.values == [nil, nil])
        }
    }

    @Test(arguments: Backend.available)
    func anUpdateMaySetTheCreation(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one"), into: table)
            var change = RowChange()
            change.createdAt = Timestamp(milliseconds: 7)
            #expect(try await store.update("one", change, in: table))
            #expect(try await store.row("one", in: table)?.createdAt.milliseconds == 7)
        }
    }

    @Test(arguments: Backend.available)
    func aMissingRowIsNeitherChangedNorRemoved(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            #expect(try await store.row("none", in: table) == nil)
            #expect(try await store.update("none", RowChange([0: "x"]), in: table) == false)
            #expect(try await store.update("none", RowChange(permissions: ["read(\"any\")"]), in: table) == false)
            #expect(try await store.delete("none", from: table) == false)
            #expect(try await store.count(RowQuery(permissions: ["read(\"any\")"]), in: table) == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aRemovedRowIsGone(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", permissions: ["p"]), NewRow("two", permissions: ["p"]), into: table)
            #expect(try await store.delete("one", from: table))
            #expect(try await store.delete("one", from: table) == false)
            #expect(try await store.row("one", in: table) == nil)
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: table) == ["two"])
            try await store.insert(NewRow("one"), into: table)
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: table) == ["two"])
        }
    }

    @Test(arguments: Backend.available)
    func sequencesRiseAndAreNeverUsedAgain(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            var seen: Set<String> = []
            for round in 0..<5 {
                let ids = (0..<10).map { "r\(round)-\($0)" }
                let rows = ids.map { NewRow($0) }
                let table = table
                let sequences = try await store.write { session in try rows.map { try session.insert($0, into: table) }
                }
                #expect(seen.isDisjoint(with: sequences))
                seen.formUnion(sequences)
                #expect(try await store.ids(in: table) == ids)
                #expect(try await store.rows(RowQuery(), in: table).map(\.sequence) == sequences)
                try await store.write { session in for id in ids { _ = try session.delete(id, from: table) } }
            }
        }
    }

    @Test(arguments: Backend.available)
    func permissionsAreStoredAndChanged(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            func open(_ permissions: String...) async throws -> [String] {
                try await store.ids(RowQuery(permissions: permissions), in: table)
            }
            try await store.insert(
                NewRow("one", permissions: ["a", "b"]),
                NewRow("two", permissions: ["b"]),
                NewRow("three"),
                into: table
            )
            #expect(try await open("a") == ["one"])
            #expect(try await open("b") == ["one", "two"])
            #expect(try await open("a", "b", "c") == ["one", "two"])
            #expect(try await open("A") == [])
            #expect(try await open() == [])
            try await store.update("one", RowChange(permissions: ["c", "b"]), in: table)
            try await store.update("three", RowChange(permissions: ["a"]), in: table)
            #expect(try await store.row("one", in: table)?.permissions == ["c", "b"])
            #expect(try await open("a") == ["three"])
            #expect(try await open("b") == ["one", "two"])
            #expect(try await open("c") == ["one"])
            try await store.update("one", RowChange([0: "y"]), in: table)
            #expect(try await open("c") == ["one"])
            try await store.update("one", RowChange(permissions: []), in: table)
            #expect(try await open("a", "b", "c") == ["two", "three"])
            #expect(try await store.row("one", in: table)?.permissions == [])
        }
    }
}
