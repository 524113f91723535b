import Testing
import Values

@testable import Engine

@Suite("Cached lists and other processes")
struct OtherProcessTests {
    /// Two engines on one store, as two processes have them, and a table of one row.
    private func withTwo(_ backend: Backend, _ body: (TestEngine, TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { one in
            try await one.makeRows("a")
            let two = TestEngine(backend, one.folder, clock: one.clock)
            do { try await body(one, two) } catch {
                await two.engine.close()
                throw error
            }
            await two.engine.close()
        }
    }

    @Test(arguments: Backend.available)
    func changesOfTheTableTakeEffectWithinASecond(_ backend: Backend) async throws {
        try await withTwo(backend) { one, two in
            #expect(try await one.cached(as: .guest).cache == .miss)
            try await two.on("updateTable", ["permissions": []])
            #expect(try await one.cached(as: .guest).cache == .hit)
            one.clock.advance(milliseconds: 1000)
            let refusal = try await one.refusalOn("listRows", ["ttl": 30], as: .guest)
            #expect(refusal == Refusal("user_unauthorized", 401))
            // A look at the store for anything else brings it earlier.
            #expect(try await one.cached().cache == .miss)
            try await two.on("createBooleanColumn", ["key": "b", "required": false])
            #expect(try await one.cached().cache == .hit)
            _ = try await one.on("getRow", ["rowId": "a"])
            #expect(try await one.cached().cache == .miss)
        }
    }

    @Test(arguments: Backend.available)
    func aPurgeReachesAll(_ backend: Backend) async throws {
        try await withTwo(backend) { one, two in
            for engine in [one, two] { #expect(try await engine.cached().cache == .miss) }
            try await two.on("createRow", ["rowId": "b", "data": [:]])
            try await two.on("updateTable", ["purge": true])
            #expect(try await two.cached() == Listed(.miss, ["a", "b"], total: 2))
            one.clock.advance(milliseconds: 1000)
            #expect(try await one.cached() == Listed(.miss, ["a", "b"], total: 2))
            try await two.on("updateTable", ["purge": true])
            try await two.on("updateTable", ["purge": true])
            one.clock.advance(milliseconds: 1000)
            #expect(try await one.cached().cache == .miss)
            #expect(try await one.cached().cache == .hit)
        }
    }

    @Test(arguments: Backend.available)
    func strictReadersSeeTheLastWriteOfAnybody(_ backend: Backend) async throws {
        try await withTwo(backend) { one, two in
            func strict(_ location: SourceLocation = #_sourceLocation) async throws -> Listed {
                try await one.cached(["ttl": 300, "freshness": "strict"])
            }
            #expect(try await strict() == Listed(.miss, ["a"], total: 1))
            #expect(try await strict() == Listed(.hit, ["a"], total: 1))
            for (writer, id) in [(one, "b"), (two, "c"), (one, "d"), (two, "e")] {
                try await writer.on("createRow", ["rowId": .string(id), "data": [:]])
                let listed = try await strict()
                #expect(listed.cache == .miss)
                #expect(listed.ids.last == id)
                #expect(try await strict().cache == .hit)
            }
            try await two.on("deleteRow", ["rowId": "a"])
            #expect(try await strict() == Listed(.miss, ["b", "c", "d", "e"], total: 4))
            // Writes to other tables leave it.
            try await two.call("tablesDB.createTable", ["databaseId": "d", "tableId": "u", "name": "U"])
            try await two.call("tablesDB.createRow", ["databaseId": "d", "tableId": "u", "rowId": "x", "data": [:]])
            #expect(try await strict().cache == .hit)
            // And changes of the schema are seen at once.
            try await two.on("updateTable", ["enabled": false])
            let refusal = try await one.refusalOn(
                "listRows",
                ["ttl": 300, "freshness": "strict"],
                as: .guest
            )
            #expect(refusal.type == "table_not_found")
        }
    }

    @Test(arguments: Backend.available)
    func otherReadersKeepWhatTheirTtlAllows(_ backend: Backend) async throws {
        try await withTwo(backend) { one, two in
            #expect(try await one.cached(["ttl": 300, "freshness": "strict"]).cache == .miss)
            #expect(try await one.cached(["ttl": 300]).cache == .hit)
            try await two.on("createRow", ["rowId": "b", "data": [:]])
            #expect(try await one.cached(["ttl": 300]) == Listed(.hit, ["a"], total: 1))
            // So it is with a write of this process; a strict reader looks into the log, and brings all of it.
            try await one.on("createRow", ["rowId": "c", "data": [:]])
            #expect(try await one.cached(["ttl": 300]) == Listed(.hit, ["a"], total: 1))
            let strict = try await one.cached(["ttl": 300, "freshness": "strict"])
            #expect(strict == Listed(.miss, ["a", "b", "c"], total: 3))
            #expect(try await one.cached(["ttl": 300]) == Listed(.hit, ["a", "b", "c"], total: 3))
        }
    }
}
