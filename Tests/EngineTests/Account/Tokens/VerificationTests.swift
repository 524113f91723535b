import Testing
import Values

@testable import Engine

@Suite("Verified addresses")
struct VerificationTests {
    @Test(arguments: Backend.available)
    func anEmailAddressIsVerifiedByItsLink(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let url: JSONObject = ["url": "http://localhost/verify"]
            let token = try await engine.call("account.createEmailVerification", url, as: ann)
            let id = token["$id"]?.string ?? ""
            #expect(token["secret"] == "")
            #expect(token["expire"] == "2026-11-22T09:00:00.000+00:00")
            #expect(try await engine.eventNames().last == "users.ann.verification.\(id).create")
            let secret = try await engine.newestSecret()
            #expect(secret.count == 256)
            let shown: JSONObject = ["userId": "ann", "secret": .string(secret)]
            let done = try await engine.call("account.updateEmailVerification", shown, as: .guest)
            #expect(done["$id"] == .string(id))
            #expect(try await engine.eventNames().last == "users.ann.verification.\(id).update")
            #expect(try await !engine.eventsTell(secret))
            #expect(try await engine.call("account.get", as: ann)["emailVerification"] == true)
            #expect(
                try await engine.refusal("account.updateEmailVerification", shown, as: .guest)
                    == Refusal("user_invalid_token", 401, "secret")
            )
            // Under its deprecated name.
            #expect(
                try await engine.refusal("account.createVerification", url, as: ann)
                    == Refusal("user_email_already_verified", 409)
            )
        }
    }

    @Test(arguments: Backend.available)
    func aPhoneNumberIsVerifiedByItsCode(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            #expect(
                try await engine.refusal("account.createPhoneVerification", as: ann)
                    == Refusal("user_phone_not_found", 400)
            )
            try await engine.call("users.updatePhone", ["userId": "ann", "number": "+14155550123"])
            try await engine.call("users.updatePhoneVerification", ["userId": "ann", "phoneVerification": false])
            let token = try await engine.call("account.createPhoneVerification", as: ann)
            #expect(token["expire"] == "2026-11-22T08:15:00.000+00:00")
            let code = try await engine.newestSecret()
            #expect(code.count == 6)
            #expect(try await engine.newestMessage()["kind"] == "sms")
            let shown: JSONObject = ["userId": "ann", "secret": .string(code)]
            // It opens nothing else.
            #expect(
                try await engine.refusal("account.createSession", shown, as: .guest)
                    == Refusal("user_invalid_token", 401, "secret")
            )
            try await engine.call("account.updatePhoneVerification", shown, as: ann)
            #expect(try await engine.call("account.get", as: ann)["phoneVerification"] == true)
            #expect(
                try await engine.refusal("account.createPhoneVerification", as: ann)
                    == Refusal("user_phone_already_verified", 409)
            )
        }
    }

    @Test(arguments: Backend.available)
    func aLinkIsForTheAddressItWasSentTo(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let url: JSONObject = ["url": "http://localhost/verify"]
            try await engine.call("account.createEmailVerification", url, as: ann)
            let shown: JSONObject = ["userId": "ann", "secret": .string(try await engine.newestSecret())]
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "new@example.org"])
            #expect(
                try await engine.refusal("account.updateEmailVerification", shown, as: .guest)
                    == Refusal("user_invalid_token", 401, "secret")
            )
            #expect(
                try await engine.refusal("account.createEmailVerification", url)
                    == Refusal("general_unauthorized_scope", 401, "as")
            )
        }
    }
}
