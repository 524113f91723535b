import Storage
import Testing
import Values

@testable import Engine

@Suite("The health of a process")
struct HealthTests {
    @Test(arguments: Backend.available)
    func everyPartIsWell(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let whole = try await engine.call("health.get")
            #expect(whole.without("ping") == ["name": "http", "status": "pass"])
            for (operation, name) in [("getDB", "store"), ("getCache", "lists"), ("getPubSub", "events")] {
                let answer = try await engine.call("health.\(operation)")
                #expect(answer["total"] == 1)
                let status = try #require(answer["statuses"]?.array?.first)
                #expect(status.without("ping") == ["name": .string(name), "status": "pass"])
                #expect((0..<15_000).contains(try #require(status["ping"]?.int)))
            }
        }
    }

    @Test(arguments: Backend.available)
    func theVersionIsForEverybody(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let version = try await engine.call("health.getVersion", as: .guest)
            #expect(version == ["version": .string(Release.version)])
            #expect(try await engine.refusal("health.get", as: .guest) == Refusal("general_unauthorized_scope", 401))
        }
    }

    @Test(arguments: Backend.available)
    func aStoreThatCantBeReachedIsTheErrorOfTheCall(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("health.getDB")
            await engine.store.close()
            for operation in ["health.get", "health.getDB", "health.getPubSub"] {
                #expect(try await engine.refusal(operation).status == 503, "\(operation)")
            }
        }
    }

    @Test func aPartThatDoesNotDoItsWorkFails() {
        let status = HealthStatus("lists") { false }
        #expect(status.json.without("ping") == ["name": "lists", "status": "fail"])
    }

    @Test(arguments: Backend.available)
    func jobsThatWereGivenUpAreCounted(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let now = engine.clock.wallClock.now
            try await engine.store.write { session in
                for (id, state) in [("a", "dead"), ("b", "dead"), ("c", "pending")] {
                    _ = try JobQueue.add(Job(kind: "no.such", payload: [:]), at: now, id: id, to: session)
                    let change = Record.change(SystemTables.jobs, at: now, ["state": .string(state)])
                    _ = try session.update(id, change, in: SystemTables.jobs)
                }
            }
            #expect(try await engine.call("health.getFailedJobs", ["name": "v1-database"]) == ["size": 2])
            #expect(try await engine.call("health.getFailedJobs", ["name": "v1-webhooks"]) == ["size": 0])
            let stats = try await engine.call("health.getStats")
            #expect(stats["jobs"] == ["waiting": 1, "dead": 2])
            #expect(stats["deliveries"] == ["waiting": 0, "dead": 0])
            #expect(stats["cache"]?["entries"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aQueueAsLongAsTheThresholdIsAnError(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let none: JSONObject = ["name": "v1-database", "threshold": 0]
            let refusal = try await engine.refusal("health.getFailedJobs", none)
            #expect(refusal == Refusal("health_queue_size_exceeded", 503))
            #expect(
                try await engine.call("health.getFailedJobs", ["name": "v1-database", "threshold": 1]) == ["size": 0]
            )
            #expect(
                try await engine.refusal("health.getFailedJobs", ["name": "v1-mails"])
                    == Refusal("general_argument_invalid", 400, "name")
            )
        }
    }
}
