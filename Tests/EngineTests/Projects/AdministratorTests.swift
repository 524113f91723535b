import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("People of the console act on projects")
struct AdministratorTests {
    /// A console with an organisation that has a member for each role, and one member whose role means nothing.
    private func makeOrganisation(_ house: Household) async throws -> [String: String] {
        let console = try await house.console
        var secrets: [String: String] = [:]
        try await console.call("teams.create", ["teamId": "org", "name": "Org"])
        for id in ["owner", "developer", "editor", "analyst", "guestling", "stranger"] {
            try await console.signUp(id)
            if id != "stranger" {
                let membership: JSONObject = ["teamId": "org", "userId": .string(id), "roles": [.string(id)]]
                try await console.call("teams.createMembership", membership)
            }
            let session = try await console.call("account.createEmailPasswordSession", TestEngine.login(id))
            secrets[id] = session["secret"]?.string ?? ""
        }
        return secrets
    }

    private func refusal(_ house: Household, _ secret: String, _ project: String = "shop") async -> Refusal? {
        do throws(AppError) {
            _ = try await house.projects.administrator(session: secret, of: project)
            return nil
        } catch { return Refusal(error) }
    }

    @Test(arguments: Backend.available)
    func theirRolesSayWhatTheyMay(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let secrets = try await makeOrganisation(house)
            let shop = try await house.make("shop", team: "org")
            try await shop.makeTable([["key": "n", "type": "integer"]])
            func status(_ role: String, _ operation: String, _ arguments: JSONObject) async throws -> Int {
                let actor = try await house.projects.administrator(session: secrets[role] ?? "", of: "shop")
                do {
                    _ = try await shop.engine.execute(Invocation(operation, arguments, as: actor))
                    return 200
                } catch { return error.code.status }
            }
            let row: JSONObject = ["databaseId": "d", "tableId": "t", "rowId": "unique()", "data": ["n": 1]]
            let key: JSONObject = ["keyId": "unique()", "name": "K", "scopes": ["rows.read"]]
            for (role, allowed) in [("owner", 4), ("developer", 4), ("editor", 2), ("analyst", 1)] {
                let found = [
                    try await status(role, "tablesDB.listRows", ["databaseId": "d", "tableId": "t"]),
                    try await status(role, "tablesDB.createRow", row), try await status(role, "users.list", [:]),
                    try await status(role, "project.createKey", key),
                ]
                #expect(found == (0..<4).map { $0 < allowed ? 200 : 401 }, "\(role)")
            }
            // In a project nobody of the console is one of its users.
            #expect(try await status("owner", "account.get", [:]) == 401)
            #expect(try await status("owner", "projects.list", [:]) == 401)
            let events = try await shop.events().map(\.actor)
            #expect(Set(events) == ["key", "console:owner", "console:developer", "console:editor"])
        }
    }

    @Test(arguments: Backend.available)
    func nobodyElseIsOne(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let secrets = try await makeOrganisation(house)
            let shop = try await house.make("shop", team: "org")
            _ = try await house.make("lonely")
            let refused = Refusal("general_unauthorized_scope", 401)
            for id in ["stranger", "guestling"] { #expect(await refusal(house, secrets[id]!) == refused, "\(id)") }
            #expect(await refusal(house, secrets["owner"]!, "lonely") == refused)
            #expect(await refusal(house, secrets["owner"]!, "default") == refused)
            #expect(
                await refusal(house, secrets["owner"]!, "nowhere") == Refusal("project_not_found", 404, "projectId")
            )
            #expect(await refusal(house, "nonsense") == Refusal("user_unauthorized", 401, "as"))
            // A session of the project is none of the console.
            try await shop.signUp("owner")
            let session = try await shop.call("account.createEmailPasswordSession", TestEngine.login("owner"))
            #expect(await refusal(house, session["secret"]?.string ?? "")?.status == 401)
            let console = try await house.console
            #expect(await refusal(house, secrets["developer"]!) == nil)
            try await console.call("account.deleteSessions", as: .user("developer"))
            #expect(await refusal(house, secrets["developer"]!)?.status == 401)
            try await console.call("users.updateStatus", ["userId": "editor", "status": false])
            #expect(await refusal(house, secrets["editor"]!)?.status == 403)
            try await console.call("projects.updateTeam", ["projectId": "shop", "teamId": "org"])
            try await console.call("teams.delete", ["teamId": "org"])
            #expect(await refusal(house, secrets["owner"]!) == refused)
        }
    }

    @Test(arguments: Backend.available)
    func whatTheyHaveStagedIsCarriedOutInTheirRole(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let secrets = try await makeOrganisation(house)
            let shop = try await house.make("shop", team: "org")
            try await shop.makeTable([["key": "n", "type": "integer"]])
            let editor = try await house.projects.administrator(session: secrets["editor"]!, of: "shop")
            let transaction = try await shop.call("tablesDB.createTransaction", as: editor)["$id"] ?? .null
            try await shop.on("createRow", ["rowId": "r", "data": ["n": 1], "transactionId": transaction], as: editor)
            try await shop.call(
                "tablesDB.updateTransaction",
                ["transactionId": transaction, "commit": true],
                as: editor
            )
            #expect(try await shop.on("getRow", ["rowId": "r"])["n"] == 1)
            #expect(try await shop.events().last { $0.event.contains("rows") }?.actor == "console:editor")
        }
    }

    @Test func whoSeesOnlyAPartHearsOnlyThatPart() {
        for role in ConsoleRole.allCases {
            let caller = Caller(.administrator(Administrator(user: "ann", role: role)))
            #expect(Listener(caller) == (role == .owner || role == .developer ? .key : .guest), "\(role)")
        }
    }

    /// Where the catalog opens an operation to administrators, an owner comes to the same as the project's owner, and an
    /// analyst to nothing that a scope of an analyst does not open.
    @Test(arguments: Backend.available)
    func everyOperationGoesByTheCatalogAndTheRole(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let world = try await MatrixWorld(engine)
            for operation in AccessMatrix.operations {
                let arguments = world.arguments(of: operation)
                func verdict(_ actor: Actor) async -> MatrixVerdict {
                    var request = ExecutionRequest(Invocation(operation.id, arguments, as: actor))
                    request.isDryRun = operation.runs != .outside
                    do throws(AppError) {
                        _ = try await engine.engine.answer(request)
                        return .done
                    } catch { return MatrixVerdict(error) }
                }
                let owner = await verdict(.administrator(Administrator(user: "ann", role: .owner)))
                let analyst = await verdict(.administrator(Administrator(user: "ann", role: .analyst)))
                let key = await verdict(.key)
                #expect(operation.auth.contains("Admin"), "\(operation.id)")
                #expect(owner == key, "\(operation.id)")
                let isOpen = operation.scopes.isEmpty || operation.scopes.contains(where: ConsoleRole.analyst.has)
                #expect(isOpen ? analyst == key : analyst == .unauthorized, "\(operation.id)")
            }
        }
    }
}
