import Testing
import Values

@testable import Engine

@Suite("Mails about new sessions")
struct SessionAlertTests {
    private static let firefox = Client(
        ip: "203.0.113.7",
        userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0"
    )

    private func alerts(_ engine: TestEngine) async throws -> [JSON] {
        let queries: JSON = .array([query("equal", "purpose", "session-alert")])
        return try await engine.call("outbox.list", ["queries": queries])["messages"]?.array ?? []
    }

    @Test(arguments: Backend.available)
    func goOutForEachButTheFirst(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            _ = try await engine.signIn("ann")
            _ = try await engine.signIn("ann")
            #expect(try await alerts(engine) == [])
            try await engine.call("project.updateSessionAlertPolicy", ["enabled": true])
            let invocation = Invocation(
                "account.createEmailPasswordSession",
                TestEngine.login("ann"),
                as: .guest,
                from: Self.firefox
            )
            let session = try JSON(parsing: try await engine.engine.execute(invocation).encoded)
            let mail = try #require(try await alerts(engine).first)
            #expect(mail["recipient"] == "ann@example.org")
            #expect(mail["userId"] == "ann")
            #expect(
                mail["details"]
                    == [
                        "sessionId": session["$id"] ?? .null, "ip": "203.0.113.7",
                        "device": "Firefox 120.0 on Windows 10",
                    ]
            )
            let lines = mail["body"]?.string?.split(separator: "\n").dropFirst().prefix(2)
            #expect(lines == ["Device: Firefox 120.0 on Windows 10", "Address: 203.0.113.7"])
            try await engine.signUp("ben")
            _ = try await engine.signIn("ben")
            #expect(try await alerts(engine).count == 1)
            _ = try await engine.signIn("ben")
            #expect(try await alerts(engine).map { $0["userId"] } == ["ann", "ben"])
        }
    }

    @Test(arguments: Backend.available)
    func areNotForThoseWhoHaveJustReadTheirMail(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.updateSessionAlertPolicy", ["enabled": true])
            try await engine.signUp("ann")
            _ = try await engine.signIn("ann")
            for operation in ["account.createMagicURLToken", "account.createEmailToken"] {
                let mail: JSONObject = ["userId": "ann", "email": "ann@example.org"]
                let secret = try await engine.call(operation, mail)["secret"] ?? ""
                try await engine.call("account.createSession", ["userId": "ann", "secret": secret], as: .guest)
            }
            try await engine.call("users.createSession", ["userId": "ann"])
            #expect(try await alerts(engine) == [])
            // A phone is another matter.
            try await engine.call("users.updatePhone", ["userId": "ann", "number": "+14155550123"])
            let phone: JSONObject = ["userId": "ann", "phone": "+14155550123"]
            let secret = try await engine.call("account.createPhoneToken", phone)["secret"] ?? ""
            try await engine.call("account.createSession", ["userId": "ann", "secret": secret], as: .guest)
            #expect(try await alerts(engine).count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func needAnAddress(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.updateSessionAlertPolicy", ["enabled": true])
            try await engine.call("users.create", ["userId": "ann", "phone": "+14155550123"])
            for _ in 0..<2 {
                let phone: JSONObject = ["userId": "ann", "phone": "+14155550123"]
                let secret = try await engine.call("account.createPhoneToken", phone)["secret"] ?? ""
                try await engine.call("account.createSession", ["userId": "ann", "secret": secret], as: .guest)
            }
            #expect(try await alerts(engine) == [])
        }
    }
}
