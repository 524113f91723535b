import Storage
import Testing
import Values

@Suite("Writing many rows at once")
struct BulkWriteTests {
    private let table = TableLayout.small()

    private func fill(_ store: any DocumentStore, _ count: Int) async throws {
        let table = table
        try await store.write { session in
            for index in 0..<count {
                let row = NewRow("r\(index)", ["a", .int(Int64(index))], permissions: ["p"])
                _ = try session.insert(row, into: table)
            }
        }
    }

    @Test(arguments: Backend.available)
    func thoseThatAreThereChange(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await fill(store, 5)
            let table = table
            let change = RowChange(
                [0: nil],
                permissions: ["q"],
                operations: [RowOperation(1, .arithmetic(.multiply, 10))]
            )
            let count = try await store.write { try $0.update(["r4", "none", "r1"], change, in: table) }
            #expect(count == 2)
            let rows = try await store.rows(RowQuery(), in: table)
            #expect(rows.map { $0.values[1] } == [0, 10, 2, 3, 40])
            #expect(rows.map { $0.values[0] } == ["a", nil, "a", "a", nil])
            #expect(rows.map(\.updatedAt.milliseconds) == [1000, 2000, 1000, 1000, 2000])
            #expect(try await store.ids(RowQuery(permissions: ["q"]), in: table) == ["r1", "r4"])
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: table) == ["r0", "r2", "r3"])
            let plain = RowChange([0: "b"], at: 3000)
            #expect(try await store.write { try $0.update([], plain, in: table) } == 0)
            #expect(try await store.write { try $0.update(["r0", "r1"], plain, in: table) } == 2)
            #expect(try await store.rows(RowQuery(), in: table).map { $0.values[0] } == ["b", "b", "a", "a", nil])
        }
    }

    @Test(arguments: Backend.available)
    func thoseThatAreThereGo(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await fill(store, 5)
            let table = table
            #expect(try await store.write { try $0.delete(["r4", "none", "r1"], from: table) } == 2)
            #expect(try await store.write { try $0.delete([], from: table) } == 0)
            #expect(try await store.ids(in: table) == ["r0", "r2", "r3"])
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: table) == ["r0", "r2", "r3"])
        }
    }

    /// A body may go on after a refusal, and what was refused has left nothing.
    @Test(arguments: Backend.available)
    func oneRefusalKeepsAllFromChanging(_ backend: Backend) async throws {
        let index = IndexLayout("unique", unique: true, on: [.init("n")])
        try await backend.withStore(table, indexes: [index]) { store async throws in
            try await fill(store, 4)
            let table = table
            let same = RowChange([1: 7])
            await expectFailure(.uniqueViolation) {
                try await store.write { try $0.update(["r1", "r2"], same, in: table) }
            }
            var overflow = RowChange([0: "new"])
            overflow.operations = [RowOperation(1, .arithmetic(.add, .int(.max - 2)))]
            await expectFailure(.overflow(position: 1)) { [overflow] in
                try await store.write { try $0.update(["r0", "r3"], overflow, in: table) }
            }
            #expect(try await store.rows(RowQuery(), in: table).map(\.values) == (0..<4).map { ["a", .int($0)] })
            try await store.write { [overflow] session in
                _ = try session.insert(NewRow("before", ["x", 100]), into: table)
                #expect(throws: StoreError.self) { _ = try session.update(["r0", "r3"], overflow, in: table) }
                _ = try session.update("r2", RowChange([0: "after"]), in: table)
            }
            let values = try await store.rows(RowQuery(), in: table).map { $0.values[0] }
            #expect(values == ["a", "a", "after", "a", "x"])
        }
    }

    /// Whether a unique index is met on the way depends on the order, which is that of the ids.
    @Test(arguments: Backend.available)
    func theOrderIsThatOfTheIDs(_ backend: Backend) async throws {
        let index = IndexLayout("unique", unique: true, on: [.init("n")])
        try await backend.withStore(table, indexes: [index]) { store async throws in
            let table = table
            try await store.insert(NewRow("b", ["x", 2]), NewRow("a", ["x", 1]), into: table)
            let more = RowChange([:], operations: [RowOperation(1, .arithmetic(.add, 1))])
            await expectFailure(.uniqueViolation) {
                try await store.write { try $0.update(["b", "a"], more, in: table) }
            }
            #expect(try await store.rows(RowQuery(), in: table).map { $0.values[1] } == [2, 1])
            let fewer = RowChange([:], operations: [RowOperation(1, .arithmetic(.subtract, 1))])
            #expect(try await store.write { try $0.update(["b", "a"], fewer, in: table) } == 2)
            #expect(try await store.rows(RowQuery(), in: table).map { $0.values[1] } == [1, 0])
        }
    }

    @Test(arguments: Backend.available)
    func thousandsAreOneStep(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await fill(store, 3000)
            let (table, ids) = (table, (0..<3000).map { "r\($0)" })
            let change = RowChange([:], operations: [RowOperation(1, .arithmetic(.add, 1))])
            #expect(try await store.write { try $0.update(ids, change, in: table) } == 3000)
            #expect(try await store.rows(RowQuery(), in: table).map { $0.values[1] } == (1...3000).map { .int($0) })
            #expect(try await store.write { try $0.delete(ids, from: table) } == 3000)
            #expect(try await store.count(in: table) == 0)
        }
    }
}
