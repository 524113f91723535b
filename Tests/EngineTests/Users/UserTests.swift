import Catalog
import Testing
import Values

@testable import Engine

@Suite("Users")
struct UserTests {
    private static let now: JSON = "2026-11-22T08:00:00.000+00:00"

    @Test(arguments: Backend.available)
    func aNewUserIsAnsweredInFull(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let created = try await engine.call(
                "users.create",
                ["userId": "ann", "email": "Ann@Example.org", "phone": "+14155550123", "name": "Ann"]
            )
            let expected: JSON = [
                "$id": "ann", "$createdAt": Self.now, "$updatedAt": Self.now, "name": "Ann", "password": "", "hash": "",
                "hashOptions": [:], "registration": Self.now, "status": true, "labels": [], "passwordUpdate": "",
                "email": "ann@example.org", "phone": "+14155550123", "emailVerification": false,
                "phoneVerification": false, "mfa": false, "prefs": [:], "targets": created["targets"]!,
                "accessedAt": Self.now, "impersonator": false,
            ]
            #expect(created == expected)
            let targets = created["targets"]!.array!.map { $0.without("$id") }
            func target(_ kind: JSON, _ identifier: JSON) -> JSON {
                [
                    "$createdAt": Self.now, "$updatedAt": Self.now, "name": "", "userId": "ann", "providerId": "",
                    "providerType": kind, "identifier": identifier, "expired": false,
                ]
            }
            #expect(targets == [target("email", "ann@example.org"), target("sms", "+14155550123")])
            #expect(try await engine.call("users.get", ["userId": "ann"]) == expected)
        }
    }

    @Test(arguments: Backend.available)
    func everythingButTheIdMayBeLeftOut(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for _ in 0..<2 {
                let user = try await engine.call("users.create", ["userId": "unique()", "email": nil, "phone": nil])
                #expect(user["$id"]?.string?.count == 20)
                #expect(user["email"] == "")
                #expect(user["phone"] == "")
                #expect(user["name"] == "")
                #expect(user["targets"] == [])
            }
        }
    }

    @Test(arguments: Backend.available)
    func whatIsTakenIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org", phone: "+14155550123")
            let cases: [(JSONObject, Refusal)] = [
                (["userId": "ann"], Refusal("user_already_exists", 409, "userId")),
                (["userId": "bob", "email": "ANN@example.org"], Refusal("user_already_exists", 409, "email")),
                (["userId": "bob", "phone": "+14155550123"], Refusal("user_already_exists", 409, "phone")),
                (["userId": "bob", "email": "ann"], Refusal("general_argument_invalid", 400, "email")),
                (["userId": "bob", "email": ""], Refusal("general_argument_invalid", 400, "email")),
                (["userId": "bob", "phone": "4155550123"], Refusal("general_argument_invalid", 400, "phone")),
                (["userId": "bob", "phone": "+0155550123"], Refusal("general_argument_invalid", 400, "phone")),
                (["userId": "-bob"], Refusal("general_argument_invalid", 400, "userId")),
                (
                    ["userId": "bob", "name": .string(String(repeating: "x", count: 129))],
                    Refusal("general_argument_invalid", 400, "name")
                ),
            ]
            for (arguments, refusal) in cases {
                #expect(try await engine.refusal("users.create", arguments) == refusal)
            }
            #expect(try await engine.call("users.list")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func aChangeSetsOneThingAndTellsIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org", phone: "+14155550123")
            let changes: [(operation: String, argument: String, value: JSON, member: String, event: String)] = [
                ("updateName", "name", "Ann B.", "name", "name"),
                ("updateName", "name", "", "name", "name"),
                ("updateStatus", "status", false, "status", "status"),
                ("updateLabels", "labels", ["vip", "admin"], "labels", "labels"),
                ("updateLabels", "labels", [], "labels", "labels"),
                ("updateImpersonator", "impersonator", true, "impersonator", "impersonator"),
                ("updateEmailVerification", "emailVerification", true, "emailVerification", "verification"),
                ("updatePhoneVerification", "phoneVerification", true, "phoneVerification", "verification"),
                ("updateEmail", "email", "ann@example.com", "email", "email"),
                ("updatePhone", "number", "+4930123456", "phone", "phone"),
                ("updateEmail", "email", "", "email", "email"),
                ("updatePhone", "number", "", "phone", "phone"),
            ]
            for change in changes {
                engine.clock.advance(milliseconds: 1000)
                let answer = try await engine.call(
                    "users." + change.operation,
                    ["userId": "ann", change.argument: change.value]
                )
                #expect(answer[change.member] == change.value, "\(change.operation)")
                #expect(answer["$updatedAt"] == .string(engine.clock.wallClock.now.text))
                #expect(try await engine.call("users.get", ["userId": "ann"]) == answer)
                let event = try #require(try await engine.events().last)
                #expect(event.name == "users.ann.update.\(change.event)")
                #expect(try JSON(parsing: event.payload) == answer.without("password", "hash", "hashOptions"))
            }
        }
    }

    @Test(arguments: Backend.available)
    func aNewAddressIsNotVerifiedAndReplacesTheTarget(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let ann = try await engine.makeUser("ann", email: "ann@example.org")
            try await engine.call("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            let moved = try await engine.call("users.updateEmail", ["userId": "ann", "email": "Ann@Example.com"])
            #expect(moved["emailVerification"] == false)
            #expect(moved["targets"]?.each("identifier") == ["ann@example.com"])
            #expect(moved["targets"]?.each("$id") == ann["targets"]?.each("$id"))
            let phoned = try await engine.call("users.updatePhone", ["userId": "ann", "number": "+4930123456"])
            #expect(phoned["targets"]?.each("providerType") == ["email", "sms"])
            let cleared = try await engine.call("users.updateEmail", ["userId": "ann", "email": ""])
            #expect(cleared["targets"]?.each("identifier") == ["+4930123456"])
        }
    }

    @Test(arguments: Backend.available)
    func anotherUsersAddressIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org", phone: "+14155550123")
            try await engine.makeUser("bob")
            #expect(
                try await engine.refusal("users.updateEmail", ["userId": "bob", "email": "ann@example.org"])
                    == Refusal("user_email_already_exists", 409, "email")
            )
            #expect(
                try await engine.refusal("users.updatePhone", ["userId": "bob", "number": "+14155550123"])
                    == Refusal("user_phone_already_exists", 409, "number")
            )
            // One's own is no conflict.
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "ann@example.org"])
        }
    }

    @Test(arguments: Backend.available)
    func labelsAreLettersAndDigitsAndCountOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let labels = try await engine.call("users.updateLabels", ["userId": "ann", "labels": ["a", "B1", "a"]])
            #expect(labels["labels"] == ["a", "B1"])
            let many = JSON((0..<1000).map { "l\($0)" })
            #expect(try await engine.call("users.updateLabels", ["userId": "ann", "labels": many])["labels"] == many)
            let cases: [(JSON, String)] = [
                (["a-b"], "labels[0]"), (["ok", ""], "labels[1]"),
                ([.string(String(repeating: "x", count: 37))], "labels[0]"),
                (JSON((0..<1001).map { "l\($0)" }), "labels"),
            ]
            for (labels, argument) in cases {
                #expect(
                    try await engine.refusal("users.updateLabels", ["userId": "ann", "labels": labels])
                        == Refusal("general_argument_invalid", 400, argument)
                )
            }
        }
    }

    @Test(arguments: Backend.available)
    func preferencesAreAnyObjectOfUpTo64KB(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            #expect(try await engine.call("users.getPrefs", ["userId": "ann"]) == [:])
            let prefs: JSON = ["theme": "dark", "size": 9_007_199_254_740_993, "of": [1, nil, ["x": true]]]
            #expect(try await engine.call("users.updatePrefs", ["userId": "ann", "prefs": prefs]) == prefs)
            #expect(try await engine.call("users.getPrefs", ["userId": "ann"]) == prefs)
            #expect(try await engine.call("users.get", ["userId": "ann"])["prefs"] == prefs)
            #expect(try await engine.events().last?.name == "users.ann.update.prefs")
            let large: JSON = ["x": .string(String(repeating: "x", count: 65_536 - 7))]
            #expect(
                try await engine.refusal("users.updatePrefs", ["userId": "ann", "prefs": large])
                    == Refusal("general_argument_invalid", 400, "prefs")
            )
            #expect(
                try await engine.refusal("users.updatePrefs", ["userId": "ann", "prefs": [1]])
                    == Refusal("general_argument_invalid", 400, "prefs")
            )
        }
    }

    @Test(arguments: Backend.available)
    func whoIsNotThereIsNotFound(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let arguments: JSONObject = [
                "userId": "x", "name": "x", "email": "", "number": "", "status": true, "labels": [], "prefs": [:],
                "impersonator": true, "emailVerification": true, "phoneVerification": true, "sessionId": "x",
                "targetId": "x", "providerType": "email", "identifier": "x@example.org", "mfa": true, "type": "totp",
                "challengeId": "x", "password": "12345678",
            ]
            for operation in engine.engine.catalog.operations where operation.service == "users" {
                guard operation.path.contains(":userId") else { continue }
                let own = arguments.members.filter { argument in
                    operation.parameters.contains { $0.name == argument.key }
                }
                let refusal = try await engine.refusal(operation.id, JSONObject(own))
                #expect(refusal == Refusal("user_not_found", 404, "userId"), "\(operation.id)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func onlyKeysManageUsers(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            for operation in engine.engine.catalog.operations where operation.service == "users" {
                // Whether somebody is an impersonator is found out after the arguments were read.
                let arguments: JSONObject = operation.id == "users.get" ? ["userId": "ann"] : [:]
                for actor in [Actor.guest, .user("ann")] {
                    let refusal = try await engine.refusal(operation.id, arguments, as: actor)
                    #expect(refusal == Refusal("general_unauthorized_scope", 401), "\(operation.id) as \(actor)")
                }
            }
        }
    }
}
