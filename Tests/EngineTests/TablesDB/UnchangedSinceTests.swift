import Testing
import Values

@testable import Engine

/// The clock of a test stands at 08:00:00.000 when rows are made.
@Suite("Rows that must not have changed since their caller looked")
struct UnchangedSinceTests {
    private static let before = Timestamp(parsing: "2026-11-22T07:59:59.999Z")!
    private static let atOnce = Timestamp(parsing: "2026-11-22T08:00:00.000Z")!
    private static let conflict = Refusal("row_update_conflict", 409, "rowId")

    /// Every operation that changes rows which are there, with arguments for the row `r`.
    private static let changes: [(method: String, arguments: JSONObject)] = [
        ("updateRow", ["rowId": "r", "data": ["n": 2]]),
        ("upsertRow", ["rowId": "r", "data": ["n": 2]]),
        ("deleteRow", ["rowId": "r"]),
        ("incrementRowColumn", ["rowId": "r", "column": "n"]),
        ("decrementRowColumn", ["rowId": "r", "column": "n"]),
        ("upsertRows", ["rows": [["$id": "r", "n": 2]]]),
        ("updateRows", ["data": ["n": 2]]),
        ("deleteRows", [:]),
    ]

    @Test(arguments: Backend.available)
    func aNewerRowIsLeftAlone(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let row = try await engine.on("getRow", ["rowId": "r"])
            for (method, arguments) in Self.changes {
                let refusal = try await refused(engine, method, arguments, Self.before)
                #expect(refusal == Self.conflict, "\(method)")
            }
            #expect(try await engine.on("listRows") == ["total": 1, "rows": [row]])
        }
    }

    @Test(arguments: Backend.available, 0..<changes.count)
    func aRowOfThatMomentIsChanged(_ backend: Backend, _ index: Int) async throws {
        let (method, arguments) = Self.changes[index]
        try await withRow(backend) { engine in
            engine.clock.advance(milliseconds: 5)
            let refusal = try await refused(engine, method, arguments, Self.atOnce)
            #expect(refusal == nil)
            #expect(try await engine.on("listRows")["rows"]?.each("n") != [1])
        }
    }

    @Test(arguments: Backend.available)
    func newRowsAndReadsAreNotBound(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let free: [(String, JSONObject)] = [
                ("createRow", ["rowId": "a", "data": [:]]), ("upsertRow", ["rowId": "b", "data": [:]]),
                ("createRows", ["rows": [["$id": "c"]]]), ("upsertRows", ["rows": [["$id": "e"]]]),
                ("getRow", ["rowId": "r"]), ("listRows", [:]),
            ]
            for (method, arguments) in free {
                let refusal = try await refused(engine, method, arguments, Self.before)
                #expect(refusal == nil, "\(method)")
            }
            #expect(try await engine.listed([]) == ["r", "a", "b", "c", "e"])
        }
    }

    @Test(arguments: Backend.available)
    func theDeprecatedServiceSaysItInItsWords(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let arguments: JSONObject = [
                "databaseId": "d", "collectionId": "t", "documentId": "r", "data": ["n": 2],
            ]
            let refusal = try await refused(engine, "databases.updateDocument", arguments, Self.before)
            #expect(refusal == Refusal("document_update_conflict", 409, "documentId"))
        }
    }

    @Test(arguments: Backend.available)
    func stagingIsBoundAndCommittingWhatWasStagedIsNot(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let id = try await engine.call("tablesDB.createTransaction")["$id"]!
            let change: JSONObject = ["rowId": "r", "data": ["n": 2], "transactionId": id]
            let tooLate = try await refused(engine, "updateRow", change, Self.before)
            #expect(tooLate?.type == "row_update_conflict")
            let inTime = try await refused(engine, "updateRow", change, Self.atOnce)
            #expect(inTime == nil)
            let commit: JSONObject = ["transactionId": id, "commit": true]
            let committed = try await refused(engine, "tablesDB.updateTransaction", commit, Self.before)
            #expect(committed == nil)
            #expect(try await engine.on("getRow", ["rowId": "r"])["n"] == 2)
        }
    }

    /// Who may not touch a row learns nothing of when it changed.
    @Test(arguments: Backend.available)
    func rightsComeFirst(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            for (method, arguments) in Self.changes.prefix(5) {
                let refusal = try await refused(engine, method, arguments, Self.before, as: .guest)
                #expect(refusal?.status == 401, "\(method)")
            }
        }
    }

    private func withRow(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "r", "data": ["n": 1]])
            try await body(engine)
        }
    }

    /// What a call is refused with by those who last looked at a moment; nil when it is not.
    private func refused(
        _ engine: TestEngine,
        _ method: String,
        _ arguments: JSONObject,
        _ moment: Timestamp,
        as actor: Actor? = nil
    ) async throws -> Refusal? {
        let id = method.contains(".") ? method : "tablesDB." + method
        var invocation = Invocation(
            id,
            method.contains(".") ? arguments : TestEngine.addressed(arguments),
            as: actor
        )
        invocation.unchangedSince = moment
        do { _ = try await engine.engine.execute(invocation) } catch { return Refusal(error) }
        return nil
    }
}
