import Catalog
import Logging
import Testing
import Values

@testable import Engine

/// Everything that takes or makes a secret is called, and then nothing but the answers may know of it.
@Suite("Secrets stay where they belong")
struct SecretLeakTests {
    /// Operations that can't be done here: they need a way to hand over codes that the project does not have, or a
    /// challenge of the test before.
    private static let notDone: Set<String> = ["account.updateMFAChallenge", "users.getMFAChallenge"]

    private func withSecrets(
        _ backend: Backend,
        _ body: (TestEngine, SecretWorld, CapturedLog) async throws -> Void
    ) async throws {
        let log = CapturedLog()
        try await withSealedEngine(backend, log: log.logger) { engine, _, _ in
            let world = try await SecretWorld(engine)
            try await world.run()
            try await body(engine, world, log)
        }
    }

    @Test(arguments: Backend.available)
    func nothingTellsOfThemButTheAnswer(_ backend: Backend) async throws {
        try await withSecrets(backend) { engine, world, log in
            let secrets = world.planted.merging(world.made) { $1 }
            #expect(world.planted.count >= SecretWorld.taking.count)
            #expect(world.made.count > 20)

            func check(_ texts: [String], _ place: String) {
                for (secret, operation) in secrets where secret.utf8.count >= 10 {
                    #expect(!texts.contains { $0.contains(secret) }, "\(place): a secret of \(operation)")
                }
            }
            check(log.lines, "the log")
            check(world.complaints, "errors")
            let events = try await engine.events()
            #expect(events.count > 20)
            check(events.map { String(decoding: $0.encoded, as: UTF8.self) }, "the event log")
            let activity = try await engine.call("activity.list", ["limit": 100])
            check([activity.text], "activity.list")
        }
    }

    @Test(arguments: Backend.available)
    func theStoreHoldsNoneInClear(_ backend: Backend) async throws {
        try await withSecrets(backend) { engine, world, _ in
            let secrets = world.planted.merging(world.made) { $1 }.filter { secret, operation in
                // What is imported is a hash and is kept as it is.
                secret.utf8.count >= 10 && !(operation.hasPrefix("users.create") && operation.hasSuffix("User"))
            }
            let held = try await backend.held(Array(secrets.keys), engine.folder)
            #expect(held.map { secrets[$0] } == [])
            #expect(try await backend.holds("user@example.org", engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func everyOperationThatMakesOneWasDone(_ backend: Backend) async throws {
        try await withSecrets(backend) { _, world, _ in
            let missing = Set(SecretWorld.making.map(\.id)).subtracting(world.done).subtracting(Self.notDone)
            let reasons = world.complaints.filter { complaint in missing.contains { complaint.hasPrefix($0 + " ") } }
            #expect(missing == [], Comment(rawValue: reasons.joined(separator: "\n")))
        }
    }

    @Test(arguments: Backend.available)
    func rehearsalsShowNone(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let world = try await MatrixWorld(engine)
            var masked: Set<String> = []
            for operation in SecretWorld.making where operation.runs != .outside {
                for caller in [MatrixCaller.key, .user] {
                    var invocation = Invocation(operation.id, world.arguments(of: operation))
                    invocation.credential = try await world.credential(caller, operation)
                    var request = ExecutionRequest(invocation)
                    request.isDryRun = true
                    guard let outcome = try? await engine.engine.answer(request) else { continue }
                    let result = try JSON(parsing: outcome.encoded)["result"] ?? .null
                    let shown = Set(SecretMask.secrets(in: result, of: operation))
                    #expect(shown.isSubset(of: [SecretMask.text]), "\(operation.id)")
                    if !shown.isEmpty { masked.insert(operation.id) }
                }
            }
            #expect(masked.isSuperset(of: ["users.createJWT", "project.createEphemeralKey", "outbox.list"]))
            #expect(masked.count > 15)
        }
    }

    @Test func whatIsLoggedIsSeen() {
        let log = CapturedLog()
        log.logger.trace("low", metadata: ["key": "value"])
        log.logger.critical("high")
        #expect(log.lines.count == 2)
        #expect(log.lines[0].contains("low") && log.lines[0].contains("value"))
    }
}
