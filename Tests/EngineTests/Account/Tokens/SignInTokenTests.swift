import Testing
import Values

@testable import Engine

@Suite("Signing in by a secret that is sent")
struct SignInTokenTests {
    @Test(arguments: Backend.available)
    func aLinkMakesAUserAndSignsIn(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let token = try await engine.call(
                "account.createMagicURLToken",
                ["userId": "ann", "email": "Ann@Example.org", "url": "http://localhost/in", "phrase": true],
                as: .guest
            )
            #expect(
                token.without("$id", "phrase") == [
                    "$createdAt": "2026-11-22T08:00:00.000+00:00", "userId": "ann", "secret": "",
                    "expire": "2026-11-22T09:00:00.000+00:00",
                ]
            )
            let phrase = token["phrase"]?.string ?? ""
            #expect(phrase.split(separator: " ").count == 2)
            let id = token["$id"]?.string ?? ""
            #expect(try await engine.eventNames() == ["users.ann.create", "users.ann.tokens.\(id).create"])
            let message = try await engine.newestMessage()
            #expect(message["kind"] == "email")
            #expect(message["purpose"] == "magic-url")
            #expect(message["recipient"] == "ann@example.org")
            #expect(message["body"]?.string?.contains(phrase) == true)
            let secret = message["details"]?["secret"]?.string ?? ""
            #expect(secret.count == 64)
            #expect(
                message["details"]?["url"]
                    == .string(
                        "http://localhost/in?userId=ann&secret=\(secret)"
                            + "&expire=2026-11-22T09%3A00%3A00.000%2B00%3A00"
                    )
            )
            let shown: JSONObject = ["userId": "ann", "secret": .string(secret)]
            let session = try await engine.call("account.createSession", shown, as: .guest)
            #expect(session["provider"] == "magic-url")
            #expect(session["factors"] == ["email"])
            let begun = session["$id"]?.string ?? ""
            #expect(try await engine.eventNames().last == "users.ann.sessions.\(begun).create")
            let me = try await engine.call("account.get", as: .session(user: "ann", id: begun))
            #expect(me["emailVerification"] == true)
            let again = try await engine.refusal("account.createSession", shown, as: .guest)
            #expect(again == Refusal("user_invalid_token", 401, "secret"))
        }
    }

    @Test(arguments: Backend.available)
    func aCodeByMailIsForTheUserWhoHasTheAddress(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let token = try await engine.call(
                "account.createEmailToken",
                ["userId": "unique()", "email": "ann@example.org"],
                as: .guest
            )
            #expect(token["userId"] == "ann")
            #expect(token["phrase"] == "")
            #expect(token["expire"] == "2026-11-22T08:15:00.000+00:00")
            let code = try await engine.newestSecret()
            #expect(code.count == 6 && code.allSatisfy(\.isNumber))
            let wrong: JSONObject = ["userId": "ann", "secret": code == "000000" ? "000001" : "000000"]
            let invalid = Refusal("user_invalid_token", 401, "secret")
            #expect(try await engine.refusal("account.createSession", wrong, as: .guest) == invalid)
            let session = try await engine.call(
                "account.createSession",
                ["userId": "ann", "secret": .string(code)],
                as: .guest
            )
            #expect(session["provider"] == "email")
            try await engine.call("account.createEmailToken", ["userId": "x", "email": "ann@example.org"], as: .guest)
            let late: JSONObject = ["userId": "ann", "secret": .string(try await engine.newestSecret())]
            engine.clock.advance(milliseconds: 900_000)
            #expect(try await engine.refusal("account.createSession", late, as: .guest) == invalid)
        }
    }

    @Test(arguments: Backend.available)
    func aCodeBySMSSignsIn(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let phone: JSONObject = ["userId": "ann", "phone": "+14155550123"]
            try await engine.call("account.createPhoneToken", phone, as: .guest)
            let message = try await engine.newestMessage()
            #expect(message["kind"] == "sms")
            #expect(message["recipient"] == "+14155550123")
            let code = try await engine.newestSecret()
            #expect(message["body"] == .string("Your code to sign in is \(code)"))
            let session = try await engine.call(
                "account.updatePhoneSession",
                ["userId": "ann", "secret": .string(code)],
                as: .guest
            )
            #expect(session["provider"] == "phone")
            #expect(session["factors"] == ["phone"])
            #expect(try await engine.call("users.get", ["userId": "ann"])["phoneVerification"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func onlyKeysSeeTheSecretAndTheStoreHoldsNone(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let arguments: JSONObject = ["userId": "ann", "email": "ann@example.org"]
            let secret = try await engine.call("account.createMagicURLToken", arguments)["secret"]?.string ?? ""
            #expect(secret.count == 64)
            #expect(try await engine.newestSecret() == secret)
            #expect(try await !engine.eventsTell(secret))
            #expect(try await !backend.holds(secret, engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func aTokenOfTheProjectSignsIn(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            func redeem() async throws -> JSONObject {
                let secret = try await engine.call("users.createToken", ["userId": "ann"])["secret"] ?? ""
                return ["userId": "ann", "secret": secret]
            }
            let session = try await engine.call("account.createSession", try await redeem(), as: .guest)
            #expect(session["provider"] == "token")
            #expect(session["factors"] == ["token"])
            #expect(try await engine.call("users.get", ["userId": "ann"])["emailVerification"] == false)
            let twice = try await engine.refusal("account.createSession", try await redeem(), as: .user("ann"))
            #expect(twice == Refusal("user_session_already_exists", 401, "as"))
            let other = try await redeem()
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            let blocked = try await engine.refusal("account.createSession", other, as: .guest)
            #expect(blocked == Refusal("user_blocked", 403))
            let unknown = try await engine.refusal(
                "account.createSession",
                ["userId": "zoe", "secret": "123456"],
                as: .guest
            )
            #expect(unknown == Refusal("user_invalid_token", 401, "secret"))
        }
    }

    @Test(arguments: Backend.available)
    func aSecretIsNoUseOnceTheAddressHasChanged(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let arguments: JSONObject = ["userId": "ann", "email": "ann@example.org"]
            try await engine.call("account.createMagicURLToken", arguments, as: .guest)
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "new@example.org"])
            let shown: JSONObject = ["userId": "ann", "secret": .string(try await engine.newestSecret())]
            #expect(
                try await engine.refusal("account.updateMagicURLSession", shown, as: .guest)
                    == Refusal("user_invalid_token", 401, "secret")
            )
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "ann@example.org"])
            let session = try await engine.call("account.updateMagicURLSession", shown, as: .guest)
            #expect(session["provider"] == "magic-url")
        }
    }

    @Test(arguments: Backend.available)
    func linksLeadWhereTheOwnerSays(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            func arguments(_ url: String) -> JSONObject {
                ["userId": "ann", "email": "ann@example.org", "url": .string(url)]
            }
            let elsewhere = Refusal("general_argument_invalid", 400, "url")
            let addresses = [
                "https://app.example.org/in", "javascript://localhost/", "https://app.example.org\\@localhost",
            ]
            for url in addresses {
                let refused = try await engine.refusal("account.createMagicURLToken", arguments(url), as: .guest)
                #expect(refused == elsewhere)
            }
            let error = try await engine.error("account.createMagicURLToken", arguments(addresses[0]), as: .guest)
            #expect(error.hint?.contains("project.createWebPlatform") == true)
            #expect(try await engine.ids(in: IdentityTables.users) == [])
            try await engine.call(
                "project.createWebPlatform",
                ["platformId": "shop", "name": "Shop", "hostname": "*.shop.example"]
            )
            try await engine.call("account.createMagicURLToken", arguments("https://my.shop.example/in"), as: .guest)
            #expect(
                try await engine.newestMessage()["details"]?["url"]?.string?.hasPrefix("https://my.shop.example/in?")
                    == true
            )
            let beside = arguments("https://shop.example.evil/in")
            #expect(try await engine.refusal("account.createMagicURLToken", beside, as: .guest) == elsewhere)
            // It could send the mail itself.
            try await engine.call("account.createMagicURLToken", arguments("https://app.example.org/in?a=b"))
            let url = try await engine.newestMessage()["details"]?["url"]?.string ?? ""
            #expect(url.hasPrefix("https://app.example.org/in?a=b&userId=ann&secret="))
        }
    }

    @Test(arguments: Backend.available)
    func aDryRunTellsOfTheMail(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let dry = try await engine.answer(
                "account.createEmailToken",
                ["userId": "ann", "email": "ann@example.org"]
            ) { $0.isDryRun = true }
            let mail: JSON = ["kind": "mail", "action": "send", "target": "ann@example.org", "count": 1]
            #expect(dry["effects"]?.array?.contains(mail) == true)
            #expect(try await engine.call("outbox.list")["total"] == 0)
        }
    }
}
