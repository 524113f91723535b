import Testing
import Values

@testable import Storage

@Suite("A transaction that SQLite gives up")
struct LostTransactionTests {
    private let table = TableLayout.small()

    /// What a full disk does to a transaction, without the disk.
    private static func giveUp(_ session: any WriteSession) throws {
        try (session as! SQLiteSession).connection.execute("ROLLBACK")
    }

    @Test func takesAlongWhatTheBodyWritesAfterwards() async throws {
        try await Backend.sqlite.withStore(table) { store async throws in
            let table = table
            await expectFailure(.unavailable) {
                try await store.write { session in
                    _ = try session.insert(NewRow("before"), into: table)
                    try Self.giveUp(session)
                    _ = try? session.insert(NewRow("after"), into: table)
                }
            }
            #expect(try await store.ids(in: table) == [])
        }
    }

    @Test func takesNothingAlongOfTheWritesBesideIt() async throws {
        try await Backend.sqlite.withStore(table) { store async throws in
            let table = table
            let failures = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        do {
                            try await store.write { session in
                                _ = try session.insert(NewRow("r\(number)"), into: table)
                                if number % 10 == 3 { try Self.giveUp(session) }
                                if number % 20 == 3 { throw Refusal() }
                            }
                            return false
                        } catch {
                            return true
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(failures == 6)
            #expect(try await store.count(in: table) == 54)
        }
    }

    /// Leaves a statement that writes unfinished, with which neither a savepoint nor a transaction can end well.
    private static func blockTheCommit(_ session: any WriteSession) throws {
        let statement = try (session as! SQLiteSession).connection.statement(
            "UPDATE tandem_meta SET value = value + 1 WHERE key = 'schema_version' RETURNING value"
        )
        _ = try statement.step()
    }

    @Test func takesNothingElseAlongWhenItCannotCommit() async throws {
        try await Backend.sqlite.withStore(table) { store async throws in
            let table = table
            await expectFailure(.busy) {
                try await store.write { session in
                    _ = try session.insert(NewRow("alone"), into: table)
                    try Self.blockTheCommit(session)
                }
            }
            let failures = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        do {
                            try await store.write { session in
                                _ = try session.insert(NewRow("r\(number)"), into: table)
                                if number % 10 == 3 { try Self.blockTheCommit(session) }
                            }
                            return false
                        } catch {
                            return true
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(failures == 6)
            #expect(try await store.count(in: table) == 54)
            #expect(try await store.read { try $0.schemaVersion() } == 1)
        }
    }
}
