import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Who may do what with rows")
struct AccessMatrixTests {
    private static let unauthorized = Refusal("user_unauthorized", 401)
    private static let notFound = Refusal("row_not_found", 404, "rowId")

    @Test(arguments: Backend.available, [1, 2, 3, 4] as [UInt64])
    func everyOperationDecidesAsTheOracleDoes(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            var random = SplitMix64(seed: seed)
            try await engine.makeTable([["key": "n", "type": "integer"]])
            for round in 0..<12 {
                let trial = Trial(engine: engine, label: "seed \(seed), table \(round)", &random)
                try await trial.run()
            }
        }
    }

    /// One table with random permissions and some rows with random permissions.
    private struct Trial {
        let engine: TestEngine
        let label: String
        let oracle: AccessOracle
        let rows: [(id: String, permissions: Set<String>)]

        init(engine: TestEngine, label: String, _ random: inout SplitMix64) {
            self.engine = engine
            let table = AccessOracle.permissions(["create", "read", "update", "delete"], &random)
            oracle = AccessOracle(
                table: table,
                rowSecurity: random.below(10) < 6,
                people: [.userA: .random("a", &random), .userB: .random("b", &random)]
            )
            rows = (0..<5).map { ("r\($0)", AccessOracle.permissions(["read", "update", "delete"], &random)) }
            self.label = "\(label): \(table.sorted()), row security \(oracle.rowSecurity)"
        }

        func run() async throws {
            for person in oracle.people.values { try await engine.establish(person) }
            try await engine.on(
                "updateTable",
                ["permissions": JSON(oracle.table.sorted()), "rowSecurity": .bool(oracle.rowSecurity)]
            )
            for row in rows {
                let permissions = JSON(row.permissions.sorted())
                try await engine.on("upsertRow", ["rowId": .string(row.id), "data": [:], "permissions": permissions])
            }
            for actor in AccessOracle.Actor.allCases {
                try await checkReads(actor)
                try await checkWrites(actor)
            }
            for row in rows { try await engine.on("deleteRow", ["rowId": .string(row.id)]) }
        }

        private func checkReads(_ actor: AccessOracle.Actor) async throws {
            let listed = try await outcome("listRows", [:], actor)
            let visible = oracle.visible(rows, actor)
            switch listed {
            case .success(let answer):
                #expect(answer["rows"]?.each("$id") == visible?.map { .string($0) }, "\(label), \(actor) lists")
                #expect(answer["total"] == visible.map { .int(Int64($0.count)) }, "\(label), \(actor) counts")
            case .failure(let refusal):
                #expect(visible == nil && refusal == unauthorized, "\(label), \(actor) lists: \(refusal)")
            }
            for row in rows {
                let got = try await outcome("getRow", ["rowId": .string(row.id)], actor)
                let expected: Refusal? =
                    oracle.allows("read", row.permissions, actor) ? nil : oracle.rowSecurity ? notFound : unauthorized
                #expect(got.refusal == expected, "\(label), \(actor) reads \(row)")
            }
        }

        private func checkWrites(_ actor: AccessOracle.Actor) async throws {
            let made = try await outcome("createRow", ["rowId": "new", "data": [:]], actor)
            #expect(
                made.refusal == (oracle.allows("create", [], actor) ? nil : unauthorized),
                "\(label), \(actor) creates"
            )
            if made.refusal == nil { try await engine.on("deleteRow", ["rowId": "new"]) }
            for row in rows {
                let id: JSON = .string(row.id)
                let mayUpdate = oracle.allows("update", row.permissions, actor)
                for method in ["updateRow", "upsertRow"] {
                    let result = try await outcome(method, ["rowId": id, "data": ["n": 1]], actor)
                    #expect(result.refusal == (mayUpdate ? nil : unauthorized), "\(label), \(actor) \(method) \(row)")
                }
                let deleted = try await outcome("deleteRow", ["rowId": id], actor)
                let mayDelete = oracle.allows("delete", row.permissions, actor)
                #expect(deleted.refusal == (mayDelete ? nil : unauthorized), "\(label), \(actor) deletes \(row)")
                if deleted.refusal == nil {
                    let permissions = JSON(row.permissions.sorted())
                    try await engine.on("createRow", ["rowId": id, "data": [:], "permissions": permissions])
                    // It is the newest now; the order of lists follows from the sequence.
                    try await restoreOrder()
                }
            }
        }

        private func restoreOrder() async throws {
            for row in rows {
                try await engine.on("deleteRow", ["rowId": .string(row.id)])
                let permissions = JSON(row.permissions.sorted())
                try await engine.on(
                    "createRow",
                    ["rowId": .string(row.id), "data": [:], "permissions": permissions]
                )
            }
        }

        private var unauthorized: Refusal { AccessMatrixTests.unauthorized }
        private var notFound: Refusal { AccessMatrixTests.notFound }

        private func outcome(
            _ method: String,
            _ arguments: JSONObject,
            _ actor: AccessOracle.Actor
        ) async throws -> Outcome {
            let actors: [AccessOracle.Actor: Actor] = [
                .key: .key, .guest: .guest, .userA: .user("a"), .userB: .user("b"),
            ]
            // The users are what the trial made of them.
            let invocation = Invocation("tablesDB.\(method)", TestEngine.addressed(arguments), as: actors[actor])
            do { return .success(try await engine.answer(invocation)) } catch {
                return .failure(Refusal(error as! AppError))
            }
        }
    }

    private enum Outcome {
        case success(JSON)
        case failure(Refusal)

        var refusal: Refusal? { if case .failure(let refusal) = self { refusal } else { nil } }
    }
}
