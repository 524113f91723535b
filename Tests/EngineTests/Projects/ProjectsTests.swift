import Foundation
import Storage
import Testing
import Values

@testable import Engine

@Suite("projects: all projects of a server")
struct ProjectsTests {
    @Test(arguments: Backend.available)
    func theyAreMadeChangedAndListed(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let console = try await house.console
            let made = try await console.call(
                "projects.create",
                ["projectId": "shop", "name": "Shop", "description": "Sells things."]
            )
            #expect(made["$id"] == "shop")
            #expect(made["name"] == "Shop")
            #expect(made["description"] == "Sells things.")
            #expect(made["region"] == "default")
            #expect(made["status"] == "active")
            let changed = try await console.call(
                "projects.update",
                ["projectId": "shop", "name": "Store", "legalCity": "Bonn"]
            )
            #expect(changed["name"] == "Store")
            #expect(changed["legalCity"] == "Bonn")
            #expect(changed["description"] == "Sells things.")
            #expect(try await console.call("projects.get", ["projectId": "shop"]) == changed)
            let found = try await console.call("projects.list", ["search": "store"])
            #expect(found["projects"]?.each("$id") == ["shop"])
            let named = try await console.call("projects.list", ["queries": [query("equal", "name", "Store")]])
            #expect(named["total"] == 1)
            let events = try await console.eventNames()
            #expect(events == ["projects.shop.create", "projects.shop.update"])
        }
    }

    @Test(arguments: Backend.available)
    func theOwnerAsksFromAnyProject(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let own = try await house.project("default")
            try await own.call("projects.create", ["projectId": "shop", "name": "Shop"])
            #expect(try await house.listed().sorted() == ["default", "shop"])
            #expect(try await own.call("projects.list")["total"] == 2)
            for actor in [Actor.guest, .user("ann")] {
                let refusal = try await own.refusal("projects.list", as: actor)
                #expect(refusal == Refusal("general_unauthorized_scope", 401, "as"))
            }
            let key = try await own.call("project.createKey", ["keyId": "k", "name": "K", "scopes": ["users.read"]])
            var invocation = Invocation("projects.list")
            invocation.credential = .key(key["secret"]?.string ?? "")
            await #expect(throws: AppError.self) { try await own.engine.execute(invocation) }
            let request = ExecutionRequest(steps: [
                .init(id: "a", Invocation("projects.list")), .init(id: "b", Invocation("tablesDB.list")),
            ])
            await #expect(throws: AppError.self) { try await own.engine.answer(request) }
        }
    }

    @Test(arguments: Backend.available)
    func whatCanNotBeIsRefused(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let console = try await house.console
            try await console.call("projects.create", ["projectId": "shop", "name": "Shop"])
            func refusal(_ operation: String, _ arguments: JSONObject) async throws -> Refusal {
                try await console.refusal(operation, arguments)
            }
            for id in ["Shop", "a.b", "a_b"] {
                #expect(
                    try await refusal("projects.create", ["projectId": .string(id), "name": "N"])
                        == Refusal("general_argument_invalid", 400, "projectId")
                )
            }
            #expect(
                try await refusal("projects.create", ["projectId": "shop", "name": "N"])
                    == Refusal("project_already_exists", 409, "projectId")
            )
            #expect(
                try await refusal("projects.create", ["projectId": "default", "name": "N"])
                    == Refusal("project_already_exists", 409, "projectId")
            )
            #expect(
                try await refusal("projects.create", ["projectId": "console", "name": "N"])
                    == Refusal("project_reserved_project", 400, "projectId")
            )
            #expect(
                try await refusal("projects.create", ["projectId": "x", "name": "N", "teamId": "nobody"])
                    == Refusal("team_not_found", 404, "teamId")
            )
            let unknown = Refusal("project_not_found", 404, "projectId")
            for operation in ["projects.get", "projects.delete"] {
                #expect(try await refusal(operation, ["projectId": "nowhere"]) == unknown)
                #expect(try await refusal(operation, ["projectId": "console"]) == unknown)
            }
            #expect(
                try await refusal("projects.delete", ["projectId": "default"])
                    == Refusal("general_bad_request", 400, "projectId")
            )
        }
    }
}
