import Testing
import Values

@testable import Engine

@Suite("Cached lists")
struct ListCacheTests {
    @Test(arguments: Backend.available)
    func theFirstCallMissesAndTheNextOneHits(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeRows("a", "b")
            let select: JSON = [query("select", nil, "n")]
            func list(_ more: JSONObject) async throws -> Listed {
                try await engine.cached(JSONObject([("queries", [query("limit", nil, 1)])] + more.members))
            }
            #expect(try await list(["ttl": 30]) == Listed(.miss, ["a"], total: 2))
            #expect(try await list(["ttl": 30]) == Listed(.hit, ["a"], total: 2))
            #expect(try await list(["ttl": 30, "total": false]) == Listed(.hit, ["a"], total: 0))
            #expect(try await engine.cached(["ttl": 30, "queries": select]).cache == .miss)
            #expect(try await list([:]).cache == nil)
            #expect(try await list(["ttl": 0]).cache == nil)
            // The reader's ttl decides.
            engine.clock.advance(milliseconds: 9999)
            #expect(try await list(["ttl": 10]).cache == .hit)
            engine.clock.advance(milliseconds: 1)
            #expect(try await list(["ttl": 300]).cache == .hit)
            #expect(try await list(["ttl": 10]).cache == .miss)
            #expect(try await list(["ttl": 10]).cache == .hit)
        }
    }

    @Test(arguments: Backend.available)
    func theTotalIsKeptBesideTheRows(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeRows("a")
            #expect(try await engine.cached(["ttl": 9, "total": false]) == Listed(.miss, ["a"], total: 0))
            engine.clock.advance(milliseconds: 5000)
            #expect(try await engine.cached(["ttl": 9]) == Listed(.hit, ["a"], total: 1))
            engine.clock.advance(milliseconds: 3500)
            try await engine.on("createRow", ["rowId": "b", "data": [:]])
            #expect(try await engine.cached(["ttl": 9]) == Listed(.hit, ["a"], total: 1))
            engine.clock.advance(milliseconds: 600)
            #expect(try await engine.cached(["ttl": 9]) == Listed(.miss, ["a", "b"], total: 2))
        }
    }

    @Test(arguments: Backend.available)
    func changesOfTheTableTakeEffectAtOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeRows("a")
            func expectMissThenHit(_ location: SourceLocation = #_sourceLocation) async throws {
                #expect(try await engine.cached().cache == .miss, sourceLocation: location)
                #expect(try await engine.cached().cache == .hit, sourceLocation: location)
            }
            try await expectMissThenHit()
            try await engine.on("createBooleanColumn", ["key": "b", "required": false])
            try await expectMissThenHit()
            try await engine.on("createIndex", ["key": "i", "type": "key", "columns": ["n"]])
            try await expectMissThenHit()
            try await engine.on("deleteIndex", ["key": "i"])
            try await expectMissThenHit()
            try await engine.on("updateTable", ["rowSecurity": true])
            try await expectMissThenHit()
            // What a list does not depend on changes nothing, nor do writes to rows or other tables.
            try await engine.on("updateTable", ["name": "Other", "rowSecurity": true])
            try await engine.on("createRow", ["rowId": "b", "data": [:]])
            try await engine.call("tablesDB.createTable", ["databaseId": "d", "tableId": "u", "name": "U"])
            #expect(try await engine.cached() == Listed(.hit, ["a"], total: 1))
            try await engine.on("updateTable", ["rowSecurity": true, "purge": true])
            #expect(try await engine.cached() == Listed(.miss, ["a", "b"], total: 2))
            #expect(try await engine.cached().cache == .hit)
        }
    }

    @Test(arguments: Backend.available)
    func rightsAreNeverShared(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]], rowSecurity: true)
            try await engine.on("createRow", ["rowId": "a", "data": [:], "permissions": ["read(\"user:a\")"]])
            try await engine.on("createRow", ["rowId": "g", "data": [:], "permissions": ["read(\"any\")"]])
            for outcome in [CacheOutcome.miss, .hit] {
                #expect(try await engine.cached(as: .user("a")) == Listed(outcome, ["a", "g"], total: 2))
                #expect(try await engine.cached(as: .user("b")) == Listed(outcome, ["g"], total: 1))
                #expect(try await engine.cached(as: .guest) == Listed(outcome, ["g"], total: 1))
                #expect(try await engine.cached(as: .key) == Listed(outcome, ["a", "g"], total: 2))
            }
            // A table that is closed refuses at once what it was open for.
            try await engine.on("updateTable", ["rowSecurity": false])
            let refusal = try await engine.refusalOn("listRows", ["ttl": 30], as: .guest)
            #expect(refusal == Refusal("user_unauthorized", 401))
            try await engine.on("updateTable", ["permissions": ["read(\"guests\")"]])
            #expect(try await engine.cached(as: .guest).ids == ["a", "g"])
            try await engine.on("updateTable", ["enabled": false])
            #expect(try await engine.refusalOn("listRows", ["ttl": 30], as: .guest).type == "table_not_found")
            try await engine.call("tablesDB.update", ["databaseId": "d", "name": "D", "enabled": false])
            #expect(try await engine.refusalOn("listRows", ["ttl": 30], as: .guest).type == "database_not_found")
            #expect(try await engine.cached(as: .key).ids == ["a", "g"])
            try await engine.call("tablesDB.deleteTable", ["databaseId": "d", "tableId": "t"])
            #expect(try await engine.refusalOn("listRows", ["ttl": 30]).type == "table_not_found")
        }
    }

    @Test(arguments: Backend.available)
    func theSameQueryInAnyFormIsTheSame(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeRows("a", "b", "c")
            func outcome(_ queries: JSON) async throws -> CacheOutcome? {
                try await engine.cached(["ttl": 30, "queries": queries]).cache
            }
            #expect(try await outcome([query("equal", "n", 1)]) == .miss)
            #expect(try await outcome(["{ \"values\": [1], \"method\": \"equal\", \"attribute\": \"n\" }"]) == .hit)
            #expect(try await outcome([["method": "equal", "attribute": "n", "values": 1]]) == .hit)
            #expect(try await outcome([query("equal", "n", 2)]) == .miss)
            #expect(try await outcome([query("limit", nil, 2), query("offset", nil, 1)]) == .miss)
            #expect(try await outcome([query("offset", nil, 1), query("limit", nil, 2)]) == .miss)
        }
    }

    @Test(arguments: Backend.available)
    func textsThatLookTheSameAreDifferent(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "varchar", "size": 9]])
            try await engine.on("createRow", ["rowId": "a", "data": ["s": "\u{e9}"]])
            try await engine.on("createRow", ["rowId": "b", "data": ["s": "e\u{301}"]])
            for outcome in [CacheOutcome.miss, .hit] {
                let one = try await engine.cached(["ttl": 9, "queries": [query("equal", "s", "\u{e9}")]])
                #expect(one == Listed(outcome, ["a"], total: 1))
                let other = try await engine.cached(["ttl": 9, "queries": [query("equal", "s", "e\u{301}")]])
                #expect(other == Listed(outcome, ["b"], total: 1))
            }
        }
    }

    @Test(arguments: Backend.available)
    func aCursorBringsItsPlaceAndItsErrors(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeRows("a", "b", "c")
            let queries: JSON = [query("orderAsc", "n"), query("cursorAfter", nil, "a")]
            #expect(try await engine.cached(["ttl": 30, "queries": queries]) == Listed(.miss, ["b", "c"], total: 3))
            #expect(try await engine.cached(["ttl": 30, "queries": queries]) == Listed(.hit, ["b", "c"], total: 3))
            try await engine.on("updateRow", ["rowId": "a", "data": ["n": 9]])
            #expect(try await engine.cached(["ttl": 30, "queries": queries]) == Listed(.miss, [], total: 3))
            try await engine.on("deleteRow", ["rowId": "a"])
            let gone = try await engine.refusalOn("listRows", ["ttl": 30, "queries": queries])
            #expect(gone.type == "general_cursor_not_found")
        }
    }

    @Test(arguments: Backend.available)
    func failuresAreNotKept(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let missing = try await engine.refusalOn("listRows", ["ttl": 30])
            #expect(missing.type == "database_not_found")
            try await engine.makeRows("a")
            let bad: JSONObject = ["ttl": 30, "queries": [query("equal", "later", true)]]
            #expect(try await engine.refusalOn("listRows", bad).type == "general_query_invalid")
            #expect(try await engine.refusalOn("listRows", bad).type == "general_query_invalid")
            try await engine.on("createBooleanColumn", ["key": "later", "required": false])
            #expect(try await engine.cached(bad) == Listed(.miss, [], total: 0))
            for ttl in [-1, 86401] as [Int64] {
                let refusal = try await engine.refusalOn("listRows", ["ttl": .int(ttl)])
                #expect(refusal == Refusal("general_argument_invalid", 400, "ttl"))
            }
            let refusal = try await engine.refusalOn("listRows", ["ttl": 1, "freshness": "soon"])
            #expect(refusal == Refusal("general_argument_invalid", 400, "freshness"))
        }
    }

    @Test(arguments: Backend.available)
    func theDeprecatedWordsHaveTheirOwn(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeRows("a")
            let address: JSONObject = ["databaseId": "d", "collectionId": "t", "ttl": 30]
            for outcome in [CacheOutcome.miss, .hit] {
                let response = try await engine.engine.execute(Invocation("databases.listDocuments", address))
                #expect(response.cache == outcome)
                let document = try JSON(parsing: response.encoded)["documents"]?.array?.first
                #expect(document?["$collectionId"] == "t")
                #expect(try await engine.cached().cache == outcome)
            }
            try await engine.call(
                "databases.updateCollection",
                ["databaseId": "d", "collectionId": "t", "purge": true]
            )
            #expect(try await engine.engine.execute(Invocation("databases.listDocuments", address)).cache == .miss)
        }
    }

    @Test func itsCountersAreAnOperation() async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.makeRows("a")
            for _ in 0..<3 { _ = try await engine.cached() }
            let statistics = try await engine.call("project.cacheStats")
            #expect(statistics["entries"] == 1)
            #expect(statistics["hits"] == 2)
            #expect(statistics["misses"] == 1)
            #expect(statistics["waits"] == 0)
            #expect(statistics["evictions"] == 0)
            #expect(statistics["maximumBytes"] == 67_108_864)
            #expect((statistics["bytes"]?.int ?? 0) > 200)
        }
    }
}
