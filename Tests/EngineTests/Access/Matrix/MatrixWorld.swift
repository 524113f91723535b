import Catalog
import Values

@testable import Engine

/// A project in which every operation finds something to work on, with the secrets of those who call.
final class MatrixWorld {
    let engine: TestEngine
    /// Values that no test can know beforehand.
    private(set) var made: JSONObject = [:]
    private var people: [MatrixCaller: Credential] = [:]
    private var keys: [[String]: Credential] = [:]
    private let scopes: [String]

    init(_ engine: TestEngine) async throws {
        self.engine = engine
        let creation = Catalog.embedded.operation("project.createKey")!.parameters.first { $0.name == "scopes" }!
        guard case .array(let item, _) = creation.type, case .enumeration(let words) = item.type else {
            preconditionFailure("scopes are a list of words")
        }
        scopes = words
        try await makePeople()
        try await makeTeam()
        try await makeUserDetails()
        try await makeProject()
    }

    /// How somebody says who they are.
    /// - Parameter scope: the scope of the operation that an API key has.
    func credential(_ caller: MatrixCaller, _ operation: Operation, scope: String? = nil) async throws -> Credential {
        switch caller {
        case .guest: return .actor(.guest)
        case .key: return .actor(.key)
        case .user, .member, .owner: return people[caller]!
        case .keyWithout: return try await key(scopes.filter { !operation.scopes.contains($0) })
        case .keyWith: return try await key(scope.map { [$0] } ?? scopes)
        }
    }

    /// The scopes of an operation that API keys can have, each of which has to suffice.
    func grantable(_ operation: Operation) -> [String?] {
        let grantable = operation.scopes.filter(scopes.contains)
        return grantable.isEmpty ? [nil] : grantable
    }

    private func key(_ scopes: [String]) async throws -> Credential {
        if let known = keys[scopes] { return known }
        let arguments: JSONObject = ["keyId": "unique()", "name": "Matrix", "scopes": JSON(scopes)]
        let secret = try await engine.call("project.createKey", arguments)["secret"]?.string ?? ""
        keys[scopes] = .key(secret)
        return .key(secret)
    }

    private func makePeople() async throws {
        for caller in [MatrixCaller.user, .member, .owner] {
            let id = caller.rawValue
            try await engine.signUp(id)
            try await engine.call("users.updatePhone", ["userId": .string(id), "number": .string(Self.phone(caller))])
            let session = try await engine.call("account.createEmailPasswordSession", TestEngine.login(id))
            people[caller] = .session(session["secret"]?.string ?? "")
            if caller == .user { made["sessionId"] = session["$id"] }
        }
    }

    private static func phone(_ caller: MatrixCaller) -> String {
        switch caller {
        case .member: "+15550102"
        case .owner: "+15550103"
        default: "+15550101"
        }
    }

    private func makeTeam() async throws {
        try await engine.call("teams.create", ["teamId": "red", "name": "Red"], by: people[.owner]!)
        let membership: JSONObject = ["teamId": "red", "userId": "member", "roles": ["player"]]
        made["membershipId"] = try await engine.call("teams.createMembership", membership)["$id"]
        let invitation: JSONObject = [
            "teamId": "red", "email": "invited@example.org", "roles": ["player"], "url": "http://localhost/join",
        ]
        let invited = try await engine.call("teams.createMembership", invitation, by: people[.owner]!)
        made["invitationId"] = invited["$id"]
        made["invitedId"] = invited["userId"]
        made["messageId"] = try await engine.newestMessage()["$id"]
        made["invitationSecret"] = .string(try await engine.newestSecret())
    }

    /// Things of the user, and of no other caller.
    private func makeUserDetails() async throws {
        let user = people[.user]!
        try await engine.call("presences.upsert", ["presenceId": "here", "status": "online"], by: user)
        try await engine.call(
            "users.createTarget",
            ["userId": "user", "targetId": "target", "providerType": "push", "identifier": "device"]
        )
        try await engine.add(
            "identity",
            ["user": "user", "provider": "github", "providerUid": "1", "providerEmail": "user@example.org"],
            to: IdentityTables.identities
        )
        try await engine.call("users.createMFARecoveryCodes", ["userId": "user"])
        let app = try await engine.call("account.createMFAAuthenticator", ["type": "totp"], by: user)["secret"]
        made["authenticator"] = app
        let code: JSON = .string(TestEngine.code(app, at: engine.clock))
        try await engine.call("account.updateMFAAuthenticator", ["type": "totp", "otp": code], by: user)
    }

    private func makeProject() async throws {
        try await engine.call("project.createKey", ["keyId": "key", "name": "Key", "scopes": ["users.read"]])
        try await engine.call("project.createVariable", ["variableId": "var", "key": "NAME", "value": "x"])
        try await engine.call("project.updateEmailTemplate", ["templateId": "verification", "subject": "Hello"])
        try await engine.call("project.createMockPhone", ["number": "+15550100", "otp": "123456"])
        for kind in PlatformKind.all {
            let arguments: JSONObject = [
                "platformId": .string(kind.type), "name": "App", kind.field: "app.example.org",
            ]
            try await engine.call("project.create\(kind.name)Platform", arguments)
        }
        let webhook: JSONObject = ["webhookId": "hook", "url": "http://localhost/hook", "events": []]
        try await engine.call("webhooks.create", webhook)
        // A test is kept whether it arrives or not.
        made["deliveryId"] = try await engine.call("webhooks.createTest", ["webhookId": "hook"])["$id"]
        // Where there is a console, this is for that one to have.
        if engine.engine.neighbours == nil {
            let house: JSONObject = ["projectId": "house", "name": "House", "teamId": "red"]
            try await engine.call("projects.create", house)
            let key: JSONObject = ["projectId": "house", "name": "Ann", "expire": "2030-01-01T00:00:00Z"]
            made["devKeyId"] = try await engine.call("projects.createDevKey", key)["$id"]
        }
        made["document"] = try await engine.call("project.export")
    }
}
