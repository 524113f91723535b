import Testing
import Values

@testable import Engine

@Suite("Rights that follow a user")
struct UserRightsTests {
    @Test(arguments: Backend.available)
    func aBlockedUserIsRefusedUntilItIsUnblocked(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"users\")"])
            try await engine.makeUser("ann")
            #expect(try await engine.on("listRows", as: .user("ann"))["total"] == 0)
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            #expect(try await engine.refusalOn("listRows", as: .user("ann")).type == "user_blocked")
            try await engine.call("users.updateStatus", ["userId": "ann", "status": true])
            #expect(try await engine.on("listRows", as: .user("ann"))["total"] == 0)
            try await engine.call("users.delete", ["userId": "ann"])
            #expect(try await engine.refusalOn("listRows", as: .user("ann")).type == "user_not_found")
        }
    }

    @Test(arguments: Backend.available)
    func aRoleComesAndGoesWithWhatGivesIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            try await engine.makeUser("ann", email: "ann@example.org", phone: "+14155550123")
            let grants: [(role: String, operation: String, on: JSONObject, off: JSONObject)] = [
                ("label:vip", "updateLabels", ["labels": ["vip"]], ["labels": ["other"]]),
                (
                    "users/verified", "updateEmailVerification", ["emailVerification": true],
                    ["emailVerification": false]
                ),
                (
                    "user:ann/verified", "updatePhoneVerification", ["phoneVerification": true],
                    ["phoneVerification": false]
                ),
                ("users/verified", "updateEmailVerification", ["emailVerification": true], [:]),
            ]
            for grant in grants {
                try await engine.on("updateTable", ["permissions": ["read(\"\(grant.role)\")"]])
                func may() async throws -> Bool {
                    do { _ = try await engine.on("listRows", as: .user("ann")) } catch let error as AppError {
                        #expect(error.code == .userUnauthorized)
                        return false
                    }
                    return true
                }
                #expect(try await !may(), "\(grant.role) before")
                let user: JSONObject = ["userId": "ann"]
                try await engine.call("users." + grant.operation, JSONObject(user.members + grant.on.members))
                #expect(try await may(), "\(grant.role) with it")
                if grant.off.isEmpty {
                    // A new address is not verified.
                    try await engine.call("users.updateEmail", ["userId": "ann", "email": "ann@example.com"])
                } else {
                    try await engine.call("users." + grant.operation, JSONObject(user.members + grant.off.members))
                }
                #expect(try await !may(), "\(grant.role) after")
            }
        }
    }
}
