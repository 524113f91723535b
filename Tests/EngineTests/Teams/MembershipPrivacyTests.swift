import Testing
import Values

@testable import Engine

@Suite("What members see of each other")
struct MembershipPrivacyTests {
    /// The team `red`, which `ann` owns, with `ben`, who asks for a second factor and has one.
    private func withTeam(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeUser("ann", email: "ann@example.org", name: "Ann")
            try await engine.makeUser("ben", email: "ben@example.org", phone: "+14155550123", name: "Ben")
            try await engine.call("users.updateEmailVerification", ["userId": "ben", "emailVerification": true])
            try await engine.call("users.updateMFA", ["userId": "ben", "mfa": true])
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            try await engine.call("teams.createMembership", ["teamId": "red", "userId": "ben", "roles": ["player"]])
            try await body(engine)
        }
    }

    /// What the list says of a member.
    private func seen(_ user: String, by actor: Actor?, _ engine: TestEngine) async throws -> JSON {
        let list = try await engine.call("teams.listMemberships", ["teamId": "red"], as: actor)
        #expect(list["total"] == 2)
        let membership = list["memberships"]?.array?[user == "ann" ? 0 : 1] ?? .null
        let facts = ["userId", "userName", "userEmail", "userPhone", "mfa", "userAccessedAt"]
        return .object(JSONObject(facts.map { ($0, membership[$0] ?? .null) }))
    }

    private static let nothing: JSON = [
        "userId": "", "userName": "", "userEmail": "", "userPhone": "", "mfa": false, "userAccessedAt": "",
    ]
    private static let everything: JSON = [
        "userId": "ben", "userName": "Ben", "userEmail": "ben@example.org", "userPhone": "+14155550123", "mfa": true,
        "userAccessedAt": "2026-11-22T08:00:00.000+00:00",
    ]

    @Test(arguments: Backend.available)
    func isNothingAtFirstButKeysAndOneselfSeeAll(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            let other = try await seen("ben", by: .user("ann"), engine)
            #expect(other == Self.nothing)
            let own = try await seen("ann", by: .user("ann"), engine)
            #expect(own["userEmail"] == "ann@example.org")
            let all = try await seen("ben", by: nil, engine)
            #expect(all == Self.everything)
        }
    }

    @Test(
        arguments: Backend.available,
        [
            ("userId", "userId"), ("userName", "userName"), ("userEmail", "userEmail"), ("userPhone", "userPhone"),
            ("userMFA", "mfa"), ("userAccessedAt", "userAccessedAt"),
        ]
    )
    func isWhatThePolicySays(_ backend: Backend, _ fact: (String, String)) async throws {
        try await withTeam(backend) { engine in
            try await engine.call("project.updateMembershipPrivacyPolicy", [fact.0: true])
            var expected = Self.nothing.object!
            expected[fact.1] = Self.everything[fact.1]
            #expect(try await seen("ben", by: .user("ann"), engine) == .object(expected))
            let id = try await engine.call("teams.listMemberships", ["teamId": "red"])["memberships"]?.each("$id").last
            let one = try await engine.call(
                "teams.getMembership",
                ["teamId": "red", "membershipId": id ?? .null],
                as: .user("ann")
            )
            #expect(one[fact.1] == Self.everything[fact.1])
        }
    }

    @Test(arguments: Backend.available)
    func whoInvitesSeesWhatItHasSaidItself(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            try await engine.makeUser("cem", email: "cem@example.org", phone: "+14155550124", name: "Cem")
            func invite(_ arguments: JSONObject) async throws -> JSON {
                var all: JSONObject = ["teamId": "red", "roles": [], "url": "http://localhost/join"]
                all.members += arguments.members
                return try await engine.call("teams.createMembership", all, as: .user("ann"))
            }
            let known = try await invite(["email": "cem@example.org"])
            #expect(known["userId"] == "cem" && known["userEmail"] == "cem@example.org")
            #expect(known["userName"] == "" && known["userPhone"] == "")
            let new = try await invite(["email": "dan@example.org", "name": "Dan"])
            #expect(new["userName"] == "Dan")
        }
    }

    @Test(arguments: Backend.available)
    func aSecondFactorIsOneThatCounts(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            try await engine.call("project.updateMFAFactorsPolicy", ["email": false])
            #expect(try await seen("ben", by: nil, engine)["mfa"] == false)
        }
    }
}
