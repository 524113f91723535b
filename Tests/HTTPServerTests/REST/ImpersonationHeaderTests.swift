import Testing
import Values

@testable import HTTPServer

@Suite("Acting as another user over HTTP")
struct ImpersonationHeaderTests {
    private static let id = "X-Appwrite-Impersonate-User-Id: ann"

    @Test("a header names the user as whom an impersonator acts")
    func namesAUser() async throws {
        try await withFront { front in
            let session = "X-Appwrite-Session: \(try await front.signUp("op"))"
            let ann = "X-Appwrite-Session: \(try await front.signUp("ann"))"
            try await front.run("users.updatePhone", ["userId": "ann", "number": "+15550101"])
            let before = try await front.send("GET", "/v1/account", [session, Self.id])
            #expect(before?.status == 401)
            #expect(before?.json["type"] == "user_unauthorized")
            try await front.run("users.updateImpersonator", ["userId": "op", "impersonator": true])
            let names = [
                Self.id, "X-Appwrite-Impersonate-User-Email: ann@example.org",
                "X-Appwrite-Impersonate-User-Phone: +15550101",
            ]
            for name in names {
                let answer = try await front.send("GET", "/v1/account", [session, name])
                #expect(answer?.json["$id"] == "ann", "\(name)")
                #expect(answer?.json["impersonatorUserId"] == "op")
            }
            let jwt = try await front.send("POST", "/v1/account/jwts", [session], "{}")
            let token = "X-Appwrite-JWT: \(jwt?.json["jwt"]?.string ?? "")"
            #expect(try await front.send("GET", "/v1/account", [token, Self.id])?.json["impersonatorUserId"] == "op")
            let both = try await front.send("GET", "/v1/account", [session, names[0], names[1]])
            #expect(both?.status == 400)
            let unknown = try await front.send("GET", "/v1/account", [session, "X-Appwrite-Impersonate-User-Id: bob"])
            #expect(unknown?.json["type"] == "user_not_found")
            #expect(try await front.send("GET", "/v1/account", [ann, Self.id])?.status == 401)
        }
    }

    @Test("a key can't, and whoever has not signed in remains a guest")
    func isForUsers() async throws {
        try await withFront { front in
            let key = "X-Appwrite-Key: \(try await front.makeTable())"
            _ = try await front.signUp("ann")
            let users = try await front.send("GET", "/v1/users", [key, Self.id])
            #expect(users?.status == 401)
            #expect(users?.json["type"] == "user_unauthorized")
            let login = #"{"email":"ann@example.org","password":"correct horse"}"#
            let session = try await front.send("POST", "/v1/account/sessions/email", [Self.id], login)
            #expect(session?.status == 201)
            let ended = try await front.send("GET", "/v1/account", ["X-Appwrite-Session: nothing", Self.id])
            #expect(ended?.json["type"] == "general_unauthorized_scope")
        }
    }
}
