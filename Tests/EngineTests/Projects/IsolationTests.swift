import Catalog
import Storage
import Synchronization
import Testing
import Values

@testable import Engine

/// Two projects of one process with the same people, teams, keys and tables in them, by the same ids.
@Suite("Projects know nothing of each other", .timeLimit(.minutes(5)))
struct IsolationTests {
    /// What a stranger shows who belongs to another project.
    private func credentials(_ world: MatrixWorld) async throws -> [(String, Credential)] {
        let engine = world.engine
        let get = Catalog.embedded.operation("users.get")!
        var found: [(String, Credential)] = []
        for caller in [MatrixCaller.user, .member, .owner] {
            found.append((caller.rawValue, try await world.credential(caller, get)))
        }
        let everything = JSON(KeyGrants.known)
        let key = try await engine.call("project.createKey", ["keyId": "all", "name": "All", "scopes": everything])
        found.append(("key", .key(key["secret"]?.string ?? "")))
        let short = try await engine.call("project.createEphemeralKey", ["scopes": everything, "duration": 3600])
        found.append(("ephemeral key", .key(short["secret"]?.string ?? "")))
        let jwt = try await engine.call("users.createJWT", ["userId": "owner"])
        found.append(("JWT", .jwt(jwt["jwt"]?.string ?? "")))
        return found
    }

    @Test(arguments: Backend.available)
    func nobodyOfOneProjectComesToAnythingOfAnother(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let (a, b) = (try await house.make("a"), try await house.make("b"))
            let own = try await MatrixWorld(a)
            let other = try await MatrixWorld(b)
            for engine in [a, b] {
                try await engine.makeTable([["key": "n", "type": "integer"]], permissions: ["read(\"users\")"])
            }
            try await b.on("createRow", ["rowId": "r", "data": ["n": 1]])
            let (before, export) = (try await b.events().count, try await b.call("project.export"))
            let strangers = try await credentials(own)
            for (name, credential) in strangers {
                // At home it is good.
                _ = try await a.engine.actor(of: credential)
                await #expect(throws: AppError.self, "\(name)") { try await b.engine.actor(of: credential) }
                for operation in Catalog.embedded.operations where operation.implementation == operation.id {
                    var arguments = other.arguments(of: operation)
                    if operation.service == "tablesDB" {
                        arguments = TestEngine.addressed(["rowId": "r"])
                        arguments = JSONObject(
                            arguments.members.filter { member in operation.parameters.contains { $0.name == member.key }
                            }
                        )
                    }
                    var invocation = Invocation(operation.id, arguments)
                    invocation.credential = credential
                    var request = ExecutionRequest(invocation)
                    request.confirmation = .notNeeded
                    do throws(AppError) {
                        let answer = try await b.engine.answer(request)
                        Issue.record(
                            "\(name): \(operation.id) answered \(String(decoding: answer.encoded, as: UTF8.self))"
                        )
                    } catch { #expect([401, 404].contains(error.code.status), "\(name): \(operation.id) \(error)") }
                }
                // An actor that was found in the wrong project opens nothing there either.
                let actor = try await a.engine.actor(of: credential)
                if case .session = actor {
                    #expect(try await b.refusal("account.get", as: actor).status == 401, "\(name)")
                }
            }
            #expect(try await b.events().count == before)
            #expect(try await b.call("project.export") == export)
        }
    }

    @Test(arguments: Backend.available)
    func cachesHoldTheirOwnRowsOnly(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let (a, b) = (try await house.make("a"), try await house.make("b"))
            for (engine, row) in [(a, "ofA"), (b, "ofB")] {
                try await engine.makeTable([["key": "n", "type": "integer"]], permissions: ["read(\"any\")"])
                try await engine.on("createRow", ["rowId": .string(row), "data": ["n": 1]])
            }
            for _ in 0..<2 {
                for (engine, row) in [(a, "ofA"), (b, "ofB")] as [(TestEngine, JSON)] {
                    let list = try await engine.on("listRows", ["ttl": 600], as: .guest)
                    #expect(list["rows"]?.each("$id") == [row])
                }
            }
            try await a.on("deleteTable")
            #expect(try await b.on("listRows", ["ttl": 600], as: .guest)["total"] == 1)
            try await a.call("project.updateService", ["serviceId": "tablesdb", "enabled": false])
            #expect(try await b.on("getRow", ["rowId": "ofB"], as: .guest)["n"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func listenersAndWebhooksHearOfTheirOwnOnly(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let (a, b) = (try await house.make("a"), try await house.make("b"))
            let webhook: JSONObject = [
                "webhookId": "w", "url": "https://example.org/hook", "events": ["users.*.create"],
            ]
            try await a.call("webhooks.create", webhook)
            let heard = Mutex<[String]>([])
            let listening = a.engine.feed.listen { news in
                guard case .records(let records) = news else { return }
                heard.withLock { $0 += records.map { String(decoding: $0.record, as: UTF8.self) } }
            }
            try await Task.sleep(for: .milliseconds(300))
            try await b.call("users.create", ["userId": "ofB"])
            try await a.call("users.create", ["userId": "ofA"])
            for _ in 0..<100 where !heard.withLock({ $0.contains { $0.contains("ofA") } }) {
                try await Task.sleep(for: .milliseconds(50))
            }
            withExtendedLifetime(listening) {}
            let texts = heard.withLock { $0 }
            #expect(texts.contains { $0.contains("ofA") })
            #expect(!texts.contains { $0.contains("ofB") })
            let waited = try await b.call("realtime.subscribe", ["channels": ["rows"]])
            let id = waited["$id"] ?? waited["subscriptionId"] ?? .null
            #expect(try await a.refusal("realtime.wait", ["subscriptionId": id, "timeout": 0]).status == 404)
            let told = try await a.call("webhooks.listDeliveries", ["webhookId": "w"])
            #expect(!told.text.contains("ofB"))
        }
    }

    @Test(arguments: Backend.available)
    func limitsOfOneAreNotUsedUpInAnother(_ backend: Backend) async throws {
        try await withHousehold(backend, limits: true) { house in
            let (a, b) = (try await house.make("a"), try await house.make("b"))
            let wrong: JSONObject = ["email": "ann@example.org", "password": "not the right one"]
            for _ in 0..<10 {
                #expect(try await a.refusal("account.createEmailPasswordSession", wrong, as: .guest).status == 401)
            }
            #expect(try await a.refusal("account.createEmailPasswordSession", wrong, as: .guest).status == 429)
            #expect(try await b.refusal("account.createEmailPasswordSession", wrong, as: .guest).status == 401)
        }
    }
}
