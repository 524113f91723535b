import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("People of the console")
struct ConsolePeopleTests {
    @Test(arguments: Backend.available)
    func whoComesFirstSignsUpAndThenNobody(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let console = try await house.console
            let anonymous = try await console.refusal("account.createAnonymousSession", as: .guest)
            #expect(anonymous == Refusal("user_anonymous_console_prohibited", 401))
            try await console.signUp("ann")
            let second = try await console.refusal("account.create", Self.person("bob"), as: .guest)
            #expect(second == Refusal("user_console_count_exceeded", 501))
            #expect(
                try await console.call("account.get", as: try await console.signIn("ann"))["email"] == "ann@example.org"
            )
            // The owner of the store makes as many as it likes, and other projects know no such rule.
            try await console.call("users.create", ["userId": "eve"])
            let shop = try await house.make("shop")
            for id in ["ann", "bob"] { try await shop.signUp(id) }
        }
    }

    @Test(arguments: Backend.available)
    func ofTwoWhoComeFirstAtOnceOneDoes(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let console = try await house.console
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask { (try? await console.signUp("user\(number)")) != nil }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 } == 1)
            #expect(try await console.call("users.list")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func signingUpCanBeOpenOrClosed(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            for id in ["ann", "bob"] { try await house.console.signUp(id) }
        }
        try await withHousehold(backend, signUp: .off) { house in
            let refusal = try await house.console.refusal("account.create", Self.person("ann"), as: .guest)
            #expect(refusal == Refusal("user_console_count_exceeded", 501))
        }
    }

    @Test(arguments: Backend.available)
    func membersSeeTheProjectsOfTheirOrganisations(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let console = try await house.console
            for id in ["ann", "dev", "eve"] { try await console.signUp(id) }
            let (ann, dev, eve) = (Actor.user("ann"), Actor.user("dev"), Actor.user("eve"))
            try await console.call("teams.create", ["teamId": "org", "name": "Org"], as: ann)
            try await console.call(
                "teams.createMembership",
                ["teamId": "org", "userId": "dev", "roles": ["developer"]]
            )
            let nameless: JSONObject = ["projectId": "shop", "name": "Shop"]
            #expect(
                try await console.refusal("projects.create", nameless, as: ann)
                    == Refusal("general_argument_invalid", 400, "teamId")
            )
            let shop: JSONObject = ["projectId": "shop", "name": "Shop", "teamId": "org"]
            #expect(
                try await console.refusal("projects.create", shop, as: eve) == Refusal("team_not_found", 404, "teamId")
            )
            try await console.call("projects.create", shop, as: dev)
            try await console.call("projects.create", ["projectId": "other", "name": "Other"])
            for (actor, ids) in [(ann, ["shop"]), (dev, ["shop"]), (eve, [])] as [(Actor, [JSON])] {
                let list = try await console.call("projects.list", as: actor)
                #expect(list["projects"]?.each("$id") == ids)
                #expect(list["total"] == .int(Int64(ids.count)))
            }
            try await console.call("projects.update", ["projectId": "shop", "name": "Store"], as: dev)
            let deletion: JSONObject = ["projectId": "shop"]
            #expect(
                try await console.refusal("projects.delete", deletion, as: dev)
                    == Refusal("user_unauthorized", 401, "as")
            )
            let unseen = Refusal("project_not_found", 404, "projectId")
            for operation in ["projects.get", "projects.delete"] {
                #expect(try await console.refusal(operation, deletion, as: eve) == unseen)
            }
            #expect(
                try await console.refusal("projects.updateTeam", ["projectId": "shop", "teamId": "org"], as: dev).status
                    == 401
            )
            try await console.call("teams.create", ["teamId": "eves", "name": "Eve's"], as: eve)
            #expect(
                try await console.refusal("projects.updateTeam", ["projectId": "shop", "teamId": "eves"], as: ann)
                    == Refusal("team_not_found", 404, "teamId")
            )
            try await console.call("projects.updateTeam", ["projectId": "shop", "teamId": "eves"])
            #expect(try await console.call("projects.list", as: eve)["projects"]?.each("$id") == ["shop"])
            #expect(try await console.call("projects.list", as: ann)["total"] == 0)
            try await console.call("projects.delete", deletion, as: eve)
            #expect(await house.refusal(of: "shop")?.status == 404)
        }
    }

    @Test(arguments: Backend.available)
    func theLastOwnerStays(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let console = try await house.console
            for id in ["ann", "bob"] { try await console.signUp(id) }
            let ann = Actor.user("ann")
            try await console.call("teams.create", ["teamId": "org", "name": "Org"], as: ann)
            let bobs: JSONObject = ["teamId": "org", "userId": "bob", "roles": ["developer"]]
            let bob = try await console.call("teams.createMembership", bobs)["$id"] ?? .null
            let memberships = try await console.call("teams.listMemberships", ["teamId": "org"])["memberships"]
            let own = memberships?.array?.first { $0["userId"] == "ann" }?["$id"] ?? .null
            let leaving: JSONObject = ["teamId": "org", "membershipId": own]
            let stays = Refusal("membership_deletion_prohibited", 400, "membershipId")
            #expect(try await console.refusal("teams.deleteMembership", leaving, as: ann) == stays)
            let changing: JSONObject = ["teamId": "org", "membershipId": own, "roles": ["developer"]]
            #expect(try await console.refusal("teams.updateMembership", changing, as: ann) == stays)
            try await console.call(
                "teams.updateMembership",
                ["teamId": "org", "membershipId": bob, "roles": ["owner"]],
                as: ann
            )
            try await console.call("teams.deleteMembership", leaving, as: ann)
        }
    }

    private static func person(_ id: String) -> JSONObject {
        ["userId": .string(id), "email": .string("\(id)@example.org"), "password": "correct horse"]
    }
}
