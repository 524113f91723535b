import Testing
import Values

@testable import Engine

@Suite("Descriptions of users, teams and labels")
struct DescribePeopleTests {
    private func prepare(_ engine: TestEngine) async throws {
        for (user, name) in [("ann", "Ann"), ("ben", "Ben"), ("cem", "Cem")] {
            try await engine.call("users.create", ["userId": .string(user), "name": .string(name)])
        }
        try await engine.call("users.updateLabels", ["userId": "ann", "labels": ["vip", "beta"]])
        try await engine.call("users.updateLabels", ["userId": "ben", "labels": ["vip"]])
        try await engine.call("users.updateStatus", ["userId": "cem", "status": false])
        try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
        try await engine.call("teams.createMembership", ["teamId": "red", "userId": "ben", "roles": ["player"]])
    }

    @Test(arguments: Backend.available)
    func theKeyLearnsWhoThereIs(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            #expect(try await engine.call("project.describe")["people"] == ["users": "0"])
            try await prepare(engine)
            let expected: JSON = [
                "users": "3", "blockedUsers": "1", "labels": ["vip": "2 users", "beta": "1 user"],
                "teams": ["red": "Red, 2 members"],
            ]
            #expect(try await engine.call("project.describe")["people"] == expected)
        }
    }

    @Test(arguments: Backend.available)
    func aUserLearnsItsRolesOnly(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let answer = try await engine.call("project.describe", as: .user("ben"))
            #expect(answer["people"] == nil)
            #expect(answer["you"]?["actor"] == "user:ben")
            #expect(answer["you"]?["roles"]?.strings?.contains("team:red/player") == true)
            let guest = try await engine.call("project.describe", as: .guest)
            #expect(guest["you"] == ["actor": "guest", "roles": ["any", "guests"]])
        }
    }

    @Test(arguments: Backend.available)
    func aTableSaysWhoHoldsItsRoles(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let roles: [(String, JSON)] = [
                ("user:ann", "the user Ann"), ("user:cem", "the user Cem, who is blocked"),
                ("user:dan", "there is no such user"), ("team:red", "2 members of the team Red"),
                ("team:red/player", "1 member of the team Red"),
                ("team:red/keeper", "nobody in the team Red has this role"), ("team:blue", "there is no such team"),
                ("label:vip", "2 users"), ("label:none", "no user has this label"),
                ("member:none", "there is no such membership"),
                ("users/verified", "0 users with a verified e-mail address or phone number"),
            ]
            try await engine.makeTable(permissions: roles.map { "read(\"\($0.0)\")" })
            let table = try await engine.on("describeTable")
            #expect(table["roles"] == .object(JSONObject(roles.map { ($0.0, $0.1) })))
        }
    }

    @Test(arguments: Backend.available)
    func aRoleInATeamHasWhatTheTeamHas(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"team:red\")", "update(\"team:red/owner\")"])
            let access = try await engine.on("describeTable")["access"]
            #expect(access?["team:red/owner"]?["read"] == "all rows")
            #expect(access?["team:red"]?["update"] == "no")
        }
    }
}
