import Storage
import Testing
import Values

@testable import Engine

@Suite("Memberships")
struct MembershipTests {
    private static let now: JSON = "2026-11-22T08:00:00.000+00:00"

    /// The team `red` of `ann`, who owns it.
    private func withTeam(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("users.create", ["userId": "ann", "email": "ann@example.org", "name": "Ann"])
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            let site: JSONObject = ["platformId": "site", "name": "Site", "hostname": "example.org"]
            try await engine.call("project.createWebPlatform", site)
            try await body(engine)
        }
    }

    private func invite(_ engine: TestEngine, _ arguments: JSONObject, as actor: Actor? = .user("ann")) async throws
        -> JSON
    {
        try await engine.call("teams.createMembership", Self.invitation(arguments), as: actor)
    }

    private static func invitation(_ arguments: JSONObject) -> JSONObject {
        var all: JSONObject = ["teamId": "red", "roles": ["player"], "url": "https://example.org/join?from=mail#top"]
        for (key, value) in arguments.members { all[key] = value }
        return all
    }

    @Test(arguments: Backend.available)
    func aKeyAddsAMemberAtOnce(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            let membership = try await engine.call(
                "teams.createMembership",
                ["teamId": "red", "email": "Ben@Example.org", "roles": ["player", "keeper"], "name": "Ben"]
            )
            let user = try #require(membership["userId"])
            let expected: JSON = [
                "$id": membership["$id"] ?? .null, "$createdAt": Self.now, "$updatedAt": Self.now, "userId": user,
                "userName": "Ben", "userEmail": "ben@example.org", "userPhone": "", "teamId": "red", "teamName": "Red",
                "invited": Self.now, "joined": Self.now, "confirm": true, "mfa": false, "userAccessedAt": Self.now,
                "roles": ["player", "keeper"],
            ]
            #expect(membership == expected)
            let key: JSONObject = ["teamId": "red", "membershipId": membership["$id"] ?? .null]
            #expect(try await engine.call("teams.getMembership", key) == expected)
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 2)
            #expect(try await engine.call("users.get", ["userId": user])["emailVerification"] == false)
            #expect(try await engine.invitations().isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func anOwnerInvitesAndTheInvitedAccepts(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            let membership = try await invite(engine, ["email": "ben@example.org"])
            #expect(membership["confirm"] == false)
            #expect(membership["joined"] == "")
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 1)
            let user = try #require(membership["userId"]?.string)
            #expect(try await engine.call("teams.list", as: .user(user)) == ["total": 0, "teams": []])

            let letter = try #require(try await engine.invitations().first)
            #expect(letter.recipient == "ben@example.org")
            #expect(letter.address == "https://example.org/join?from=mail")
            #expect(letter["teamId"] == "red")
            #expect(letter["teamName"] == "Red")
            #expect(letter["membershipId"] == membership["$id"]?.string)
            #expect(letter["userId"] == user)

            let accepted = try await engine.call(
                "teams.updateMembershipStatus",
                letter.acceptance,
                as: .guest
            )
            #expect(accepted["confirm"] == true)
            #expect(accepted["joined"] == Self.now)
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 2)
            #expect(try await engine.call("teams.list", as: .user(user))["teams"]?.each("$id") == ["red"])
            #expect(try await engine.call("users.get", ["userId": .string(user)])["emailVerification"] == true)
            let again = try await engine.refusal("teams.updateMembershipStatus", letter.acceptance)
            #expect(again == Refusal("membership_already_confirmed", 409))
        }
    }

    @Test(arguments: Backend.available)
    func anInvitationIsForOnePersonAndOneTeam(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            try await engine.call("teams.create", ["teamId": "blue", "name": "Blue"])
            _ = try await invite(engine, ["email": "ben@example.org"])
            let letter = try #require(try await engine.invitations().first)
            let cases: [(JSONObject, Actor, Refusal)] = [
                (["secret": "guess"], .guest, Refusal("team_invalid_secret", 401, "secret")),
                (["userId": "ann"], .guest, Refusal("team_invite_mismatch", 401, "userId")),
                ([:], .user("ann"), Refusal("team_invite_mismatch", 401, "userId")),
                (["teamId": "blue"], .guest, Refusal("team_membership_mismatch", 404, "membershipId")),
                (["teamId": "none"], .guest, Refusal("team_not_found", 404, "teamId")),
                (["membershipId": "none"], .guest, Refusal("membership_not_found", 404, "membershipId")),
            ]
            for (change, actor, expected) in cases {
                var arguments = letter.acceptance
                for (key, value) in change.members { arguments[key] = value }
                #expect(try await engine.refusal("teams.updateMembershipStatus", arguments, as: actor) == expected)
            }
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func invitingAgainMakesTheFirstSecretWorthless(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            let first = try await invite(engine, ["email": "ben@example.org"])
            engine.clock.advance(milliseconds: 1000)
            let second = try await invite(engine, ["email": "ben@example.org", "roles": ["keeper"]])
            #expect(second["$id"] == first["$id"])
            #expect(second["roles"] == ["keeper"])
            #expect(second["invited"] == "2026-11-22T08:00:01.000+00:00")
            let letters = try await engine.invitations()
            #expect(letters.count == 2)
            let refusal = try await engine.refusal("teams.updateMembershipStatus", letters[0].acceptance)
            #expect(refusal == Refusal("team_invalid_secret", 401, "secret"))
            #expect(try await engine.call("teams.updateMembershipStatus", letters[1].acceptance)["confirm"] == true)
            let member = try await engine.refusal(
                "teams.createMembership",
                Self.invitation(["email": "ben@example.org"]),
                as: .user("ann")
            )
            #expect(member == Refusal("membership_already_confirmed", 409))
        }
    }

    @Test(arguments: Backend.available)
    func aKeyConfirmsAnOpenInvitation(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            let invited = try await invite(engine, ["email": "ben@example.org"])
            let added = try await invite(engine, ["email": "ben@example.org", "roles": ["keeper"]], as: nil)
            #expect(added["$id"] == invited["$id"])
            #expect(added["confirm"] == true)
            #expect(added["roles"] == ["keeper"])
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 2)
        }
    }

    @Test(arguments: Backend.available)
    func itMustBeSaidWhoIsMeant(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            try await engine.call(
                "users.create",
                ["userId": "ben", "email": "ben@example.org", "phone": "+491701234567"]
            )
            let cases: [(JSONObject, Refusal)] = [
                (["url": nil, "userId": "ben"], Refusal("general_argument_invalid", 400, "url")),
                (["url": "no address", "userId": "ben"], Refusal("general_argument_invalid", 400, "url")),
                (["url": "https://evil.example/", "userId": "ben"], Refusal("general_argument_invalid", 400, "url")),
                ([:], Refusal("general_argument_invalid", 400, "userId")),
                (["email": "ben"], Refusal("general_argument_invalid", 400, "email")),
                (["userId": "none"], Refusal("user_not_found", 404, "userId")),
                (["userId": "ben", "email": "other@example.org"], Refusal("user_already_exists", 409, "email")),
                (["email": "ben@example.org", "phone": "+4930123456"], Refusal("user_already_exists", 409, "phone")),
                (["userId": "ben", "roles": ["a b"]], Refusal("general_argument_invalid", 400, "roles[0]")),
            ]
            for (arguments, expected) in cases {
                let refusal = try await engine.refusal(
                    "teams.createMembership",
                    Self.invitation(arguments),
                    as: .user("ann")
                )
                #expect(refusal == expected)
            }
            let named = try await invite(
                engine,
                ["userId": "ben", "email": "BEN@example.org", "phone": "+491701234567"]
            )
            #expect(named["userId"] == "ben")
        }
    }

    @Test(arguments: Backend.available)
    func whoHasOnlyAPhoneIsInvitedByText(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            let membership = try await invite(engine, ["phone": "+491701234567"])
            #expect(membership["userPhone"] == "+491701234567")
            let letter = try #require(try await engine.invitations().first)
            #expect(letter.kind == "sms")
            #expect(letter.recipient == "+491701234567")
            try await engine.call("teams.updateMembershipStatus", letter.acceptance)
            let user = try await engine.call("users.get", ["userId": membership["userId"] ?? .null])
            #expect(user["phoneVerification"] == true)
            #expect(user["emailVerification"] == false)
        }
    }

    @Test(arguments: Backend.available)
    func rolesTakeEffectAtOnce(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            try await engine.makeUser(of: .user("ben"))
            let membership = try await invite(engine, ["userId": "ben", "roles": ["player"]], as: nil)
            try await engine.makeTable(
                [["key": "a", "type": "integer"]],
                permissions: ["read(\"team:red/keeper\")", "create(\"member:\(membership["$id"]!.string!)\")"]
            )
            let denied = Refusal("user_unauthorized", 401)
            #expect(try await engine.refusalOn("listRows", as: .user("ben")) == denied)
            try await engine.on("createRow", ["rowId": "r", "data": [:]], as: .user("ben"))
            let address: JSONObject = ["teamId": "red", "membershipId": membership["$id"]!]
            var change = address
            change["roles"] = ["keeper"]
            let own = try await engine.refusal("teams.updateMembership", change, as: .user("ben"))
            #expect(own == Refusal("user_unauthorized", 401, "teamId"))
            #expect(try await engine.call("teams.updateMembership", change, as: .user("ann"))["roles"] == ["keeper"])
            #expect(try await engine.on("listRows", as: .user("ben"))["total"] == 1)
            #expect(try await engine.call("teams.deleteMembership", address, as: .user("ben")) == [:])
            #expect(try await engine.refusalOn("listRows", as: .user("ben")) == denied)
            #expect(try await engine.refusalOn("createRow", ["rowId": "s", "data": [:]], as: .user("ben")) == denied)
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func onlyOwnersTakeOthersOut(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            for user in ["ben", "cem"] { try await engine.makeUser(of: .user(user)) }
            let ben = try await invite(engine, ["userId": "ben"], as: nil)
            let cem = try await invite(engine, ["userId": "cem"], as: nil)
            func address(_ membership: JSON) -> JSONObject {
                ["teamId": "red", "membershipId": membership["$id"] ?? .null]
            }
            let denied = try await engine.refusal("teams.deleteMembership", address(cem), as: .user("ben"))
            #expect(denied == Refusal("user_unauthorized", 401, "teamId"))
            try await engine.call("teams.deleteMembership", address(cem), as: .user("ann"))
            let gone = try await engine.refusal("teams.getMembership", address(cem))
            #expect(gone == Refusal("membership_not_found", 404, "membershipId"))
            try await engine.call("teams.create", ["teamId": "blue", "name": "Blue"])
            let other: JSONObject = ["teamId": "blue", "membershipId": ben["$id"] ?? .null]
            let mismatch = Refusal("team_membership_mismatch", 404, "membershipId")
            for operation in ["getMembership", "deleteMembership"] {
                #expect(try await engine.refusal("teams." + operation, other) == mismatch)
            }
        }
    }

    @Test(arguments: Backend.available)
    func membersAreListedWithTheirUsers(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            _ = try await invite(engine, ["email": "ben@example.org", "name": "Ben"])
            func listed(_ queries: [JSON], search: JSON = nil) async throws -> [JSON] {
                let answer = try await engine.call(
                    "teams.listMemberships",
                    ["teamId": "red", "queries": .array(queries), "search": search]
                )
                return answer["memberships"]?.each("userName") ?? []
            }
            #expect(try await listed([]) == ["Ann", "Ben"])
            #expect(try await listed([query("equal", "confirm", false)]) == ["Ben"])
            #expect(try await listed([query("contains", "roles", "owner")]) == ["Ann"])
            #expect(try await listed([query("equal", "userId", "ann")]) == ["Ann"])
            #expect(try await listed([], search: "ann") == ["Ann"])
            #expect(try await listed([query("isNull", "joined")]) == ["Ben"])
        }
    }

    @Test(arguments: Backend.available)
    func everyChangeLeavesItsEventWithoutASecret(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            let membership = try await invite(engine, ["email": "ben@example.org"])
            let id = membership["$id"]!.string!
            let letter = try #require(try await engine.invitations().first)
            let secret = try #require(letter["secret"])
            #expect(secret.count == 256)
            try await engine.call("teams.updateMembershipStatus", letter.acceptance)
            let address: JSONObject = ["teamId": "red", "membershipId": .string(id)]
            try await engine.call("teams.updateMembership", JSONObject(address.members + [("roles", ["owner"])]))
            try await engine.call("teams.deleteMembership", address)
            let events = try await engine.events().filter { $0.event.contains("memberships") }
            let place = "teams.red.memberships.\(id)"
            #expect(
                events.map(\.name)
                    == ["\(place).create", "\(place).update.status", "\(place).update", "\(place).delete"]
            )
            let user = membership["userId"]!.string!
            #expect(try await engine.eventNames().contains("users.\(user).create"))
            #expect(try JSON(parsing: events[0].payload) == membership)
            for event in events {
                #expect(!String(decoding: event.payload, as: UTF8.self).contains(secret))
            }
            #expect(try await !backend.holds(secret, engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func aUserWhoGoesLeavesItsTeams(_ backend: Backend) async throws {
        try await withTeam(backend) { engine in
            _ = try await invite(engine, ["email": "ben@example.org"], as: nil)
            try await engine.call("users.delete", ["userId": "ann"])
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 1)
            let left = try await engine.call("teams.listMemberships", ["teamId": "red"])
            #expect(left["memberships"]?.each("userEmail") == ["ben@example.org"])
        }
    }
}
