import Storage
import Testing
import Values

@testable import Engine

@Suite("The event log")
struct EventTests {
    @Test(arguments: Backend.available)
    func everyMutationWritesOneRecord(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let table = "databases.[databaseId].tables.[tableId]"
            let calls: [(String, JSONObject, String, [String])] = [
                ("create", ["databaseId": "d", "name": "D"], "databases.[databaseId].create", ["d"]),
                ("update", ["databaseId": "d", "name": "E"], "databases.[databaseId].update", ["d"]),
                ("createTable", ["name": "T"], table + ".create", ["d", "t"]),
                ("updateTable", ["name": "U"], table + ".update", ["d", "t"]),
                (
                    "createIntegerColumn", ["key": "n", "required": false], table + ".columns.[columnId].create",
                    ["d", "t", "n"]
                ),
                (
                    "updateIntegerColumn", ["key": "n", "required": false, "default": nil, "newKey": "m"],
                    table + ".columns.[columnId].update", ["d", "t", "m"]
                ),
                (
                    "createIndex", ["key": "i", "type": "key", "columns": ["m"]], table + ".indexes.[indexId].create",
                    ["d", "t", "i"]
                ),
                ("createRow", ["rowId": "r", "data": ["m": 1]], table + ".rows.[rowId].create", ["d", "t", "r"]),
                ("updateRow", ["rowId": "r", "data": ["m": 2]], table + ".rows.[rowId].update", ["d", "t", "r"]),
                ("upsertRow", ["rowId": "s", "data": ["m": 3]], table + ".rows.[rowId].upsert", ["d", "t", "s"]),
                ("deleteRow", ["rowId": "r"], table + ".rows.[rowId].delete", ["d", "t", "r"]),
                ("deleteIndex", ["key": "i"], table + ".indexes.[indexId].update", ["d", "t", "i"]),
                ("deleteColumn", ["key": "m"], table + ".columns.[columnId].update", ["d", "t", "m"]),
                ("deleteTable", [:], table + ".delete", ["d", "t"]),
                ("delete", ["databaseId": "d"], "databases.[databaseId].delete", ["d"]),
            ]
            var reader = EventReader(engine.store)
            for (method, arguments, event, ids) in calls {
                engine.clock.advance(milliseconds: 1)
                let short = ["create", "update", "delete"].contains(method)
                let answer =
                    short
                    ? try await engine.call("tablesDB." + method, arguments) : try await engine.on(method, arguments)
                let records = try await reader.next()
                #expect(records.count == 1, "\(method)")
                let record = try #require(records.first)
                #expect(record.event == event)
                #expect(record.ids == ids)
                #expect(record.actor == "key")
                #expect(record.at == engine.clock.wallClock.now)
                let payload = try JSON(parsing: record.payload)
                // A column or an index is still being built when its record is written; of a row that is gone the record
                // tells what it was.
                if method == "deleteRow" {
                    #expect(payload["$id"] == "r" && payload["m"] == 2)
                    continue
                }
                #expect(payload.without("status", "$updatedAt") == answer.without("status", "$updatedAt"), "\(method)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func theActorAndMadeIdsAreKept(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["write(\"any\")"])
            var reader = try await EventReader.fromNow(engine.store)
            let row = try await engine.on("createRow", ["rowId": "unique()", "data": [:]], as: .user("u"))
            try await engine.on("createRow", ["rowId": "g", "data": [:]], as: .guest)
            let records = try await reader.next()
            #expect(records.map(\.actor) == ["user:u", "guest"])
            #expect(records.map(\.ids) == [["d", "t", try #require(row["$id"]?.string)], ["d", "t", "g"]])
            #expect(try JSON(parsing: records[0].payload) == row)
        }
    }

    @Test(arguments: Backend.available)
    func whatReadsOrFailsWritesNone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            let before = try await engine.events().count
            for method in ["listRows", "getTable", "listColumns", "listIndexes", "describeTable"] {
                try await engine.on(method)
            }
            try await engine.call("project.describe")
            let refused: [(String, JSONObject, Actor?)] = [
                ("createRow", ["rowId": "r", "data": [:]], nil),
                ("createRow", ["rowId": "x", "data": ["n": "x"]], nil),
                ("createRow", ["rowId": "x", "data": [:]], .guest),
                ("updateRow", ["rowId": "r", "data": ["x": 1]], nil),
                ("deleteRow", ["rowId": "zz"], nil), ("deleteColumn", ["key": "zz"], nil), ("createTable", [:], nil),
                ("createTable", ["name": "Twice"], nil), ("createRow", [:], nil),
            ]
            for (method, arguments, actor) in refused {
                _ = try await engine.refusalOn(method, arguments, as: actor)
            }
            #expect(try await engine.events().count == before)
        }
    }

    @Test(arguments: Backend.available)
    func aReaderContinuesAfterItsCursor(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            for index in 0..<10 { try await engine.on("createRow", ["rowId": .string("r\(index)"), "data": [:]]) }
            var reader = EventReader(engine.store)
            #expect(try await reader.next(limit: 2).map(\.ids) == [["d"], ["d", "t"]])
            #expect(try await reader.next(limit: 3).map { $0.ids[2] } == ["r0", "r1", "r2"])
            var other = EventReader(engine.store, after: reader.cursor)
            #expect(try await other.next().map { $0.ids[2] } == (3..<10).map { "r\($0)" })
            #expect(try await other.next() == [])
            #expect(try await reader.next(limit: 1).map { $0.ids[2] } == ["r3"])
            var late = try await EventReader.fromNow(engine.store)
            #expect(try await late.next() == [])
            try await engine.on("deleteRow", ["rowId": "r5"])
            #expect(try await late.next().map { $0.ids[2] } == ["r5"])
        }
    }

    @Test(arguments: Backend.available)
    func noRecordIsSkippedWhileManyWrite(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let other = TestEngine(backend, engine.folder)
            var reader = try await EventReader.fromNow(engine.store)
            let writers = Task {
                try await withThrowingTaskGroup { group in
                    for worker in 0..<8 {
                        let writer = worker % 2 == 0 ? engine : other
                        group.addTask {
                            for index in 0..<40 {
                                try await writer.on(
                                    "createRow",
                                    ["rowId": .string("w\(worker)-\(index)"), "data": [:]]
                                )
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            var seen: [String] = []
            let deadline = ContinuousClock.now + .seconds(60)
            while seen.count < 320, ContinuousClock.now < deadline {
                seen += try await reader.next(limit: 7).map { $0.ids[2] }
            }
            try await writers.value
            #expect(seen.count == 320)
            #expect(Set(seen).count == 320)
            for worker in 0..<8 {
                let own = seen.filter { $0.hasPrefix("w\(worker)-") }
                #expect(own == (0..<40).map { "w\(worker)-\($0)" })
            }
            await other.engine.close()
        }
    }
}
