import Catalog
import Testing
import Values

@testable import Engine

@Suite("Templates of mails")
struct MailTemplateTests {
    private func update(_ engine: TestEngine, _ arguments: JSONObject) async throws -> JSON {
        try await engine.call("project.updateEmailTemplate", arguments)
    }

    /// The mail that goes out when Ann signs in by a code, with the language of her call.
    private func code(_ engine: TestEngine, _ locale: String = "", phrase: Bool = false) async throws -> JSON {
        var client = Client()
        client.locale = locale
        let arguments: JSONObject = ["userId": "ann", "email": "ann@example.org", "phrase": .bool(phrase)]
        _ = try await engine.engine.execute(
            Invocation("account.createEmailToken", arguments, as: .guest, from: client)
        )
        return try await engine.newestMessage()
    }

    @Test(arguments: Backend.available)
    func areChangedListedAndGivenBack(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let named: JSONObject = ["templateId": "otpSession", "locale": "de"]
            let standard = try await engine.call("project.getEmailTemplate", named)
            #expect(standard["subject"] == "Your code")
            #expect(standard["locale"] == "de")
            #expect(standard["message"]?.string?.contains("{{otp}}") == true)
            #expect(try await engine.call("console.getEmailTemplate", named) == standard)
            let words: JSONObject = [
                "subject": "Dein Code", "message": "<p>{{otp}}</p>", "senderName": "Laden",
                "senderEmail": "laden@example.org", "replyToEmail": "hilfe@example.org", "replyToName": "Hilfe",
            ]
            let changed = try await update(engine, JSONObject(named.members + words.members))
            #expect(changed == .object(JSONObject(named.members + words.members)))
            #expect(try await engine.events().last?.name == "templates.otpSession.update")
            #expect(try await engine.call("project.getEmailTemplate", named) == changed)
            #expect(try await engine.call("console.getEmailTemplate", named) == standard)
            #expect(try await engine.call("project.listEmailTemplates") == ["total": 1, "templates": [changed]])
            let other = try await engine.call("project.getEmailTemplate", ["templateId": "otpSession"])
            #expect(other["subject"] == "Your code")
            #expect(other["locale"] == "en")
            // What is not named stays, null is the standard again.
            let less = try await update(
                engine,
                JSONObject(named.members + [("subject", .null), ("replyToName", .null)])
            )
            #expect(less["subject"] == "Your code")
            #expect(less["replyToName"] == "")
            #expect(less["message"] == "<p>{{otp}}</p>")
            let found = [query("equal", "templateId", "recovery")]
            #expect(try await engine.call("project.listEmailTemplates", ["queries": .array(found)])["total"] == 0)
            #expect(try await engine.call("project.deleteEmailTemplate", named) == standard)
            #expect(
                try await engine.refusal("project.deleteEmailTemplate", named)
                    == Refusal("project_template_default_deletion", 401, "templateId")
            )
        }
    }

    @Test(arguments: Backend.available)
    func mailsAreWrittenInThem(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("users.create", ["userId": "ann", "email": "ann@example.org", "name": "Ann <b>"])
            let plain = try await code(engine)
            #expect(plain["subject"] == "Your code")
            let secret = plain["details"]?["secret"]?.string ?? ""
            #expect(plain["body"]?.string?.hasPrefix("Your code to sign in is \(secret)\nIt is good until ") == true)
            #expect(plain["details"]?["html"] == nil)
            let words: JSONObject = [
                "templateId": "otpSession", "subject": "{{user}}, {{otp}}",
                "message": "<h1>{{project}}</h1><p>{{user}}: {{otp}}</p><p>Page: {{phrase}}</p>", "senderName": "Shop",
            ]
            _ = try await update(engine, words)
            let mail = try await code(engine)
            let otp = mail["details"]?["secret"]?.string ?? ""
            #expect(mail["subject"] == .string("Ann <b>, \(otp)"))
            #expect(mail["body"] == .string("default\nAnn <b>: \(otp)"))
            #expect(mail["details"]?["html"] == .string("<h1>default</h1><p>Ann &lt;b&gt;: \(otp)</p>"))
            #expect(mail["details"]?["senderName"] == "Shop")
            #expect(mail["recipient"] == "ann@example.org")
            let phrased = try await code(engine, phrase: true)
            let phrase = phrased["details"]?["phrase"]?.string ?? "?"
            #expect(phrased["body"]?.string?.hasSuffix("\nPage: \(phrase)") == true)
        }
    }

    @Test(arguments: Backend.available)
    func theCallSaysInWhichLanguage(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            for (locale, subject) in [("pt", "Pt"), ("pt-br", "Br"), ("en", "En")] {
                _ = try await update(
                    engine,
                    ["templateId": "otpSession", "locale": .string(locale), "subject": .string(subject)]
                )
            }
            for (locale, subject) in [
                ("pt-br", "Br"), ("PT_BR", "Br"), ("pt-pt", "Pt"), ("fr", "En"), ("", "En"), ("no such thing", "En"),
            ] {
                #expect(try await code(engine, locale)["subject"] == .string(subject), "\(locale)")
            }
        }
    }

    /// Each kind of mail takes its own template.
    @Test(arguments: Backend.available)
    func everyMailHasOne(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            for template in MailTemplate.allCases {
                let name = JSON.string(template.rawValue)
                _ = try await update(engine, ["templateId": name, "subject": name])
            }
            try await engine.call("project.updateSessionAlertPolicy", ["enabled": true])
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            _ = try await engine.signIn("ann")
            #expect(try await engine.newestMessage()["subject"] == "sessionAlert")
            func subject(_ operation: String, _ arguments: JSONObject, as actor: Actor) async throws -> JSON? {
                try await engine.call(operation, arguments, as: actor)
                return try await engine.newestMessage()["subject"]
            }
            let url: JSON = "http://localhost/done"
            let email: JSON = "ann@example.org"
            #expect(
                try await subject("account.createMagicURLToken", ["userId": "ann", "email": email], as: .guest)
                    == "magicSession"
            )
            #expect(
                try await subject("account.createRecovery", ["email": email, "url": url], as: .guest) == "recovery"
            )
            #expect(try await subject("account.createEmailVerification", ["url": url], as: ann) == "verification")
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: ann)
            let invitation: JSONObject = ["teamId": "red", "email": "bob@example.org", "roles": ["a"], "url": url]
            #expect(try await subject("teams.createMembership", invitation, as: ann) == "invitation")
            try await engine.call("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            #expect(try await subject("account.createMFAChallenge", ["factor": "email"], as: ann) == "mfaChallenge")
        }
    }

    @Test(arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            func refusal(_ arguments: JSONObject) async throws -> Refusal {
                try await engine.refusal("project.updateEmailTemplate", arguments)
            }
            let invalid = "general_argument_invalid"
            #expect(try await refusal(["templateId": "spam"]) == Refusal(invalid, 400, "templateId"))
            let cases: [(name: String, value: JSON)] = [
                ("locale", "german?"), ("subject", ""), ("subject", "a\r\nBcc: eve@example.org"), ("message", ""),
                ("senderName", "a\nb"), ("replyToName", "a\u{0}"), ("senderEmail", "nobody"),
                ("replyToEmail", "a b@c.d"),
            ]
            for (name, value) in cases {
                let arguments: JSONObject = ["templateId": "recovery", name: value]
                #expect(try await refusal(arguments) == Refusal(invalid, 400, name), "\(name)")
            }
            let kept = try await engine.call("project.listEmailTemplates")
            #expect(kept["total"] == 0)
        }
    }
}
