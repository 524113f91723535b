import Catalog
import Testing
import Values

@Suite("Declared rate limits")
struct RateLimitDeclarationTests {
    /// As the reference has them: calls, seconds, keys, and `!` where a success resets them.
    private static let reference: [String: String] = [
        "account.create": "10/3600 url+ip",
        "account.createAnonymousSession": "50/3600 ip",
        "account.createEmailPasswordSession": "10/3600 url+:email !",
        "account.createEmailToken": "10/3600 url+:email, url+ip",
        "account.createEmailVerification": "10/3600 url+userId",
        "account.createJWT": "120/60 url+userId",
        "account.createMFAChallenge": "10/3600 url+userId",
        "account.createMagicURLToken": "60/3600 url+:email, url+ip",
        "account.createOAuth2Session": "50/3600 ip",
        "account.createOAuth2Token": "50/3600 ip",
        "account.createPhoneToken": "10/3600 url+:phone, url+ip",
        "account.createPhoneVerification": "10/3600 url+userId, url+ip",
        "account.createRecovery": "10/3600 url+:email, url+ip",
        "account.createSession": "10/3600 ip+:userId !",
        "account.deleteSession": "100/3600 url+ip",
        "account.deleteSessions": "100/3600 url+ip",
        "account.getSessionsOAuth2Redirect": "50/3600 ip",
        "account.updateEmailVerification": "10/3600 url+:userId",
        "account.updateMFAChallenge": "10/3600 url+:challengeId",
        "account.updateMagicURLSession": "10/3600 ip+:userId !",
        "account.updatePassword": "10/3600 url+ip",
        "account.updatePhoneSession": "10/3600 ip+:userId",
        "account.updatePhoneVerification": "10/3600 :userId",
        "account.updateRecovery": "10/3600 url+:userId",
        "account.updateSession": "10/3600 url+ip",
        "console.getResource": "120/60 url+userId",
        "teams.createMembership": "10/3600 url+ip",
        "tablesDB.createRow": "120/60 ip+method+url+userId",
        "tablesDB.createRows": "120/60 ip+method+url+userId",
        "tablesDB.decrementRowColumn": "120/60 ip+method+url+userId",
        "tablesDB.deleteRow": "60/60 ip+method+url+userId",
        "tablesDB.deleteRows": "60/60 ip+method+url+userId",
        "tablesDB.incrementRowColumn": "120/60 ip+method+url+userId",
        "tablesDB.updateRow": "120/60 ip+method+url+userId",
        "tablesDB.updateRows": "120/60 ip+method+url+userId",
        "tablesDB.upsertRow": "120/60 ip+method+url+userId",
        "tablesDB.upsertRows": "120/60 ip+method+url+userId",
    ]

    @Test func areThoseOfTheReference() {
        for operation in Catalog.embedded.operations {
            #expect(operation.rateLimit?.text == Self.reference[operation.implementation], "\(operation.id)")
        }
    }

    @Test func pathsAreTheSameInOtherWords() throws {
        let arguments: JSONObject = ["databaseId": "d", "tableId": "t", "rowId": "a b"]
        for id in ["tablesDB.updateRow", "databases.updateDocument"] {
            #expect(try operation(id).filledPath(arguments) == "/v1/tablesdb/d/tables/t/rows/a b")
        }
        #expect(try operation("account.create").filledPath([:]) == "/v1/account")
    }

    @Test func malformedOnesAreRefusedAtTheStart() async {
        await #expect(processExitsWith: .failure) { declare(#"{"limit": 0}"#) }
        await #expect(processExitsWith: .failure) { declare(#"{"limit": 7, "seconds": 60}"#) }
        await #expect(processExitsWith: .failure) { declare(#"{"limit": 10, "key": [["ip"]]}"#) }
        await #expect(processExitsWith: .failure) { declare(#"{"limit": 10, "keys": [[]]}"#) }
        await #expect(processExitsWith: .failure) { declare(#"{"limit": 10, "keys": [["host"]]}"#) }
        await #expect(processExitsWith: .failure) { declare(#"{"limit": 10, "keys": [[":name"]]}"#) }
        await #expect(processExitsWith: .success) { declare(#"{"limit": 10, "keys": [["url", ":id"]]}"#) }
    }
}

/// Loads a catalog of one operation with this limit.
private func declare(_ limit: String) {
    let text = """
        {"services": {"s": {"summary": "S", "noun": "s"}}, "parameters": {}, "secrets": {},
         "search": {"questions": {}, "right": "right", "unknownNoun": "row", "verbs": {}, "synonyms": {}},
         "operations": [{"id": "s.get", "summary": "S", "description": "S", "method": "GET", "path": "/v1/s/:id",
          "effect": "read", "status": 200, "model": "none", "rateLimit": \(limit), "parameters": [
           {"name": "id", "in": "path", "type": "id", "required": true, "description": "I"},
           {"name": "name", "type": "string", "description": "N"}]}]}
        """
    _ = Catalog(try! JSON(parsing: Array(text.utf8)))
}

extension RateLimit {
    fileprivate var text: String {
        let keys = keys.map { key in
            key.map { part in
                switch part {
                case .url: "url"
                case .ip: "ip"
                case .method: "method"
                case .user: "userId"
                case .argument(let name): ":\(name)"
                }
            }.joined(separator: "+")
        }
        return "\(calls)/\(seconds) \(keys.joined(separator: ", "))\(resetsOnSuccess ? " !" : "")"
    }
}
