import Testing
import Values

@testable import Engine

@Suite("A project that is full")
struct SignUpLimitTests {
    private static let full = Refusal("user_count_exceeded", 400)

    @Test(arguments: Backend.available)
    func makesNoUserByTheWay(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            try await engine.call("users.updatePhone", ["userId": "ann", "number": "+14155550123"])
            try await engine.call("project.updateUserLimitPolicy", ["total": 1])
            let mail: JSONObject = ["userId": "unique()", "email": "ann@example.org"]
            let phone: JSONObject = ["userId": "unique()", "phone": "+14155550123"]
            // Who is there already signs in as ever.
            for (operation, arguments) in [
                ("account.createMagicURLToken", mail), ("account.createEmailToken", mail),
                ("account.createPhoneToken", phone),
            ] {
                #expect(try await engine.call(operation, arguments, as: .guest)["userId"] == "ann")
                var more = arguments
                if more["email"] != nil { more["email"] = "ben@example.org" } else { more["phone"] = "+14155550199" }
                #expect(try await engine.refusal(operation, more, as: .guest) == Self.full)
            }
        }
    }

    @Test(arguments: Backend.available)
    func invitesOnlyWhoIsThere(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            try await engine.signUp("ben")
            let ann = try await engine.signIn("ann")
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: ann)
            try await engine.call("project.updateUserLimitPolicy", ["total": 2])
            func invitation(_ email: String) -> JSONObject {
                ["teamId": "red", "email": .string(email), "roles": [], "url": "http://localhost/join"]
            }
            let stranger = invitation("cem@example.org")
            #expect(try await engine.refusal("teams.createMembership", stranger, as: ann) == Self.full)
            let known = try await engine.call("teams.createMembership", invitation("ben@example.org"), as: ann)
            #expect(known["userId"] == "ben")
            // The key makes as many as it likes.
            #expect(try await engine.call("teams.createMembership", stranger)["confirm"] == true)
            #expect(try await engine.call("users.list")["total"] == 3)
        }
    }
}
