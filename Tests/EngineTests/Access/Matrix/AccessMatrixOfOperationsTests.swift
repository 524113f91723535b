import Catalog
import Testing
import Values

@testable import Engine

/// Every operation that is not about tables and rows is tried by every kind of caller, and what each comes to is compared with
/// ``AccessMatrix/expected``.
@Suite("Every operation against every kind of caller")
struct AccessMatrixOfOperationsTests {
    @Test(arguments: Backend.available)
    func isAllowedOrRefusedAsTheTableSays(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let world = try await MatrixWorld(engine)
            let table = AccessMatrix.Table(AccessMatrix.expected)
            for operation in AccessMatrix.operations {
                let arguments = world.arguments(of: operation)
                var verdicts: [MatrixVerdict] = []
                var reasons: [String] = []
                for caller in MatrixCaller.allCases {
                    let (verdict, reason) = try await attempt(operation, arguments, caller, in: world)
                    verdicts.append(verdict)
                    if let reason { reasons.append("  \(caller): \(reason)") }
                }
                let found = AccessMatrix.line(operation.id, verdicts)
                let expected = table[operation.id].map { operation.id + " " + $0 }
                let advice =
                    "\nMatrixExpectations.swift says \(expected ?? "nothing")\nfound line:\n    \(found)\n"
                    + reasons.joined(separator: "\n")
                #expect(expected == found, Comment(rawValue: advice))
            }
        }
    }

    @Test func theTableNamesOperationsThatExist() {
        let table = AccessMatrix.Table(AccessMatrix.expected)
        #expect(table.unused(AccessMatrix.operations.map(\.id)) == [])
    }

    /// What a caller comes to, with the error. With several scopes each one has to suffice, and so to come to the same.
    private func attempt(
        _ operation: Operation,
        _ arguments: JSONObject,
        _ caller: MatrixCaller,
        in world: MatrixWorld
    ) async throws -> (MatrixVerdict, String?) {
        let scopes = caller == .keyWith ? world.grantable(operation) : [nil]
        var results: [(MatrixVerdict, String?)] = []
        for scope in scopes {
            let credential = try await world.credential(caller, operation, scope: scope)
            results.append(try await attempt(operation, arguments, credential, world.engine))
        }
        let verdicts = Set(results.map(\.0))
        #expect(verdicts.count == 1, "\(operation.id): the scopes \(scopes) differ, \(results)")
        return results[0]
    }

    /// Rehearses the call, so that everybody meets the same world; what can't be rehearsed happens. Who has tried too
    /// often tries again an hour later.
    private func attempt(
        _ operation: Operation,
        _ arguments: JSONObject,
        _ credential: Credential,
        _ engine: TestEngine
    ) async throws -> (MatrixVerdict, String?) {
        var invocation = Invocation(operation.id, arguments)
        invocation.credential = credential
        var request = ExecutionRequest(invocation)
        request.isDryRun = operation.runs != .outside
        for isLast in [false, true] {
            do throws(AppError) {
                try Conformance().check(try await engine.engine.answer(request), of: operation)
                return (.done, nil)
            } catch {
                if error.code.status == 429, !isLast {
                    engine.clock.advance(milliseconds: 3_600_000)
                    continue
                }
                return (MatrixVerdict(error), "\(error)")
            }
        }
        return (.refusedOtherwise, nil)
    }
}
