import Foundation
import Storage
import Testing
import Values

@testable import Engine

@Suite("Processes that die half-way", .timeLimit(.minutes(5)))
struct CrashTests {
    static let inWrite = ["write.beforeEvent", "write.beforeCommit", "write.committed"]
    static let inJob = ["job.leased", "job.performed", "job.beforeCommit", "job.completed"]

    /// An operation, and how the table looks before and after it.
    struct Change: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var places: [String]
        /// True for the state after, false for the one before, nil for anything else.
        var isDone: @Sendable (TestEngine) async throws -> Bool?

        var testDescription: String { arguments[0] }
    }

    static let changes = [
        Change(arguments: ["tablesDB.createRow", "rowId=new", "data={\"n\":1}"], places: inWrite) { engine in
            let ids = try await engine.listed([])
            return ids == ["r", "new"] ? true : ids == ["r"] ? false : nil
        },
        Change(
            arguments: ["tablesDB.createIntegerColumn", "key=m", "required=false"],
            places: inWrite
        ) { engine in
            let columns = try await engine.on("listColumns")["columns"]
            if columns?.each("key") == ["n"] { return false }
            guard columns?.each("status") == ["available", "available"] else { return nil }
            let row = try await engine.on("updateRow", ["rowId": "r", "data": ["m": 5]])
            return row["m"] == 5 && row["n"] == 7 ? true : nil
        },
        Change(
            arguments: ["tablesDB.createIndex", "key=u", "type=unique", "columns=[\"n\"]"],
            places: inWrite + inJob
        ) { engine in
            let indexes = try await engine.on("listIndexes")["indexes"]
            if indexes == [] { return false }
            guard indexes?.each("status") == ["available"] else { return nil }
            let twin = try await engine.refusalOn("createRow", ["rowId": "x", "data": ["n": 7]])
            return twin.type == "row_unique_constraint_violation" ? true : nil
        },
        Change(arguments: ["tablesDB.deleteTable"], places: inWrite + inJob) { engine in
            let tables = try await engine.call("tablesDB.listTables", ["databaseId": "d"])["tables"]
            if tables?.each("$id") == ["t"] { return try await engine.listed([]) == ["r"] ? false : nil }
            guard tables == [] else { return nil }
            try await engine.on("createTable", ["name": "Again"])
            return try await engine.on("listRows")["total"] == 0 ? true : nil
        },
        Change(
            arguments: ["tablesDB.updateIntegerColumn", "key=n", "newKey=m", "required=false", "default=null"],
            places: inWrite + inJob
        ) { engine in
            let row = try await engine.on("getRow", ["rowId": "r"])
            if row["n"] == 7, row["m"] == nil { return false }
            guard row["m"] == 7, row["n"] == nil else { return nil }
            return try await engine.on("updateRow", ["rowId": "r", "data": ["m": 8]])["m"] == 8 ? true : nil
        },
    ]

    @Test(arguments: Backend.available, changes)
    func nothingHalfDoneIsLeft(_ backend: Backend, _ change: Change) async throws {
        for place in change.places {
            let folder = try TemporaryFolder()
            let before = try await prepare(backend, folder)
            let address = ["databaseId=d"] + (change.arguments[0] == "tablesDB.create" ? [] : ["tableId=t"])
            let died = try await Binary.run(change.arguments + address, on: backend, folder, crashAt: place)
            #expect(died, "\(place)")

            let clock = ManualClock()
            clock.set(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            let engine = TestEngine(backend, folder, clock: clock)
            let events = try await engine.events().count - before
            let isCommitted = place != "write.beforeEvent" && place != "write.beforeCommit"
            #expect(events == (isCommitted ? 1 : 0), "\(place)")
            // What nobody has leased is done at once, the rest when the lease of the dead process has run out.
            try await engine.engine.jobs.drain()
            clock.advance(milliseconds: JobQueue.leaseMilliseconds + 1000)
            try await engine.engine.jobs.drain()
            #expect(try await change.isDone(engine) == isCommitted, "\(place)")
            let left = try await engine.store.read { session in
                try session.count(.init(limit: 1), in: SystemTables.jobs, cap: 10)
            }
            #expect(left == 0, "\(place)")
            await engine.engine.close()
            await backend.remove(folder)
        }
    }

    /// A table with one row; the number of events so far.
    private func prepare(_ backend: Backend, _ folder: TemporaryFolder) async throws -> Int {
        let engine = TestEngine(backend, folder)
        try await engine.makeTable([["key": "n", "type": "integer"]])
        try await engine.on("createRow", ["rowId": "r", "data": ["n": 7]])
        let count = try await engine.events().count
        await engine.engine.close()
        return count
    }
}
