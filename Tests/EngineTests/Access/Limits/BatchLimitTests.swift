import Testing
import Values

@testable import Engine

@Suite("Rate limits of batches and dry runs")
struct BatchLimitTests {
    private static let wrong: JSONObject = ["userId": "ann", "secret": "000000"]
    private let limited = Refusal("general_rate_limit_exceeded", 429)
    private let invalid = Refusal("user_invalid_token", 401, "secret")

    private func guess(_ id: String, _ arguments: JSONObject = wrong) -> ExecutionRequest.Step {
        TestEngine.step(id, "account.createSession", arguments, as: .guest)
    }

    @Test(arguments: Backend.available)
    func eachStepCountsEvenWhereNoneWasReached(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            let eleven = (0..<11).map { guess("g\($0)") }
            // Too many at once: not one of them runs, nor counts.
            let tooMany = try await engine.batchRefusal(eleven)
            #expect(tooMany.refusal == limited)
            #expect(tooMany.step == "g10")
            #expect(try await engine.ids(in: IdentityTables.limits) == [])
            let first = try await engine.batchRefusal(Array(eleven.prefix(10)))
            #expect(first.refusal == invalid)
            #expect(first.step == "g0")
            #expect(try await engine.outcome("account.createSession", Self.wrong) == limited.type)
        }
    }

    @Test(arguments: Backend.available)
    func stepsByThemselvesCountWhenTheyRun(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            for _ in 0..<10 {
                let answer = try await engine.batch([guess("a"), guess("b")]) { $0.isAtomic = false }
                #expect(answer["error"]?["type"] == "user_invalid_token")
            }
            let answer = try await engine.batch([guess("a"), guess("b")]) { $0.isAtomic = false }
            #expect(answer["error"]?["type"] == "general_rate_limit_exceeded")
        }
    }

    @Test(arguments: Backend.available)
    func aDryRunCountsToo(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            func rehearse() async throws -> Refusal {
                var request = ExecutionRequest(Invocation("account.createSession", Self.wrong, as: .guest))
                request.isDryRun = true
                do throws(AppError) { _ = try await engine.engine.answer(request) } catch { return Refusal(error) }
                return Refusal("none", 0)
            }
            var refusals: [Refusal] = []
            for _ in 0..<11 { refusals.append(try await rehearse()) }
            #expect(refusals == Array(repeating: invalid, count: 10) + [limited])
        }
    }

    /// What a call is counted by may show only in the transaction of its batch.
    @Test(arguments: Backend.available, [(atomic: true, dry: false), (true, true), (false, false)])
    func whatIsReferredToCounts(_ backend: Backend, _ way: (atomic: Bool, dry: Bool)) async throws {
        try await withSealedEngine(backend, limits: true) { engine, _, _ in
            try await engine.makeTable([["key": "who", "type": "text"]], permissions: ["read(\"any\")"])
            try await engine.on("createRow", ["rowId": "r", "data": ["who": "ann"]])
            try await engine.signUp("ann")
            let token: JSONObject = ["userId": "unique()", "email": "ann@example.org"]
            try await engine.call("account.createEmailToken", token, as: .guest)
            let code = try await engine.newestSecret()
            let row = TestEngine.step("row", "tablesDB.getRow", TestEngine.addressed(["rowId": "r"]), as: .guest)
            func attempt(_ secret: String) async throws -> JSON? {
                let guess = guess("guess", ["userId": "$ref:row#/who", "secret": .string(secret)])
                do {
                    let answer = try await engine.batch([row, guess]) { request in
                        request.isAtomic = way.atomic
                        request.isDryRun = way.dry
                    }
                    return answer["error"]?["type"]
                } catch let error as AppError {
                    #expect(error.step == "guess")
                    return .string(error.code.type)
                }
            }
            for _ in 0..<10 {
                #expect(try await attempt(code == "000000" ? "000001" : "000000") == "user_invalid_token")
            }
            for secret in ["000000", "000001", code] {
                #expect(try await attempt(secret) == "general_rate_limit_exceeded")
            }
            engine.clock.advance(milliseconds: 360_000)
            #expect(try await attempt(code) == nil)
        }
    }

    /// A dry run that would have succeeded tells as much about a code as one that would not.
    @Test(arguments: Backend.available)
    func aSuccessThatIsUndoneGivesNothingBack(_ backend: Backend) async throws {
        try await withSealedEngine(backend, limits: true) { engine, _, _ in
            try await engine.signUp("ann")
            let token: JSONObject = ["userId": "unique()", "email": "ann@example.org"]
            try await engine.call("account.createEmailToken", token, as: .guest)
            let right: JSONObject = ["userId": "ann", "secret": .string(try await engine.newestSecret())]
            for number in 0..<5 {
                _ = try await engine.batch([guess("a", right)]) { $0.isDryRun = true }
                let wrong = guess("b", ["userId": "bob", "secret": .string("00000\(number)")])
                #expect(try await engine.batchRefusal([guess("a", right), wrong]).refusal == invalid)
            }
            #expect(try await engine.outcome("account.createSession", right) == limited.type)
        }
    }

    /// What asks for a confirmation is rehearsed for it, together with the steps beside it.
    @Test(arguments: Backend.available, [true, false])
    func askingForAConfirmationIsNoWayRound(_ backend: Backend, _ atomic: Bool) async throws {
        try await withEngine(backend, limits: true) { engine in
            try await engine.makeTable()
            let delete = TestEngine.step("d", "tablesDB.deleteRows", TestEngine.addressed([:]))
            func ask() async throws -> String {
                do {
                    _ = try await engine.batch([guess("g"), delete]) { request in
                        request.isAtomic = atomic
                        request.confirmation = .needed(token: nil)
                    }
                    return "none"
                } catch let error as AppError { return error.code.type }
            }
            for _ in 0..<10 { #expect(try await ask() == (atomic ? invalid.type : "none")) }
            #expect(try await ask() == limited.type)
        }
    }
}
