import Glibc
import Storage
import Testing
import Values

@Suite("Forgetting old events", .timeLimit(.minutes(2)))
struct RetentionTests {
    private var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    private func append(_ numbers: Range<Int>, bytes: Int = 10, to store: any DocumentStore) async throws {
        let now = now
        for number in numbers {
            let filling = String(repeating: "x", count: bytes)
            let text = "{\"n\":\(number),\"at\":\(now.milliseconds),\"filling\":\"\(filling)\"}"
            try await store.write { try $0.append(event: Array(text.utf8)) }
        }
    }

    private func numbers(_ store: any DocumentStore) async throws -> [Int64] {
        try await store.read { session in
            try session.history(before: nil, limit: 10_000).reversed().map { try JSON(parsing: $0.record)["n"]!.int! }
        }
    }

    private func pause() async throws { try await Task.sleep(for: .milliseconds(20)) }

    @Test(arguments: Backend.available)
    func goesByAge(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            try await append(0..<30, to: store)
            try await pause()
            let middle = now
            try await pause()
            try await append(30..<40, to: store)
            #expect(try await store.trimLog(to: LogBounds(oldest: middle)) == 30)
            #expect(try await numbers(store) == Array(30..<40))
            #expect(try await store.trimLog(to: LogBounds(oldest: middle)) == 0)
            #expect(try await store.trimLog(to: LogBounds()) == 0)
            try await pause()
            #expect(try await store.trimLog(to: LogBounds(oldest: now)) == 10)
            #expect(try await store.trimLog(to: LogBounds(oldest: now)) == 0)
            // The log goes on.
            try await append(40..<42, to: store)
            #expect(try await numbers(store) == [40, 41])
        }
    }

    @Test(arguments: Backend.available)
    func goesBySize(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            try await append(0..<100, bytes: 1000, to: store)
            #expect(try await store.trimLog(to: LogBounds(bytes: 1_000_000)) == 0)
            let removed = try await store.trimLog(to: LogBounds(bytes: 20_000))
            // What a record takes besides its filling differs between stores.
            #expect((78...86).contains(removed))
            #expect(try await numbers(store) == Array(Int64(removed)..<100))
            // The newest stays, however long it is.
            try await store.trimLog(to: LogBounds(bytes: 1))
            #expect(try await numbers(store) == [99])
        }
    }

    @Test(arguments: Backend.available)
    func goesInParts(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            let at = now.milliseconds
            for _ in 0..<6 {
                try await store.write(grouped: false) { session in
                    for number in 0..<2000 {
                        try session.append(event: Array("{\"n\":\(number),\"at\":\(at)}".utf8))
                    }
                }
            }
            try await pause()
            #expect(try await store.trimLog(to: LogBounds(oldest: now)) == 12_000)
        }
    }

    /// MongoDB's readers depend on the oplog and not on what is kept for those who look back.
    @Test func tellsReadersThatTheyAreTooLate() async throws {
        try await Backend.sqlite.withStore { store async throws in
            try await append(0..<10, to: store)
            let all = try await store.read { try $0.events(after: nil, limit: 100) }
            try await store.trimLog(to: LogBounds(bytes: 1))
            await expectFailure(.historyLost) { try await store.read { try $0.events(after: all[3].cursor, limit: 1) } }
            await expectFailure(.historyLost) {
                try await store.tail(after: all[3].cursor).next(limit: 1, within: .seconds(1))
            }
            let rest = try await store.read { try $0.events(after: all[8].cursor, limit: 100) }
            #expect(rest.map(\.cursor) == [all[9].cursor])
            #expect(try await store.read { try $0.events(after: all[9].cursor, limit: 100) }.isEmpty)
            try await pause()
            try await store.trimLog(to: LogBounds(oldest: now))
            #expect(try await store.read { try $0.events(after: all[9].cursor, limit: 100) }.isEmpty)
            await expectFailure(.historyLost) { try await store.read { try $0.events(after: all[8].cursor, limit: 1) } }
            await expectFailure(.historyLost) {
                try await store.read { try $0.events(after: EventCursor("4000"), limit: 1) }
            }
            await expectFailure(.historyLost) {
                try await store.read { try $0.events(after: EventCursor("nonsense"), limit: 1) }
            }
            let news = try await store.read { try $0.news(after: all[3].cursor, limit: 10) }
            #expect(news?.records == nil)
        }
    }
}
