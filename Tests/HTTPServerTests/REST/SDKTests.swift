import Testing
import Values

@testable import HTTPServer

@Suite("What SDKs rely on")
struct SDKTests {
    private static let table = "/v1/tablesdb/shop/tables/notes"

    @Test("an answer without a body has a type, which is not JSON")
    func emptyAnswersHaveAType() async throws {
        try await withFront { front in
            let key = "X-Appwrite-Key: \(try await front.makeTable())"
            _ = try await front.send("POST", Self.table + "/rows", [key], #"{"rowId":"r","data":{}}"#)
            let gone = try await front.send("DELETE", Self.table + "/rows/r", [key])
            #expect(gone?.status == 204)
            #expect(gone?.field("content-type") == "text/plain; charset=utf-8")
        }
    }

    @Test("words of a list of words may be written in other letters")
    func wordsHaveNoCase() async throws {
        try await withFront { front in
            _ = try await front.makeTable()
            let scopes: JSON = ["tables.write"]
            let key = try await front.run("project.createKey", ["keyId": "w", "name": "W", "scopes": scopes])
            let field = "X-Appwrite-Key: \(key["secret"]?.string ?? "")"
            let body = #"{"key":"byTitle","type":"KEY","columns":["title"],"orders":["asc"]}"#
            let index = try await front.send("POST", Self.table + "/indexes", [field], body)
            #expect(index?.status == 202)
            #expect(index?.json["type"] == "key")
            #expect(index?.json["orders"] == ["ASC"])
            let wrong = #"{"key":"other","type":"keys","columns":["title"]}"#
            let refused = try await front.send("POST", Self.table + "/indexes", [field], wrong)
            #expect(refused?.json["type"] == "general_argument_invalid")
        }
    }

    @Test("a relationship is changed at the path of today's SDKs too", arguments: ["tablesdb", "databases"])
    func relationshipsHaveAnotherPath(_ service: String) async throws {
        try await withFront { front in
            _ = try await front.makeTable()
            try await front.run(
                "tablesDB.createRelationshipColumn",
                [
                    "databaseId": "shop", "tableId": "notes", "relatedTableId": "notes", "type": "oneToMany",
                    "key": "parts",
                ]
            )
            let scopes: JSON = ["tables.write", "collections.write"]
            let key = try await front.run("project.createKey", ["keyId": "w", "name": "W", "scopes": scopes])
            let path =
                service == "databases"
                ? "/v1/databases/shop/collections/notes/attributes/relationship/parts"
                : Self.table + "/columns/relationship/parts"
            let field = "X-Appwrite-Key: \(key["secret"]?.string ?? "")"
            let changed = try await front.send("PATCH", path, [field], #"{"onDelete":"cascade"}"#)
            #expect(changed?.status == 200)
            #expect(changed?.json["onDelete"] == "cascade")
        }
    }

    @Test("a call that a limit binds tells what is left, whatever becomes of it")
    func failuresTellTheLimit() async throws {
        try await withFront(limitsRates: true) { front in
            let body = #"{"email":"nobody@example.com","password":"wrong password"}"#
            for left in ["9", "8"] {
                let answer = try await front.send("POST", "/v1/account/sessions/email", [], body)
                #expect(answer?.status == 401)
                #expect(answer?.field("x-ratelimit-limit") == "10")
                #expect(answer?.field("x-ratelimit-remaining") == left)
                #expect(answer?.field("retry-after") == nil)
            }
        }
    }

    @Test("X-Appwrite-Timestamp keeps a row that has changed since")
    func oldMomentsConflict() async throws {
        try await withFront { front in
            let key = "X-Appwrite-Key: \(try await front.makeTable())"
            let made = try await front.send("POST", Self.table + "/rows", [key], #"{"rowId":"r","data":{"rank":1}}"#)
            let moment = made?.json["$updatedAt"]?.string ?? ""
            let body = #"{"data":{"rank":2}}"#
            func change(_ moment: String) async throws -> RawConnection.Answer? {
                try await front.send("PATCH", Self.table + "/rows/r", [key, "X-Appwrite-Timestamp: \(moment)"], body)
            }
            let late = try await change("2020-01-01T00:00:00.000+00:00")
            #expect(late?.status == 409)
            #expect(late?.json["type"] == "row_update_conflict")
            let inTime = try await change(moment)
            #expect(inTime?.json["rank"] == 2)
            let unreadable = try await change("yesterday")
            #expect(unreadable?.status == 400)
            #expect(unreadable?.json["type"] == "general_argument_invalid")
        }
    }
}
