import Testing
import Values

@testable import Engine

@Suite("Queries on what events tell")
struct EventQueryTests {
    private static let payload: JSON = [
        "n": 1, "x": 1.5, "whole": 1.0, "s": "b", "yes": true, "none": nil, "list": ["a"], "big": 9_007_199_254_740_993,
    ]

    private static func matches(_ queries: JSON...) throws -> Bool {
        try EventQueries(parsing: queries).match(payload)
    }

    @Test(arguments: [
        query("equal", "n", 1), query("equal", "n", 2, 1), query("equal", "s", "b"), query("equal", "yes", true),
        query("equal", "none", nil), query("equal", "x", 1.5), query("equal", "whole", 1.0),
        query("equal", "list", ["a"]), query("notEqual", "n", 2), query("notEqual", "n", 2, 3),
        query("notEqual", "n", "1"), query("notEqual", "n", 1.0), query("lessThan", "n", 2),
        query("lessThan", "n", 1.5),
        query("lessThan", "n", 0, 2), query("lessThan", "s", "c"), query("lessThanEqual", "n", 1),
        query("lessThanEqual", "n", 1.0), query("greaterThan", "x", 1), query("greaterThan", "s", "a"),
        query("greaterThan", "big", 9_007_199_254_740_992.0), query("greaterThanEqual", "whole", 1),
        query("lessThan", "n", 1e300), query("greaterThan", "n", -1e300), query("isNull", "none"),
        query("isNotNull", "n"), query("select", nil, "*"),
        query("or", nil, query("equal", "n", 9), query("equal", "s", "b")),
        query("and", nil, query("equal", "n", 1), query("equal", "s", "b")),
        query("or", nil, query("isNull", "missing"), query("isNull", "none")),
    ])
    func thatHold(query: JSON) throws {
        #expect(try Self.matches(query))
        #expect(try Self.matches(.string(query.text)))
    }

    @Test(arguments: [
        query("equal", "n", "1"), query("equal", "n", 1.0), query("equal", "whole", 1), query("equal", "yes", 1),
        query("equal", "s", "B"), query("equal", "none", ""), query("equal", "list", "a"), query("equal", "n", 2, 3),
        query("notEqual", "n", 1), query("notEqual", "n", 2, 1), query("lessThan", "n", 1), query("lessThan", "n", "2"),
        query("lessThan", "s", 7), query("lessThan", "none", 1), query("lessThan", "yes", true),
        query("greaterThan", "n", 1, 2), query("greaterThan", "list", "a"), query("greaterThanEqual", "none", nil),
        query("greaterThan", "n", 1e300), query("lessThan", "big", 9_007_199_254_740_992.0), query("isNull", "n"),
        query("isNotNull", "none"), query("isNull", "missing"), query("isNotNull", "missing"),
        query("notEqual", "missing", 1), query("equal", "missing", nil),
        query("or", nil, query("equal", "n", 9), query("notEqual", "missing", 1)),
        query("and", nil, query("equal", "n", 1), query("equal", "s", "x")),
    ])
    func thatDoNotHold(query: JSON) throws {
        #expect(!(try Self.matches(query)))
    }

    @Test func allOfThemMustHold() throws {
        #expect(try Self.matches(query("equal", "n", 1), query("equal", "s", "b")))
        #expect(!(try Self.matches(query("equal", "n", 1), query("equal", "s", "x"))))
        #expect(try Self.matches())
    }

    @Test func textsAreComparedByTheirBytes() throws {
        let payload: JSON = ["s": "e\u{301}"]
        #expect(!(try EventQueries(parsing: [query("equal", "s", "é")]).match(payload)))
        #expect(try EventQueries(parsing: [query("equal", "s", "e\u{301}")]).match(payload))
        #expect(try EventQueries(parsing: [query("lessThan", "s", "é")]).match(payload))
    }

    @Test(arguments: [JSON.null, [], "x", 7]) func payloadsWithoutMembersMatchNoQuery(payload: JSON) throws {
        #expect(!(try EventQueries(parsing: [query("isNull", "a")]).match(payload)))
        #expect(EventQueries.all.match(payload))
    }

    @Test(arguments: [
        "x", "{}", "[]", "7", #"{"method":7}"#, #"{"method":"equal"}"#, #"{"method":"equal","attribute":"a"}"#,
        #"{"method":"limit","values":[1]}"#, #"{"method":"orderAsc","attribute":"a"}"#,
        #"{"method":"cursorAfter","values":["r"]}"#, #"{"method":"contains","attribute":"a","values":["x"]}"#,
        #"{"method":"between","attribute":"a","values":[1,2]}"#,
        #"{"method":"startsWith","attribute":"a","values":["x"]}"#,
        #"{"method":"search","attribute":"a","values":["x"]}"#, #"{"method":"select","values":["a"]}"#,
        #"{"method":"select","values":["*","a"]}"#, #"{"method":"regex","attribute":"a","values":["(a+)+$"]}"#,
        #"{"method":"or","values":[{"method":"equal","attribute":"a","values":[1]},{"method":"contains","attribute":"a","values":["x"]}]}"#,
        #"{"method":"and","values":[{"method":"select","values":["*"]},{"method":"isNull","attribute":"a"}]}"#,
        #"{"method":"or","values":[]}"#, #"{"method":"and","values":[7,8]}"#,
    ])
    func whatEventsCanNotBeAsked(text: String) throws {
        #expect {
            try EventQueries(parsing: [.string(text)])
        } throws: { error in
            guard let error = error as? AppError else { return false }
            return error.code == .realtimeMessageFormatInvalid && error.message.hasPrefix("Invalid query: ")
        }
    }

    @Test func theyAreToldInOneForm() throws {
        let queries = try EventQueries(parsing: [
            #"{"values":1,"attribute":"n","method":"equal"}"#, #"{ "method": "isNull", "attribute": "a" }"#,
            ["method": "or", "attribute": "", "values": [query("isNull", "a"), query("equal", "b", 1)]],
        ])
        #expect(
            queries.texts == [
                #"{"method":"equal","attribute":"n","values":[1]}"#,
                #"{"method":"isNull","attribute":"a","values":[]}"#,
                #"{"method":"or","values":[{"method":"isNull","attribute":"a","values":[]},{"method":"equal","attribute":"b","values":[1]}]}"#,
            ]
        )
    }

    @Test func whichValuesAnEventMustHave() throws {
        func gates(_ queries: JSON...) throws -> Set<QueryGate> { Set(try EventQueries(parsing: queries).gates) }
        func gate(_ field: String, _ value: JSON) -> QueryGate { QueryGate(field, value)! }
        #expect(try gates(query("equal", "a", 1, 2), query("equal", "b", "x")) == [gate("b", "x")])
        #expect(try gates(query("equal", "a", 1, 2), query("isNull", "b")) == [gate("a", 1), gate("a", 2)])
        #expect(try gates(query("equal", "a", 1, ["x"])) == [])
        #expect(try gates(query("equal", "a", 1, 2, 3, 4, 5)) == [])
        #expect(try gates(query("notEqual", "a", 1)) == [])
        #expect(try gates(query("or", nil, query("equal", "a", 1), query("equal", "a", 2))) == [])
        #expect(try gates(query("equal", "a", 1), query("select", nil, "*")) == [])
    }
}
