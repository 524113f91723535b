import Foundation
import Storage
import Testing

@Suite("Following the event log", .timeLimit(.minutes(2)))
struct TailTests {
    private func append(_ texts: String..., to store: any DocumentStore) async throws {
        try await store.write { session in
            for text in texts { try session.append(event: Array("{\"n\":\"\(text)\"}".utf8)) }
        }
    }

    private func texts(_ events: [LoggedEvent]) -> [String] {
        events.map { String(String(decoding: $0.record, as: UTF8.self).dropFirst(6).dropLast(2)) }
    }

    @Test(arguments: Backend.available)
    func tellsWhatWasAndThenWhatComes(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            try await append("a", "b", to: store)
            let tail = store.tail(after: nil)
            #expect(texts(try await tail.next(limit: 1, within: .seconds(20))) == ["a"])
            let rest = try await tail.next(limit: 10, within: .seconds(20))
            #expect(texts(rest) == ["b"])
            async let next = tail.next(limit: 10, within: .seconds(20))
            try await Task.sleep(for: .milliseconds(50))
            try await append("c", to: store)
            #expect(texts(try await next) == ["c"])
            // A cursor from one place is good in another.
            #expect(texts(try await store.tail(after: rest[0].cursor).next(limit: 10, within: .seconds(20))) == ["c"])
            tail.stop()
        }
    }

    @Test(arguments: Backend.available)
    func returnsEmptyWhenNothingComes(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            try await append("a", to: store)
            let place = try await store.read { try $0.lastEvent() }
            let tail = store.tail(after: place)
            #expect(try await tail.next(limit: 10, within: .milliseconds(50)).isEmpty)
            try await append("b", to: store)
            #expect(texts(try await tail.next(limit: 10, within: .seconds(20))) == ["b"])
        }
    }

    /// What another store of the same place writes is what another process would.
    @Test(arguments: Backend.available)
    func hearsOfOthers(_ backend: Backend) async throws {
        try await backend.withPlace { place in
            try await place.withStore { own async throws in
                try await place.withStore { other async throws in
                    try await append("a", to: other)
                    let tail = own.tail(after: nil)
                    #expect(texts(try await tail.next(limit: 10, within: .seconds(20))) == ["a"])
                    for number in 0..<20 {
                        try await append("\(number)", to: other)
                        #expect(texts(try await tail.next(limit: 10, within: .seconds(20))) == ["\(number)"])
                    }
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func missesNothingOfManyWriters(_ backend: Backend) async throws {
        try await backend.withStore { store async throws in
            let (writers, each) = (8, 40)
            let tail = store.tail(after: nil)
            async let written: Void = withThrowingTaskGroup { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<each { try await append("\(writer)-\(number)", to: store) }
                    }
                }
                try await group.waitForAll()
            }
            var seen: [String] = []
            while seen.count < writers * each {
                seen += texts(try await tail.next(limit: 7, within: .seconds(20)))
            }
            try await written
            #expect(Set(seen).count == writers * each)
            for writer in 0..<writers {
                let own = seen.filter { $0.hasPrefix("\(writer)-") }
                #expect(own == (0..<each).map { "\(writer)-\($0)" })
            }
        }
    }

    @Test(arguments: Backend.available)
    func endsWhenItIsStoppedOrItsStoreIs(_ backend: Backend) async throws {
        try await backend.withPlace { place in
            let store = place.open()
            let tails = [store.tail(after: nil), store.tail(after: nil)]
            let first = Task { try await tails[0].next(limit: 1, within: .seconds(100)) }
            let second = Task { try await tails[1].next(limit: 1, within: .seconds(100)) }
            try await Task.sleep(for: .milliseconds(100))
            tails[0].stop()
            tails[0].stop()
            await expectFailure(.unavailable) { try await first.value }
            await store.close()
            await expectFailure(.unavailable) { try await second.value }
            await expectFailure(.unavailable) { try await store.tail(after: nil).next(limit: 1, within: .seconds(1)) }
        }
    }
}
