import Testing
import Values

@testable import Engine

@Suite("organization: the projects of one organisation")
struct OrganizationTests {
    private func makeOrganisations(_ console: TestEngine) async throws {
        for id in ["acme", "other"] { try await console.call("teams.create", ["teamId": .string(id), "name": "N"]) }
        for (id, role) in [("ann", "owner"), ("dev", "developer"), ("eve", "analyst")] {
            try await console.signUp(id)
            let membership: JSONObject = ["teamId": "acme", "userId": .string(id), "roles": [.string(role)]]
            try await console.call("teams.createMembership", membership)
        }
    }

    @Test(arguments: Backend.available)
    func itsMembersMakeChangeAndDeleteThem(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let console = try await house.console
            try await makeOrganisations(console)
            _ = try await house.make("elsewhere", team: "other")
            func call(_ operation: String, _ arguments: JSONObject = [:], as user: String = "dev") async throws -> JSON
            {
                let arguments = JSONObject(arguments.members + [("organizationId", "acme")])
                return try await console.call("organization." + operation, arguments, as: .user(user))
            }
            let made = try await call("createProject", ["projectId": "shop", "name": "Shop"])
            #expect(made["teamId"] == "acme")
            #expect(made["name"] == "Shop")
            #expect(try await call("updateProject", ["projectId": "shop", "name": "Store"])["name"] == "Store")
            #expect(try await call("getProject", ["projectId": "shop"], as: "eve")["name"] == "Store")
            let listed = try await call("listProjects", as: "eve")
            #expect(listed["total"] == 1)
            #expect(listed["projects"]?.each("$id") == ["shop"])
            #expect(try await call("listProjects", ["search": "nothing"])["projects"] == [])
            _ = try await call("deleteProject", ["projectId": "shop"], as: "ann")
            #expect(try await call("listProjects")["total"] == 0)
            #expect(try await house.listed() == ["default", "elsewhere"])
            let names = try await console.eventNames().filter { $0.hasPrefix("projects.shop") }
            #expect(names == ["projects.shop.create", "projects.shop.update", "projects.shop.delete"])
        }
    }

    @Test(arguments: Backend.available)
    func theOwnerOfTheServerNamesAnyOfThem(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            try await makeOrganisations(try await house.console)
            let own = try await house.project("default")
            let project: JSONObject = ["projectId": "shop", "name": "Shop", "organizationId": "acme"]
            try await own.call("organization.createProject", project)
            #expect(try await own.call("organization.listProjects", ["organizationId": "acme"])["total"] == 1)
            #expect(try await own.call("organization.listProjects", ["organizationId": "other"])["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func whatIsNotTheirsIsNotThere(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let console = try await house.console
            try await makeOrganisations(console)
            _ = try await house.make("shop", team: "acme")
            _ = try await house.make("elsewhere", team: "other")
            func refusal(
                _ operation: String,
                _ arguments: JSONObject,
                as user: String,
                of organisation: String? = "acme"
            ) async throws -> Refusal {
                var arguments = arguments
                if let organisation { arguments["organizationId"] = .string(organisation) }
                return try await console.refusal("organization." + operation, arguments, as: .user(user))
            }
            let (shop, elsewhere): (JSONObject, JSONObject) = (["projectId": "shop"], ["projectId": "elsewhere"])
            let missing = Refusal("organization_id_missing", 403, "organizationId")
            #expect(try await refusal("listProjects", [:], as: "ann", of: nil) == missing)
            #expect(try await refusal("getProject", shop, as: "ann", of: nil) == missing)
            let noTeam = Refusal("team_not_found", 404, "organizationId")
            for organisation in ["other", "nowhere"] {
                #expect(try await refusal("listProjects", [:], as: "ann", of: organisation) == noTeam)
                #expect(try await refusal("getProject", elsewhere, as: "ann", of: organisation) == noTeam)
            }
            let noProject = Refusal("project_not_found", 404, "projectId")
            for operation in ["getProject", "deleteProject"] {
                #expect(try await refusal(operation, elsewhere, as: "ann") == noProject)
            }
            let moved = try await console.refusal(
                "organization.getProject",
                ["projectId": "elsewhere", "organizationId": "acme"],
                as: .key
            )
            #expect(moved == noProject)
            let notAllowed = Refusal("user_unauthorized", 401, "as")
            let new: JSONObject = ["projectId": "new", "name": "New"]
            #expect(try await refusal("createProject", new, as: "eve") == notAllowed)
            #expect(try await refusal("updateProject", ["projectId": "shop", "name": "N"], as: "eve") == notAllowed)
            #expect(try await refusal("deleteProject", shop, as: "dev") == notAllowed)
            #expect(
                try await refusal("createProject", ["projectId": "console", "name": "N"], as: "ann")
                    == Refusal("project_reserved_project", 400, "projectId")
            )
            #expect(try await console.refusal("organization.listProjects", as: .guest).status == 401)
        }
    }
}
