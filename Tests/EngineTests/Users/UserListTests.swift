import Testing
import Values

@testable import Engine

@Suite("Lists of users")
struct UserListTests {
    @Test(arguments: Backend.available)
    func filtersSearchesAndPages(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org", name: "Ann Lee")
            engine.clock.advance(milliseconds: 1000)
            try await engine.makeUser("bob", email: "bob@example.com", phone: "+14155550123", name: "Bob")
            engine.clock.advance(milliseconds: 1000)
            try await engine.makeUser("cleo", name: "Cleo LEE")
            try await engine.call("users.updateLabels", ["userId": "bob", "labels": ["vip", "staff"]])
            try await engine.call("users.updateStatus", ["userId": "cleo", "status": false])
            try await engine.call("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            let cases: [(queries: [JSON], search: String?, ids: [JSON])] = [
                ([], nil, ["ann", "bob", "cleo"]),
                ([], "LEE", ["ann", "cleo"]),
                ([], "example.com", ["bob"]),
                ([], "+1415", ["bob"]),
                ([], "cleo", ["cleo"]),
                ([query("equal", "email", "bob@example.com")], nil, ["bob"]),
                ([query("equal", "phone", "+14155550123")], nil, ["bob"]),
                ([query("equal", "name", "Bob", "Ann Lee")], nil, ["ann", "bob"]),
                ([query("equal", "status", false)], nil, ["cleo"]),
                ([query("contains", "labels", "vip")], nil, ["bob"]),
                ([query("equal", "emailVerification", true)], nil, ["ann"]),
                ([query("equal", "phoneVerification", true)], nil, []),
                ([query("equal", "impersonator", false)], "bob", ["bob"]),
                ([query("isNull", "email")], nil, ["cleo"]),
                ([query("isNull", "passwordUpdate")], "lee", ["ann", "cleo"]),
                ([query("greaterThan", "registration", "2026-11-22T08:00:00.500+00:00")], nil, ["bob", "cleo"]),
                ([query("lessThan", "accessedAt", "2026-11-22T08:00:00.500+00:00")], nil, ["ann"]),
                ([query("orderDesc", "name")], nil, ["cleo", "bob", "ann"]),
                ([query("cursorAfter", nil, "ann"), query("limit", nil, 1)], nil, ["bob"]),
                ([query("offset", nil, 2)], nil, ["cleo"]),
            ]
            for (queries, search, ids) in cases {
                var arguments: JSONObject = ["queries": .array(queries)]
                if let search { arguments["search"] = .string(search) }
                let answer = try await engine.call("users.list", arguments)
                #expect(answer["users"]?.each("$id") == ids, "\(queries) \(search ?? "")")
            }
            #expect(try await engine.call("users.list", ["total": false])["total"] == 0)
            #expect(try await engine.call("users.list", ["queries": [query("limit", nil, 1)]])["total"] == 3)
        }
    }

    @Test(arguments: Backend.available)
    func anItemIsWhatGetAnswers(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for id in ["ann", "bob"] {
                try await engine.makeUser(
                    id,
                    email: "\(id)@example.org",
                    phone: "+1415555012\(id.count + (id == "bob" ? 1 : 0))"
                )
            }
            let users = try #require(try await engine.call("users.list")["users"]?.array)
            for user in users { #expect(try await engine.call("users.get", ["userId": user["$id"]!]) == user) }
        }
    }

    @Test(arguments: Backend.available)
    func searchFollowsChanges(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org", name: "Ann")
            try await engine.call("users.updateName", ["userId": "ann", "name": "Zoë"])
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "zoe@example.org"])
            try await engine.call("users.updatePhone", ["userId": "ann", "number": "+4930123456"])
            for (search, count) in [("zoë", 1), ("zoe@", 1), ("4930", 1), ("ann@", 0), ("ann", 1)] as [(String, Int64)]
            {
                let answer = try await engine.call("users.list", ["search": .string(search)])
                #expect(answer["total"] == .int(count), "\(search)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func fieldsThatAreNoneAreRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for field in ["hash", "password", "stamp", "search", "prefs", "nam"] {
                let refusal = try await engine.refusal("users.list", ["queries": [query("equal", field, "x")]])
                #expect(refusal == Refusal("general_query_invalid", 400, "queries"), "\(field)")
            }
        }
    }
}
