import Storage
import Testing
import Values

@testable import Engine

@Suite("Settings of a project")
struct ProjectSettingsTests {
    @Test(arguments: Backend.available)
    func aNewProjectHasEverythingOn(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let project = try await engine.call("project.get")
            #expect(project["$id"] == "default")
            #expect(project["name"] == "default")
            #expect(project["$createdAt"] == "2026-11-22T08:00:00.000+00:00")
            #expect(project["labels"] == [])
            #expect(
                project["authMethods"]?.each("$id")
                    == ["email-password", "magic-url", "email-otp", "anonymous", "invites", "jwt", "phone"]
            )
            #expect(project["authMethods"]?.each("enabled").allSatisfy { $0 == true } == true)
            #expect(
                project["services"]?.each("$id")
                    == ["account", "databases", "tablesdb", "project", "teams", "users"]
            )
            #expect(project["services"]?.each("enabled").allSatisfy { $0 == true } == true)
        }
    }

    @Test(arguments: Backend.available)
    func aProjectIsAsOldAsWhatIsInIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            engine.clock.advance(milliseconds: 5000)
            let project = try await engine.call("project.updateLabels", ["labels": ["a", "B2", "a"]])
            #expect(project["labels"] == ["a", "B2"])
            #expect(project["$createdAt"] == "2026-11-22T08:00:00.000+00:00")
            #expect(project["$updatedAt"] == "2026-11-22T08:00:05.000+00:00")
            #expect(try await engine.call("project.get") == project)
            #expect(try await engine.events().last?.name == "projects.default.labels.update")
            #expect(try await engine.call("project.updateLabels", ["labels": []])["labels"] == [])
        }
    }

    @Test(arguments: Backend.available, ["", "a b", "ä", "a-b", String(repeating: "a", count: 37)])
    func labelsAreLettersAndDigits(_ backend: Backend, _ label: String) async throws {
        try await withEngine(backend) { engine in
            let refusal = try await engine.refusal("project.updateLabels", ["labels": ["a", .string(label)]])
            #expect(refusal == Refusal("general_argument_invalid", 400, "labels[1]"))
        }
    }

    @Test(arguments: Backend.available)
    func waysToSignInAreSwitchedOneByOne(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for method in AuthMethod.allCases {
                let off: JSONObject = ["methodId": .string(method.rawValue), "enabled": false]
                let project = try await engine.call("project.updateAuthMethod", off)
                #expect(
                    project["authMethods"]?.array?.contains(["$id": .string(method.rawValue), "enabled": false]) == true
                )
                let methods = try await engine.store.read { try ProjectSettings($0).authMethods }
                #expect(AuthMethod.allCases.filter { !methods.isEnabled($0) } == [method])
                #expect(throws: AppError.self) { try methods.check(method) }
                try await engine.call(
                    "project.updateAuthMethod",
                    ["methodId": .string(method.rawValue), "enabled": true]
                )
            }
            let methods = try await engine.store.read { try ProjectSettings($0).authMethods }
            #expect(AuthMethod.allCases.allSatisfy { methods.isEnabled($0) })
            #expect(try await engine.events().last?.name == "authMethod.phone.update")
            let refusal = try await engine.refusal("project.updateAuthMethod", ["methodId": "fax", "enabled": true])
            #expect(refusal == Refusal("general_argument_invalid", 400, "methodId"))
        }
    }

    @Test(arguments: Backend.available)
    func aServiceThatIsOffIsClosedToGuestsAndUsers(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [["key": "a", "type": "integer"]],
                permissions: ["read(\"any\")", "create(\"any\")"]
            )
            #expect(try await engine.on("listRows", as: .guest)["total"] == 0)
            let off = try await engine.call("project.updateService", ["serviceId": "tablesdb", "enabled": false])
            #expect(off["services"]?.array?.contains(["$id": "tablesdb", "enabled": false]) == true)
            let closed = Refusal("general_service_disabled", 403)
            for actor in [Actor.guest, .user("u")] {
                #expect(try await engine.refusalOn("listRows", as: actor) == closed)
                #expect(try await engine.refusalOn("createRow", ["rowId": "r", "data": [:]], as: actor) == closed)
            }
            #expect(try await engine.on("listRows")["total"] == 0)
            let other = try await engine.call(
                "databases.listDocuments",
                ["databaseId": "d", "collectionId": "t"],
                as: .guest
            )
            #expect(other["total"] == 0)
            #expect(try await engine.events().last?.name == "services.tablesdb.update")
            try await engine.call("project.updateService", ["serviceId": "tablesdb", "enabled": true])
            #expect(try await engine.on("listRows", as: .guest)["total"] == 0)
        }
    }

    @Test(
        arguments: Backend.available,
        [
            ("account", "account.createAnonymousSession"), ("databases", "databases.listTransactions"),
            ("tablesdb", "tablesDB.listTransactions"), ("teams", "teams.list"),
        ]
    )
    func everyServiceForClientsCanBeOff(_ backend: Backend, _ service: (String, String)) async throws {
        try await withEngine(backend) { engine in
            let actor: Actor = service.0 == "account" ? .guest : .user("u")
            try await engine.call(service.1, as: actor)
            func turn(_ isOn: Bool) async throws {
                let change: JSONObject = ["serviceId": .string(service.0), "enabled": .bool(isOn)]
                try await engine.call("project.updateService", change)
            }
            try await turn(false)
            let closed = Refusal("general_service_disabled", 403)
            #expect(try await engine.refusal(service.1, as: actor) == closed)
            try await engine.call(service.1)
            try await turn(true)
            try await engine.call(service.1, as: actor)
        }
    }

    @Test(arguments: Backend.available)
    func listsInMemoryAreClosedToo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"any\")"])
            for _ in 0..<2 { try await engine.on("listRows", ["ttl": 60], as: .guest) }
            try await engine.call("project.updateService", ["serviceId": "tablesdb", "enabled": false])
            let refusal = try await engine.refusalOn("listRows", ["ttl": 60], as: .guest)
            #expect(refusal == Refusal("general_service_disabled", 403))
        }
    }
}
