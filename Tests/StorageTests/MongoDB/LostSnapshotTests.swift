import Glibc
import Storage
import Synchronization
import TestSupport
import Testing
import Values

/// The test server keeps what was for five seconds.
@Suite("A read that outlives its snapshot", .enabled(if: MongoServer.uri != nil))
struct LostSnapshotTests {
    @Test func beginsAgain() async throws {
        let table = TableLayout.small()
        try await Backend.mongoDB.withStore(table) { store async throws in
            try await store.insert(NewRow("one", ["x", 1]), into: table)
            let rounds = Rounds()
            let done = Mutex(false)
            // The past moves with what others write.
            async let others: Void = {
                var number = 0
                while !done.withLock({ $0 }) {
                    try await store.insert(NewRow("other\(number)", ["y", 2]), into: table)
                    number += 1
                    try await Task.sleep(for: .milliseconds(100))
                }
            }()
            let row = try await store.read { session in
                _ = try session.row("one", in: table)
                if rounds.begin() == 1 { rounds.sleep(seconds: 9) }
                return try session.row("one", in: table)
            }
            done.withLock { $0 = true }
            try await others
            #expect(row?.values == ["x", 1])
            #expect(rounds.count == 2)
        }
    }

    private final class Rounds: Sendable {
        private let rounds = Mutex(0)
        var count: Int { rounds.withLock { $0 } }
        func begin() -> Int {
            rounds.withLock { rounds in
                rounds += 1
                return rounds
            }
        }
        func sleep(seconds: UInt32) { _ = Glibc.sleep(seconds) }
    }
}
