import Storage
import Testing
import Values

@Suite("Transactions that write")
struct WriteTests {
    private let table = TableLayout.small()

    @Test(arguments: Backend.available)
    func aBodyThatThrowsLeavesNothing(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("kept", ["x", 1], permissions: ["p"]), into: table)
            let before = try await store.read { try $0.schemaVersion() }
            let (table, made) = (table, TableLayout.small("made"))
            await #expect(throws: Refusal()) {
                try await store.write { session in
                    _ = try session.insert(NewRow("new", permissions: ["p"]), into: table)
                    _ = try session.update("kept", RowChange([0: "y"], permissions: []), in: table)
                    _ = try session.delete("kept", from: table)
                    try session.append(event: Array("{}".utf8))
                    try session.bumpSchemaVersion()
                    try session.create(made, indexes: [])
                    throw Refusal()
                }
            }
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: table) == ["kept"])
            #expect(try await store.row("kept", in: table)?.values == ["x", 1])
            #expect(try await store.read { try $0.events(after: nil, limit: 1) }.isEmpty)
            #expect(try await store.read { try $0.schemaVersion() } == before)
            try await store.write { try $0.create(made, indexes: []) }
            #expect(try await store.count(in: made) == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aBodyReadsWhatItWrote(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            let seen = try await store.write { session in
                let sequence = try session.insert(NewRow("one", permissions: ["p"]), into: table)
                _ = try session.update("one", RowChange([0: "y"]), in: table)
                let row = try session.row("one", in: table)
                let page = try session.rows(RowQuery(permissions: ["p"]), in: table)
                return row?.sequence == sequence && row?.values[0] == "y" && page.count == 1
            }
            #expect(seen)
        }
    }

    @Test(arguments: Backend.available)
    func theSchemaVersionMovesOnlyWithACommit(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let first = try await store.read { try $0.schemaVersion() }
            let inside = try await store.write { session in
                try session.bumpSchemaVersion()
                return try session.schemaVersion()
            }
            #expect(inside != first)
            #expect(try await store.read { try $0.schemaVersion() } == inside)
            try await store.insert(NewRow("one"), into: table)
            #expect(try await store.read { try $0.schemaVersion() } == inside)
        }
    }

    @Test(arguments: Backend.available)
    func sixteenWritersWithFailuresAmongThem(_ backend: Backend) async throws {
        try await backend.withStore(table, indexes: [IndexLayout("u", unique: true, on: [.init("n")])]) {
            store async throws in
            let table = table
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<16 {
                    group.addTask {
                        for number in 0..<25 {
                            let id = "w\(writer)-\(number)"
                            let own = JSON.int(Int64(writer * 1000 + number))
                            do {
                                try await store.write { session in
                                    _ = try session.insert(NewRow(id, ["x", own], permissions: ["p"]), into: table)
                                    try session.append(event: Array(id.utf8))
                                    switch number % 5 {
                                    case 1: throw Refusal()
                                    case 2: _ = try session.insert(NewRow("same", ["x", nil]), into: table)
                                    case 3: _ = try session.insert(NewRow(id + "b", ["x", own]), into: table)
                                    default: break
                                    }
                                }
                                let isFirst = number % 5 == 2
                                #expect(isFirst || [0, 4].contains(number % 5), "\(id) must have failed")
                            } catch is Refusal {
                                #expect(number % 5 == 1)
                            } catch let error as StoreError {
                                #expect(
                                    error.kind == (number % 5 == 2 ? .duplicateID : .uniqueViolation),
                                    "\(id): \(error)"
                                )
                                #expect([2, 3].contains(number % 5), "\(id): \(error)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let ids = try await store.ids(in: table).filter { $0 != "same" }
            let winners = ids.filter { Int($0.split(separator: "-")[1])! % 5 == 2 }
            #expect(winners.count == 1)
            #expect(ids.count == 16 * 10 + 1)
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: table) == ids)
            let events = try await store.read { try $0.events(after: nil, limit: 10_000) }
            // In the order of commits, which is not that of sequences where transactions run side by side.
            #expect(events.map { String(decoding: $0.record, as: UTF8.self) }.sorted() == ids.sorted())
        }
    }

    @Test(arguments: Backend.available)
    func readersSeeWholeTransactionsOnly(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            try await store.insert(NewRow("left", ["x", 0]), NewRow("right", ["x", 0]), into: table)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for round in 0..<40 {
                            let value = JSON.int(Int64(writer * 100 + round))
                            try await store.write { session in
                                _ = try session.update("left", RowChange([1: value]), in: table)
                                _ = try session.update("right", RowChange([1: value]), in: table)
                            }
                        }
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<80 {
                            let pair = try await store.read { session in
                                (
                                    try session.row("left", in: table)?.values[1],
                                    try session.row("right", in: table)?.values[1]
                                )
                            }
                            #expect(pair.0 != nil && pair.0 == pair.1)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
