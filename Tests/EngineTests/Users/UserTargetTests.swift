import Testing
import Values

@testable import Engine

@Suite("Targets and identities of users")
struct UserTargetTests {
    private static let now: JSON = "2026-11-22T08:00:00.000+00:00"

    @Test(arguments: Backend.available)
    func aTargetIsMadeReadChangedAndRemoved(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let address: JSONObject = ["userId": "ann", "targetId": "phone"]
            let created = try await engine.call(
                "users.createTarget",
                [
                    "userId": "ann", "targetId": "phone", "providerType": "push", "identifier": "fcm-token",
                    "providerId": "fcm", "name": "Pixel",
                ]
            )
            var expected: JSON = [
                "$id": "phone", "$createdAt": Self.now, "$updatedAt": Self.now, "name": "Pixel", "userId": "ann",
                "providerId": "fcm", "providerType": "push", "identifier": "fcm-token", "expired": false,
            ]
            #expect(created == expected)
            #expect(try await engine.events().last?.name == "users.ann.targets.phone.create")
            #expect(try await engine.call("users.getTarget", address) == expected)
            #expect(try await engine.call("users.get", ["userId": "ann"])["targets"] == [expected])
            engine.clock.advance(milliseconds: 1000)
            let change: JSONObject = ["identifier": "fcm-2", "name": "Pixel 8"]
            let updated = try await engine.call("users.updateTarget", JSONObject(address.members + change.members))
            expected = [
                "$id": "phone", "$createdAt": Self.now, "$updatedAt": "2026-11-22T08:00:01.000+00:00",
                "name": "Pixel 8", "userId": "ann", "providerId": "fcm", "providerType": "push",
                "identifier": "fcm-2", "expired": false,
            ]
            #expect(updated == expected)
            #expect(try await engine.events().last?.name == "users.ann.targets.phone.update")
            #expect(
                try await engine.call("users.listTargets", ["userId": "ann"]) == ["total": 1, "targets": [expected]]
            )
            #expect(try await engine.call("users.deleteTarget", address) == [:])
            #expect(try await engine.events().last?.name == "users.ann.targets.phone.delete")
            #expect(try await engine.call("users.listTargets", ["userId": "ann"]) == ["total": 0, "targets": []])
        }
    }

    @Test(arguments: Backend.available)
    func whatIsNoTargetIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org")
            try await engine.makeUser("bob")
            func target(_ kind: JSON, _ identifier: JSON, id: JSON = "new") -> JSONObject {
                ["userId": "bob", "targetId": id, "providerType": kind, "identifier": identifier]
            }
            try await engine.call("users.createTarget", target("push", "a", id: "a"))
            let cases: [(JSONObject, Refusal)] = [
                (target("push", "b", id: "a"), Refusal("user_target_already_exists", 409, "targetId")),
                (target("push", "a"), Refusal("user_target_already_exists", 409, "identifier")),
                (target("email", "ann@example.org"), Refusal("user_target_already_exists", 409, "identifier")),
                (target("email", "bob"), Refusal("general_invalid_email", 400, "identifier")),
                (target("sms", "123"), Refusal("general_invalid_phone", 400, "identifier")),
                (target("pigeon", "a"), Refusal("general_argument_invalid", 400, "providerType")),
                (target("push", ""), Refusal("general_argument_invalid", 400, "identifier")),
            ]
            for (arguments, refusal) in cases {
                #expect(try await engine.refusal("users.createTarget", arguments) == refusal)
            }
            for operation in ["getTarget", "updateTarget", "deleteTarget"] {
                let refusal = try await engine.refusal("users." + operation, ["userId": "ann", "targetId": "a"])
                #expect(refusal == Refusal("user_target_not_found", 404, "targetId"))
            }
            #expect(
                try await engine.refusal(
                    "users.updateTarget",
                    ["userId": "bob", "targetId": "a", "identifier": "ann@example.org"]
                ) == Refusal("user_target_already_exists", 409, "identifier")
            )
        }
    }

    @Test(arguments: Backend.available)
    func targetsAreFiltered(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org", phone: "+14155550123")
            try await engine.makeUser("bob", email: "bob@example.org")
            let cases: [(JSON, [JSON])] = [
                (query("equal", "providerType", "sms"), ["+14155550123"]),
                (query("equal", "identifier", "ann@example.org"), ["ann@example.org"]),
                (query("equal", "identifier", "bob@example.org"), []),
                (query("isNull", "providerId"), ["ann@example.org", "+14155550123"]),
                (query("orderAsc", "identifier"), ["+14155550123", "ann@example.org"]),
            ]
            for (query, identifiers) in cases {
                let answer = try await engine.call("users.listTargets", ["userId": "ann", "queries": [query]])
                #expect(answer["targets"]?.each("identifier") == identifiers)
            }
        }
    }

    @Test(arguments: Backend.available)
    func identitiesAreListedAndRemoved(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for (user, provider) in [("ann", "github"), ("bob", "google")] {
                try await engine.makeUser(user)
                try await engine.add(
                    "i-\(user)",
                    [
                        "user": .string(user), "provider": .string(provider), "providerUid": "42",
                        "providerEmail": .string("\(user)@example.org"),
                        "search": .string("\(user) \(provider) 42 \(user)@example.org"),
                    ],
                    to: IdentityTables.identities
                )
            }
            let own: JSON = [
                "$id": "i-ann", "$createdAt": Self.now, "$updatedAt": Self.now, "userId": "ann", "provider": "github",
                "providerUid": "42", "providerEmail": "ann@example.org", "providerAccessToken": "",
                "providerAccessTokenExpiry": "", "providerRefreshToken": "",
            ]
            let cases: [(JSONObject, [JSON])] = [
                ([:], ["i-ann", "i-bob"]), (["search": "GitHub"], ["i-ann"]), (["search": "bob@"], ["i-bob"]),
                (["queries": [query("equal", "userId", "ann")]], ["i-ann"]),
                (["queries": [query("equal", "provider", "google")]], ["i-bob"]),
                (["queries": [query("equal", "providerUid", "42")]], ["i-ann", "i-bob"]),
                (["queries": [query("equal", "providerEmail", "bob@example.org")]], ["i-bob"]),
            ]
            for (arguments, ids) in cases {
                let answer = try await engine.call("users.listIdentities", arguments)
                #expect(answer["identities"]?.each("$id") == ids)
                #expect(answer["total"] == .int(Int64(ids.count)))
            }
            #expect(try await engine.call("users.listIdentities")["identities"]?.array?.first == own)
            // Nobody else may take an address under which somebody signs in elsewhere.
            #expect(
                try await engine.refusal("users.create", ["userId": "cleo", "email": "ann@example.org"])
                    == Refusal("user_email_already_exists", 409, "email")
            )
            #expect(
                try await engine.refusal("users.updateEmail", ["userId": "bob", "email": "ann@example.org"])
                    == Refusal("user_email_already_exists", 409, "email")
            )
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "ann@example.org"])
            #expect(try await engine.call("users.deleteIdentity", ["identityId": "i-ann"]) == [:])
            let event = try #require(try await engine.events().last)
            #expect(event.name == "users.ann.identities.i-ann.delete")
            #expect(try JSON(parsing: event.payload) == own)
            #expect(
                try await engine.refusal("users.deleteIdentity", ["identityId": "i-ann"])
                    == Refusal("user_identity_not_found", 404, "identityId")
            )
        }
    }
}
