import Storage
import Testing
import Values

@Suite("Schema changes")
struct SchemaChangeTests {
    private let table = TableLayout.small()

    private func layout(_ columns: ColumnLayout...) -> TableLayout {
        TableLayout(databaseID: "shop", tableID: "notes", incarnation: "1", columns: columns)
    }

    @Test(arguments: Backend.available)
    func addColumn(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("old"), into: table)
            for column in [
                ColumnLayout("b", .boolean), ColumnLayout("d", .double), ColumnLayout("l", .datetime, isArray: true),
                ColumnLayout("select \"x\"", .text),
            ] {
                try await store.add(column, to: table)
                try await store.add(column, to: table)
                let wider = layout(ColumnLayout("a", .text), ColumnLayout("n", .integer), column)
                #expect(try await store.row("old", in: wider)?.values == ["x", 1, nil])
            }
            let wider = layout(ColumnLayout("a", .text), ColumnLayout("b", .boolean))
            try await store.insert(NewRow("new", ["y", true]), into: wider)
            #expect(try await store.ids(RowQuery(.compare("b", .equal, [true])), in: wider) == ["new"])
            #expect(try await store.row("new", in: table)?.values == ["y", nil])
        }
    }

    @Test(arguments: Backend.available)
    func dropColumn(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one"), into: table)
            let column = ColumnLayout("n", .integer)
            try await store.define(.dropColumn(column, table))
            try await store.define(.dropColumn(column, table))
            let narrow = layout(ColumnLayout("a", .text))
            #expect(try await store.row("one", in: narrow)?.values == ["x"])
            try await store.add(column, to: narrow)
            #expect(try await store.row("one", in: table)?.values == ["x", nil])
        }
    }

    @Test(arguments: Backend.available)
    func renameColumn(_ backend: Backend) async throws {
        try await backend.withStore(table, indexes: [IndexLayout("byA", on: [.init("a")])]) { store async throws in
            try await store.insert(NewRow("one"), into: table)
            try await store.define(.renameColumn(from: "a", to: "title", table))
            try await store.define(.renameColumn(from: "a", to: "title", table))
            let renamed = layout(ColumnLayout("title", .text), ColumnLayout("n", .integer))
            #expect(try await store.ids(RowQuery(.compare("title", .equal, ["x"])), in: renamed) == ["one"])
            let between = layout(ColumnLayout("a", storedAs: "title", .text), ColumnLayout("n", .integer))
            #expect(try await store.row("one", in: between)?.values == ["x", 1])
        }
    }

    @Test(arguments: Backend.available)
    func createAndDropIndex(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let index = IndexLayout("u", unique: true, on: [.init("a"), .init("$createdAt", descending: true)])
            try await store.insert(NewRow("one", ["x", 1], at: 5), into: table)
            try await store.define(.createIndex(index, table))
            try await store.define(.createIndex(index, table))
            await expectFailure(.uniqueViolation) {
                try await store.insert(NewRow("two", ["x", 1], at: 5), into: table)
            }
            try await store.insert(NewRow("three", ["x", 1], at: 6), into: table)
            try await store.define(.dropIndex(key: "u", table))
            try await store.define(.dropIndex(key: "u", table))
            try await store.insert(NewRow("two", ["x", 1], at: 5), into: table)
            #expect(try await store.count(in: table) == 3)
        }
    }

    @Test(arguments: Backend.available)
    func aUniqueIndexOverContradictingRowsIsRefused(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", ["x", 1]), NewRow("two", ["x", 2]), into: table)
            let index = IndexLayout("u", unique: true, on: [.init("a")])
            await expectFailure(.uniqueViolation) { try await store.define(.createIndex(index, table)) }
            try await store.insert(NewRow("three", ["x", 3]), into: table)
            try await store.define(.createIndex(IndexLayout("u", unique: true, on: [.init("n")]), table))
            await expectFailure(.uniqueViolation) { try await store.insert(NewRow("four", ["y", 3]), into: table) }
        }
    }

    /// Where tables are made outside of transactions, one that was given up is still there, with its indexes.
    @Test(arguments: Backend.available)
    func aTableThatWasGivenUpLeavesNoIndexes(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let (given, again) = (TableLayout.small("given"), TableLayout.small("given", incarnation: "2"))
            await #expect(throws: Refusal.self) {
                try await store.write(grouped: false) { session in
                    try session.bumpSchemaVersion()
                    try session.create(given, indexes: [IndexLayout("u", unique: true, on: [.init("a")])])
                    _ = try session.insert(NewRow("one"), into: given)
                    _ = try session.rows(RowQuery(), in: given)
                    throw Refusal()
                }
            }
            let seen = try await store.rehearse { session in
                try session.bumpSchemaVersion()
                try session.create(again, indexes: [])
                for id in ["one", "two"] { _ = try session.insert(NewRow(id), into: again) }
                return try session.count(RowQuery(), in: again, cap: 10)
            }
            #expect(seen == 2)
            try await store.write(grouped: false) { session in
                try session.bumpSchemaVersion()
                try session.create(again, indexes: [IndexLayout("u", unique: true, on: [.init("n")])])
            }
            try await store.insert(NewRow("one", ["x", 1]), NewRow("two", ["x", 2]), into: again)
            await expectFailure(.uniqueViolation) { try await store.insert(NewRow("three", ["y", 2]), into: again) }
            #expect(try await store.ids(in: again) == ["one", "two"])
        }
    }

    @Test(arguments: Backend.available)
    func aNewTableCanBeReadBeforeItsFirstRow(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let other = TableLayout.small("other")
            let counts = try await store.write(grouped: false) { session in
                try session.bumpSchemaVersion()
                try session.create(other, indexes: [])
                var counts = [try session.count(RowQuery(), in: other, cap: 10)]
                #expect(try session.row("one", in: other) == nil)
                _ = try session.insert(NewRow("one"), into: other)
                counts.append(try session.count(RowQuery(), in: other, cap: 10))
                return counts
            }
            #expect(counts == [0, 1])
            #expect(try await store.ids(in: other) == ["one"])
        }
    }

    /// A column has two names while it is being renamed.
    @Test(arguments: Backend.available)
    func duplicatesAreFoundUnderEitherName(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one"), NewRow("two", ["x", 2]), NewRow("three", ["y", 1]), into: table)
            let between = layout(ColumnLayout("title", storedAs: "a", .text), ColumnLayout("n", .integer))
            let found = try await store.read { try $0.duplicates(of: ["title"], in: between) }
            #expect(found == Contradiction(count: 2, examples: ["one", "two"]))
        }
    }

    @Test(arguments: Backend.available)
    func dropTable(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", permissions: ["p"]), into: table)
            try await store.define(.dropTable(table))
            try await store.define(.dropTable(table))
            let again = TableLayout.small(incarnation: "2")
            try await store.write { try $0.create(again, indexes: []) }
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: again) == [])
            try await store.insert(NewRow("two", permissions: ["q"]), into: again)
            #expect(try await store.ids(RowQuery(permissions: ["p", "q"]), in: again) == ["two"])
        }
    }

    @Test(arguments: Backend.available)
    func incarnationsShareNothing(_ backend: Backend) async throws {
        let (first, second) = (TableLayout.small(), TableLayout.small(incarnation: "2"))
        let index = IndexLayout("u", unique: true, on: [.init("a")])
        try await backend.withStore(first, second, indexes: [index]) { store async throws in
            try await store.insert(NewRow("one", permissions: ["p"]), into: first)
            #expect(try await store.count(in: second) == 0)
            #expect(try await store.count(RowQuery(permissions: ["p"]), in: second) == 0)
            try await store.insert(NewRow("one", ["x", 2], permissions: ["p"]), into: second)
            try await store.define(.dropTable(first))
            #expect(try await store.row("one", in: second)?.values == ["x", 2])
            #expect(try await store.count(RowQuery(permissions: ["p"]), in: second) == 1)
            await expectFailure(.uniqueViolation) { try await store.insert(NewRow("two"), into: second) }
        }
    }

    @Test(arguments: Backend.available)
    func happenWhileRowsAreWrittenAndRead(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<3 {
                    group.addTask {
                        for number in 0..<40 { try await store.insert(NewRow("w\(writer)-\(number)"), into: table) }
                    }
                }
                group.addTask {
                    for number in 0..<20 {
                        try await store.add(ColumnLayout("c\(number)", .text), to: table)
                        try await store.define(.createIndex(IndexLayout("i\(number)", on: [.init("n")]), table))
                    }
                }
                group.addTask { for _ in 0..<60 { _ = try await store.rows(RowQuery(limit: 50), in: table) } }
                try await group.waitForAll()
            }
            #expect(try await store.count(in: table) == 120)
        }
    }
}
