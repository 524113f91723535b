import Testing
import Values

@testable import Engine

@Suite("Events of bulks")
struct BulkEventTests {
    private static let row = "databases.[databaseId].tables.[tableId].rows.[rowId]"

    @Test(arguments: Backend.available)
    func oneRecordHoldsEveryRow(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            var reader = try await EventReader.fromNow(engine.store)
            for start in [0, 100] {
                let rows = (start..<(start + 100)).map { ["$id": .string("r\($0)"), "n": .int(Int64($0))] as JSON }
                try await engine.on("createRows", ["rows": .array(rows)])
            }
            try await engine.on("upsertRows", ["rows": [["$id": "r0", "n": -1], ["$id": "x"]]])
            try await engine.on(
                "updateRows",
                ["data": ["n": ["method": "increment", "values": [1]]], "queries": [query("lessThan", "n", 150)]]
            )
            try await engine.on("updateRows", ["data": ["n": 0], "queries": [query("equal", "$id", "none")]])
            try await engine.on("deleteRows")
            let records = try await reader.next()
            #expect(records.map(\.isBulk) == [true, true, true, true, true])
            #expect(records.map(\.ids) == Array(repeating: ["d", "t"], count: 5))
            #expect(
                records.map(\.event) == ["create", "create", "upsert", "update", "delete"].map { "\(Self.row).\($0)" }
            )
            #expect(records.map { $0.single.count } == [100, 100, 2, 150, 201])
            let updated = records[3].single
            #expect(updated[149].ids == ["d", "t", "r149"])
            #expect(updated[149].actor == "key")
            #expect(updated[149].at == engine.clock.wallClock.now)
            #expect(!updated[149].isBulk)
            #expect(try JSON(parsing: updated[149].payload)["n"] == 150)
            // What was deleted is told as it was.
            #expect(try JSON(parsing: records[4].single[1].payload)["n"] == 2)
        }
    }

    @Test(arguments: Backend.available)
    func manyBytesAreManyRecords(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "longtext"]])
            var reader = try await EventReader.fromNow(engine.store)
            let text: JSON = .string(String(repeating: "ä", count: 1_500_000))
            let rows = (0..<7).map { ["$id": .string("r\($0)"), "s": text] as JSON }
            try await engine.on("createRows", ["rows": .array(rows)])
            let records = try await reader.next()
            #expect(records.map { $0.single.count } == [2, 2, 2, 1])
            #expect(records.flatMap(\.single).map { $0.ids[2] } == (0..<7).map { "r\($0)" })
            #expect(records.allSatisfy { $0.payload.count < EventRecord.maximumBytes })
        }
    }

    @Test(arguments: Backend.available)
    func encryptedColumnsStaySealed(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(EncryptedColumnTests.columns)
            let rows: JSON = [["$id": "a", "open": "o", "secret": "s1"], ["$id": "b", "open": "o", "secret": "s2"]]
            try await engine.on("createRows", ["rows": rows])
            try await engine.on("updateRows", ["data": ["secret": "s3", "open": "p"]])
            #expect(try await engine.on("listRows")["rows"]?.each("secret") == ["s3", "s3"])
            let stored = try await engine.storedRows()
            #expect(stored["a"] != stored["b"])
            let bare = try await engine.events().suffix(2)
            #expect(bare.flatMap(\.single).allSatisfy { (try? JSON(parsing: $0.payload)["secret"]) == nil as JSON? })
            var reader = engine.engine.events()
            let whole = try await reader.next().suffix(2).flatMap(\.single)
            #expect(try whole.map { try JSON(parsing: $0.payload)["secret"] } == ["s1", "s2", "s3", "s3"])
            let op: JSON = ["method": "stringConcat", "values": ["x"]]
            let refusal = try await engine.refusalOn("updateRows", ["data": ["secret": op]])
            #expect(refusal == Refusal("row_invalid_structure", 400, "data.secret"))
        }
    }

    @Test(arguments: Backend.available)
    func aRehearsalCountsRows(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRows", ["rows": [["n": 1], ["n": 2], ["n": 3]]])
            var request = ExecutionRequest(
                Invocation("tablesDB.updateRows", ["databaseId": "d", "tableId": "t", "data": ["n": 5]])
            )
            request.isDryRun = true
            let rehearsal = try #require(try await engine.engine.answer(request).rehearsal)
            #expect(rehearsal.events == ["databases.d.tables.t.rows.*.update"])
            #expect(rehearsal.effects.map(\.count) == [3])
            #expect(try await engine.on("listRows")["rows"]?.each("n") == [1, 2, 3])
            var destroying = ExecutionRequest(
                Invocation("tablesDB.deleteRows", ["databaseId": "d", "tableId": "t"])
            )
            destroying.confirmation = .needed(token: nil)
            guard case .confirmation(let asked) = try await engine.engine.answer(destroying).content else {
                Issue.record("no confirmation was asked for")
                return
            }
            #expect(asked["would"] == [["operation": "tablesDB.deleteRows", "counts": ["rows": 3]]])
            #expect(try await engine.on("listRows")["total"] == 3)
        }
    }
}
