import Catalog
import Testing
import Values

@testable import Engine

@Suite("Protocols that are switched off")
struct ProtocolTests {
    private static let rest = Client(way: .rest)

    private func outcome(_ engine: TestEngine, as actor: Actor, _ client: Client = rest) async throws -> String {
        try await engine.outcome("presences.list", as: actor, from: client)
    }

    @Test(arguments: Backend.available)
    func restRefusesGuestsAndUsersAndNobodyElse(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser(of: .user("ann"))
            let changed = try await engine.call("project.updateProtocol", ["protocolId": "rest", "enabled": false])
            let protocols: JSON = [["$id": "rest", "enabled": false], ["$id": "websocket", "enabled": true]]
            #expect(changed["protocols"] == protocols)
            #expect(try await engine.call("project.get")["protocols"] == protocols)
            #expect(try await engine.events().last?.name == "protocols.rest.update")
            #expect(try await outcome(engine, as: .user("ann")) == "general_api_disabled")
            #expect(try await outcome(engine, as: .user("ann"), Client()) == "none")
            #expect(try await outcome(engine, as: .key) == "none")
            let key: JSONObject = ["keyId": "k", "name": "K", "scopes": ["presences.read"]]
            try await engine.call("project.createKey", key)
            #expect(try await outcome(engine, as: .apiKey("k")) == "none")
            let owner = Administrator(user: "eve", role: .owner)
            #expect(try await outcome(engine, as: .administrator(owner)) == "none")
            // A service that is off is said first.
            try await engine.call("project.updateService", ["serviceId": "teams", "enabled": false])
            let teams = try await engine.outcome("teams.list", as: .user("ann"), from: Self.rest)
            #expect(teams == "general_service_disabled")
            try await engine.call("project.updateProtocol", ["protocolId": "rest", "enabled": true])
            #expect(try await outcome(engine, as: .user("ann")) == "none")
        }
    }

    /// What is kept in memory of a guest's list is closed with the rest.
    @Test(arguments: Backend.available)
    func cachedListsAreClosedToo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: ["read(\"any\")"])
            func outcome() async throws -> String {
                let list: JSONObject = ["databaseId": "d", "tableId": "t", "ttl": 60]
                return try await engine.outcome("tablesDB.listRows", list, as: .guest, from: Self.rest)
            }
            #expect(try await outcome() == "none")
            #expect(try await outcome() == "none")
            try await engine.call("project.updateProtocol", ["protocolId": "rest", "enabled": false])
            #expect(try await outcome() == "general_api_disabled")
        }
    }

    @Test(arguments: Backend.available)
    func socketsCanBeClosed(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.engine.checkSockets()
            try await engine.call("project.updateProtocol", ["protocolId": "websocket", "enabled": false])
            await #expect(throws: AppError.self) { try await engine.engine.checkSockets() }
            #expect(try await outcome(engine, as: .key) == "none")
            try await engine.call("project.updateProtocol", ["protocolId": "websocket", "enabled": true])
            try await engine.engine.checkSockets()
        }
    }

    @Test(arguments: Backend.available)
    func whatIsNotServedCanNotBeSwitched(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let arguments: JSONObject = ["protocolId": "graphql", "enabled": true]
            let refusal = try await engine.refusal("project.updateProtocol", arguments)
            #expect(refusal == Refusal("general_argument_invalid", 400, "protocolId"))
        }
    }
}
