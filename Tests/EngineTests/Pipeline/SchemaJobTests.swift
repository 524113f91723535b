import Foundation
import Testing
import Values

@testable import Engine

@Suite("Schema changes that were overtaken", .timeLimit(.minutes(2)))
struct SchemaJobTests {
    /// A column needs no job, so it can be used even if the process that made it died before it answered.
    @Test(arguments: Backend.available)
    func aNewColumnIsThereWithItsCommit(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await leave(engine, ["tablesDB.createTextColumn", "key=c", "required=false"])
            #expect(try await engine.on("getColumn", ["key": "c"])["status"] == "available")
            #expect(try await engine.on("createRow", ["rowId": "x", "data": ["c": "y"]])["c"] == "y")
        }
    }

    /// The old key of a column stays taken until its rename is carried out.
    @Test(arguments: Backend.available)
    func aKeyIsFreeOnlyWhenTheRenameIsDone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "r", "data": ["n": 7]])
            let rename = ["key=n", "required=false", "default=null", "newKey=m"]
            try await leave(engine, ["tablesDB.updateIntegerColumn"] + rename)
            #expect(try await engine.on("getRow", ["rowId": "r"])["m"] == 7)
            #expect(try await engine.on("updateRow", ["rowId": "r", "data": ["m": 8]])["m"] == 8)
            let early = try await engine.refusalOn("createTextColumn", ["key": "N", "required": false])
            #expect(early == Refusal("column_already_exists", 409, "key"))
            try await finish(engine)
            try await engine.on("createTextColumn", ["key": "n", "required": false])
            let row = try await engine.on("updateRow", ["rowId": "r", "data": ["n": "text"]])
            #expect(row["n"] == "text")
            #expect(row["m"] == 8)
        }
    }

    @Test(arguments: Backend.available)
    func anIndexDeletedWhileItIsBuiltLeavesNothing(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await leave(engine, ["tablesDB.createIndex", "key=i", "type=unique", "columns=[\"n\"]"])
            #expect(try await engine.on("getIndex", ["key": "i"])["status"] == "processing")
            try await engine.on("deleteIndex", ["key": "i"])
            try await engine.on("deleteColumn", ["key": "n"])
            try await finish(engine)
            #expect(try await engine.on("getTable")["columns"] == [])
            #expect(try await engine.on("listIndexes")["total"] == 0)
        }
    }

    /// Lets another process make a change and die before it carries out the job. The clock of the test is behind that
    /// of the process, so that the job is not due before ``finish(_:)``.
    private func leave(_ engine: TestEngine, _ arguments: [String]) async throws {
        let address = ["databaseId=d", "tableId=t"]
        let died = try await Binary.run(
            arguments + address,
            on: engine.backend,
            engine.folder,
            crashAt: "write.committed"
        )
        try #require(died)
    }

    private func finish(_ engine: TestEngine) async throws {
        engine.clock.set(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 1000)
        try await engine.engine.jobs.drain()
    }
}
