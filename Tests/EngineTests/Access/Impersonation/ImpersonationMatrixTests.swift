import Catalog
import Testing
import Values

@testable import Engine

/// Every operation that is not about tables and rows, tried by an impersonator as the user and by the user itself.
@Suite("Every operation as another user")
struct ImpersonationMatrixTests {
    /// What the user comes to, and then the impersonator, where that is something else, in the letters of
    /// ``MatrixVerdict``: it has no session of the user.
    private static let other = [
        "account.createJWT": "+4", "account.getSession": "+4", "account.updateSession": "+4",
        "account.deleteSession": "+4", "account.updateMFAChallenge": "~4",
    ]

    @Test(arguments: Backend.available)
    func comesToTheSameAsForTheUser(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let world = try await MatrixWorld(engine)
            try await engine.signUp("op")
            try await engine.call("users.updateImpersonator", ["userId": "op", "impersonator": true])
            let me = try await engine.signIn("op")
            var (differing, reasons): ([String: String], [String]) = ([:], [])
            for operation in AccessMatrix.operations {
                let arguments = world.arguments(of: operation)
                var own = Invocation(operation.id, arguments)
                own.credential = try await world.credential(.user, operation)
                var impersonated = Invocation(operation.id, arguments, as: me)
                impersonated.impersonated = .id("user")
                let (asItself, _) = await verdict(own, operation, engine)
                let (asAnother, reason) = await verdict(impersonated, operation, engine)
                if asItself != asAnother {
                    differing[operation.id] = String([asItself.rawValue, asAnother.rawValue])
                    reasons.append("\(operation.id): \(reason)")
                }
            }
            #expect(differing == Self.other, "\(reasons)")
        }
    }

    private func verdict(
        _ invocation: Invocation,
        _ operation: Operation,
        _ engine: TestEngine
    ) async -> (MatrixVerdict, String) {
        var request = ExecutionRequest(invocation)
        request.isDryRun = operation.runs != .outside
        do throws(AppError) {
            _ = try await engine.engine.answer(request)
            return (.done, "")
        } catch {
            return (MatrixVerdict(error), "\(error)")
        }
    }
}
