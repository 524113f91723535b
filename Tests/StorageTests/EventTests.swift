import Storage
import Testing
import Values

@Suite("The event log")
struct EventTests {
    private func record(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: Backend.available)
    func isReadInOrderFromACursor(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            #expect(try await store.read { try $0.events(after: nil, limit: 10) }.isEmpty)
            let start = try await store.read { try $0.lastEvent() }
            for number in 0..<5 {
                try await store.write { session in
                    try session.append(event: Array("\(number)a".utf8))
                    try session.append(event: Array("\(number)b".utf8))
                }
            }
            let all = try await store.read { try $0.events(after: nil, limit: 100) }
            #expect(all.map(\.record) == (0..<5).flatMap { [record("\($0)a"), record("\($0)b")] })
            #expect(Set(all.map(\.cursor)).count == 10)
            #expect(try await store.read { try $0.events(after: start, limit: 100) } == all)
            let end = try await store.read { try $0.lastEvent() }
            #expect(try await store.read { try $0.events(after: end, limit: 100) }.isEmpty)
            try await store.write { try $0.append(event: Array("last".utf8)) }
            #expect(try await store.read { try $0.events(after: end, limit: 100) }.map(\.record) == [record("last")])
            #expect(try await store.read { try $0.events(after: all[3].cursor, limit: 3) } == Array(all[4..<7]))
            #expect(try await store.read { try $0.events(after: all[9].cursor, limit: 3) }.count == 1)
            #expect(try await store.read { try $0.events(after: nil, limit: 1) } == [all[0]])
        }
    }

    @Test(arguments: Backend.available)
    func keepsItsBytes(_ backend: Backend) async throws {
        let records: [[UInt8]] = [
            [], record("{}"), record("{\"a\":\"\\u0000é😀\"}"), record(String(repeating: "x", count: 1 << 20)),
        ]
        try await backend.withStore { store async throws in
            try await store.write { session in for record in records { try session.append(event: record) } }
            #expect(try await store.read { try $0.events(after: nil, limit: 9) }.map(\.record) == records)
        }
    }

    @Test(arguments: Backend.available)
    func isReadBackwardsFromTheEnd(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            for number in 0..<5 { try await store.write { try $0.append(event: Array("\(number)".utf8)) } }
            for limit in [0, 1, 2, 5, 10] {
                let newest = try await store.read { try $0.history(before: nil, limit: limit) }
                let expected = (0..<min(limit, 5)).map { record("\(4 - $0)") }
                #expect(newest.map(\.record) == expected, "limit \(limit)")
            }
            let all = try await store.read { try $0.history(before: nil, limit: 10) }
            let older = try await store.read { try $0.history(before: all[1].number, limit: 10) }
            #expect(older.map(\.record) == [record("2"), record("1"), record("0")])
        }
    }

    /// Many writers commit at once, through two stores on the same data, some of their bodies slow and some failing;
    /// readers that continue from their cursor must meet every record once, in the one order of all.
    @Test(arguments: Backend.available)
    func neverSkipsALateCommit(_ backend: Backend) async throws {
        try await backend.withPlace { place async throws in
            try await place.withStore { first async throws in
                _ = try await first.read { try $0.schemaVersion() }
                try await place.withStore { second async throws in
                    let writers = 8
                    let each = 30
                    let expected = writers * each * 2
                    let seen = try await withThrowingTaskGroup(of: [String].self) { group in
                        for writer in 0..<writers {
                            let store = writer % 2 == 0 ? first : second
                            group.addTask {
                                for number in 0..<each {
                                    try await store.write { session in
                                        try session.append(event: Array("\(writer)-\(number)-a".utf8))
                                        if number % 7 == 0 { _ = try session.events(after: nil, limit: 500) }
                                        try session.append(event: Array("\(writer)-\(number)-b".utf8))
                                    }
                                    try? await store.write { session in
                                        try session.append(event: Array("never".utf8))
                                        throw Refusal()
                                    }
                                }
                                return []
                            }
                        }
                        for reader in 0..<4 {
                            let store = reader % 2 == 0 ? first : second
                            group.addTask {
                                var seen: [String] = []
                                var cursor: EventCursor?
                                while seen.count < expected {
                                    let after = cursor
                                    let page = try await store.read { try $0.events(after: after, limit: 7) }
                                    seen += page.map { String(decoding: $0.record, as: UTF8.self) }
                                    cursor = page.last?.cursor ?? cursor
                                    if page.isEmpty { await Task.yield() }
                                }
                                return seen
                            }
                        }
                        var all: [[String]] = []
                        for try await result in group where !result.isEmpty { all.append(result) }
                        return all
                    }
                    let log = try await first.read { try $0.events(after: nil, limit: 10_000) }
                    let order = log.map { String(decoding: $0.record, as: UTF8.self) }
                    #expect(order.count == expected && Set(order).count == expected)
                    #expect(seen.count == 4)
                    for reader in seen { #expect(reader == order) }
                    for (a, b) in zip(order, order.dropFirst()) where a.hasSuffix("a") {
                        #expect(b == a.dropLast() + "b")
                    }
                    for writer in 0..<writers {
                        let own = order.filter { $0.hasPrefix("\(writer)-") }
                        #expect(own == (0..<each).flatMap { ["\(writer)-\($0)-a", "\(writer)-\($0)-b"] })
                    }
                }
            }
        }
    }
}
