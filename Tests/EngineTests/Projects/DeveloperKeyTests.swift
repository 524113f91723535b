import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("Developer keys")
struct DeveloperKeyTests {
    private static let key: JSONObject = ["projectId": "shop", "name": "Ann", "expire": "2027-01-01T00:00:00Z"]

    @Test(arguments: Backend.available)
    func theSecretIsShownOnce(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            _ = try await house.make("shop")
            let console = try await house.console
            let made = try await console.call("projects.createDevKey", Self.key)
            let secret = try #require(made["secret"]?.string)
            #expect(secret.count == 256)
            #expect(secret.allSatisfy { $0.isHexDigit && !$0.isUppercase })
            let id = try #require(made["$id"])
            let kept: JSON = [
                "$id": id, "$createdAt": "2026-11-22T08:00:00.000+00:00", "$updatedAt": "2026-11-22T08:00:00.000+00:00",
                "name": "Ann", "expire": "2027-01-01T00:00:00.000+00:00", "secret": "", "accessedAt": "", "sdks": [],
            ]
            #expect(made.without("secret") == kept.without("secret"))
            let named: JSONObject = ["projectId": "shop", "keyId": id]
            #expect(try await console.call("projects.getDevKey", named) == kept)
            let listed = try await console.call("projects.listDevKeys", ["projectId": "shop"])
            #expect(listed == ["total": 1, "devKeys": [kept]])
            #expect(try await console.call("projects.get", ["projectId": "shop"])["devKeys"] == [kept])
            #expect(try await console.call("projects.list")["projects"]?.each("devKeys") == [[], [kept]])
            let event = try #require(try await console.events().last)
            #expect(event.name == "projects.shop.devKeys.\(id.string!).create")
            #expect(try JSON(parsing: event.payload) == kept)
            let change: JSONObject = [
                "projectId": "shop", "keyId": id, "name": "Bob", "expire": "2026-12-01T00:00:00Z",
            ]
            let changed = try await console.call("projects.updateDevKey", change)
            #expect(changed["name"] == "Bob")
            #expect(changed["expire"] == "2026-12-01T00:00:00.000+00:00")
            #expect(changed["secret"] == "")
            try await console.call("projects.deleteDevKey", named)
            let gone = Refusal("key_not_found", 404, "keyId")
            #expect(try await console.refusal("projects.getDevKey", named) == gone)
            #expect(try await console.refusal("projects.deleteDevKey", named) == gone)
        }
    }

    @Test(arguments: Backend.available)
    func oneIsGoodForItsProjectUntilItEnds(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let (shop, other) = (try await house.make("shop"), try await house.make("other"))
            let console = try await house.console
            let made = try await console.call("projects.createDevKey", Self.key)
            let secret = made["secret"]?.string ?? ""
            let named: JSONObject = ["projectId": "shop", "keyId": made["$id"] ?? .null]
            #expect(try await shop.engine.knowsDeveloper(key: secret, sdk: "Web"))
            #expect(try await !other.engine.knowsDeveloper(key: secret, sdk: "Web"))
            #expect(try await !console.engine.knowsDeveloper(key: secret, sdk: "Web"))
            #expect(try await !shop.engine.knowsDeveloper(key: "nonsense", sdk: "Web"))
            #expect(try await !shop.engine.knowsDeveloper(key: "", sdk: ""))
            let used = try await console.call("projects.getDevKey", named)
            #expect(used["accessedAt"] == "2026-11-22T08:00:00.000+00:00")
            #expect(used["sdks"] == ["Web"])
            house.clock.advance(milliseconds: 3_600_000)
            #expect(try await shop.engine.knowsDeveloper(key: secret, sdk: ""))
            #expect(try await console.call("projects.getDevKey", named) == used)
            house.clock.advance(milliseconds: 86_400_000)
            #expect(try await shop.engine.knowsDeveloper(key: secret, sdk: "Flutter"))
            let again = try await console.call("projects.getDevKey", named)
            #expect(again["accessedAt"] == "2026-11-23T09:00:00.000+00:00")
            #expect(again["sdks"] == ["Web", "Flutter"])
            let past: JSONObject = ["name": "Ann", "expire": "2026-11-23T09:00:00Z"]
            try await console.call("projects.updateDevKey", JSONObject(named.members + past.members))
            #expect(try await !shop.engine.knowsDeveloper(key: secret, sdk: "Web"))
        }
    }

    /// Ten wrong passwords are an hour's worth; with a key there is no end to them, and still none is right.
    @Test(arguments: Backend.available)
    func nobodyIsLimitedWithOne(_ backend: Backend) async throws {
        try await withHousehold(backend, limits: true) { house in
            let shop = try await house.make("shop")
            try await shop.signUp("ann")
            func outcomes(_ count: Int, isDeveloping: Bool) async -> [String] {
                var types: [String] = []
                for _ in 0..<count {
                    let login: JSONObject = ["email": "ann@example.org", "password": "wrong wrong"]
                    var invocation = Invocation("account.createEmailPasswordSession", login, as: .guest)
                    invocation.isDeveloping = isDeveloping
                    do throws(AppError) { _ = try await shop.engine.execute(invocation) } catch {
                        types.append(error.code.type)
                    }
                }
                return types
            }
            let wrong = Array(repeating: "user_invalid_credentials", count: 12)
            #expect(await outcomes(12, isDeveloping: true) == wrong)
            #expect(await outcomes(11, isDeveloping: false) == wrong.prefix(10) + ["general_rate_limit_exceeded"])
            var invocation = Invocation("users.list", as: .guest)
            invocation.isDeveloping = true
            await #expect(throws: AppError.self) { try await shop.engine.execute(invocation) }
        }
    }

    @Test(arguments: Backend.available)
    func whoChangesTheProjectMakesThem(_ backend: Backend) async throws {
        try await withHousehold(backend, signUp: .on) { house in
            let console = try await house.console
            try await console.call("teams.create", ["teamId": "acme", "name": "Acme"])
            for (id, role) in [("dev", "developer"), ("eve", "analyst")] {
                try await console.signUp(id)
                let membership: JSONObject = ["teamId": "acme", "userId": .string(id), "roles": [.string(role)]]
                try await console.call("teams.createMembership", membership)
            }
            try await console.signUp("stranger")
            _ = try await house.make("shop", team: "acme")
            let made = try await console.call("projects.createDevKey", Self.key, as: .user("dev"))
            let named: JSONObject = ["projectId": "shop", "keyId": made["$id"] ?? .null]
            for (operation, arguments) in [
                ("createDevKey", Self.key), ("listDevKeys", ["projectId": "shop"]), ("getDevKey", named),
                ("deleteDevKey", named),
            ] {
                let analyst = try await console.refusal("projects." + operation, arguments, as: .user("eve"))
                #expect(analyst == Refusal("user_unauthorized", 401, "as"), "\(operation)")
                let stranger = try await console.refusal("projects." + operation, arguments, as: .user("stranger"))
                #expect(stranger == Refusal("project_not_found", 404, "projectId"), "\(operation)")
            }
            let seen = try await console.call("projects.get", ["projectId": "shop"], as: .user("eve"))
            #expect(seen["devKeys"] == [])
            // One of another project is not there, and all of them go with theirs.
            _ = try await house.make("other", team: "acme")
            let elsewhere: JSONObject = ["projectId": "other", "keyId": made["$id"] ?? .null]
            let unknown = try await console.refusal("projects.getDevKey", elsewhere, as: .user("dev"))
            #expect(unknown == Refusal("key_not_found", 404, "keyId"))
            try await console.call("projects.delete", ["projectId": "shop"])
            let left = try await console.store.read { session in
                try session.rows(RowQuery(limit: 10), in: ConsoleTables.developerKeys).count
            }
            #expect(left == 0)
        }
    }
}
