import Testing
import Values

@Suite("A malformed query is refused in words that help")
struct QueryRefusalTests {
    @Test(arguments: [
        (#"equal("a", ["b"])"#, "The query is not valid JSON: unexpected character at byte 0."),
        ("", "The query is not valid JSON: unexpected end at byte 0."),
        ("[]", "A query must be a JSON object, not an array."),
        (#""x""#, "A query must be a JSON object, not a string."),
        ("{}", #"A query must have a "method" that is a string."#),
        (#"{"method":1}"#, #"A query must have a "method" that is a string."#),
        (
            #"{"method":"equal","attribute":"a","value":[1]}"#,
            #"A query has no member "value"; it has method, attribute and values."#
        ),
        (
            #"{"method":"equal","attribute":1,"values":[1]}"#,
            #""attribute" of a query must be a string, not an integer."#
        ),
        (#"{"method":"equal","values":[1]}"#, #"Invalid query 'equal': "attribute" is missing."#),
        (#"{"method":"equal","attribute":"a"}"#, "Invalid query 'equal': it takes 1 to 500 values and got 0."),
        (
            #"{"method":"lessThan","attribute":"a","values":[1,2]}"#,
            "Invalid query 'lessThan': it takes exactly one value and got 2."
        ),
        (
            #"{"method":"between","attribute":"a","values":[1]}"#,
            "Invalid query 'between': it takes exactly 2 values and got 1."
        ),
        (#"{"method":"isNull","attribute":"a","values":[1]}"#, "Invalid query 'isNull': it takes no values and got 1."),
        (#"{"method":"limit","values":[0]}"#, "Invalid query 'limit': its value must be an integer of at least 1."),
        (#"{"method":"limit","values":["5"]}"#, "Invalid query 'limit': its value must be an integer of at least 1."),
        (
            #"{"method":"limit","values":[2147483648]}"#,
            "Invalid query 'limit': its value must be an integer of at least 1."
        ),
        (#"{"method":"offset","values":[-1]}"#, "Invalid query 'offset': its value must be an integer of at least 0."),
        (#"{"method":"limit"}"#, "Invalid query 'limit': it takes exactly one value and got 0."),
        (#"{"method":"cursorAfter","values":[""]}"#, "Invalid query 'cursorAfter': its value must be the id of a row."),
        (#"{"method":"cursorAfter","values":[3]}"#, "Invalid query 'cursorAfter': its value must be the id of a row."),
        (#"{"method":"select","values":[]}"#, "Invalid query 'select': it takes 1 to 500 values and got 0."),
        (#"{"method":"select","values":["a",1]}"#, "Invalid query 'select': select takes field names as strings."),
        (#"{"method":"select","values":["a","a"]}"#, "Invalid query 'select': select names 'a' twice."),
        (
            #"{"method":"select","values":["a.b.c.d.e"]}"#,
            "Invalid query 'select': select follows more than 3 relations in a row."
        ),
        (
            #"{"method":"select","values":["a.\#(String(repeating: "b", count: 147))"]}"#,
            "Invalid query 'select': select names a field of more than 148 characters."
        ),
        (
            #"{"method":"orderAsc","attribute":"a","values":[1]}"#,
            "Invalid query 'orderAsc': it takes no values and got 1."
        ),
        (
            #"{"method":"or","values":[{"method":"isNull","attribute":"a"}]}"#,
            "Invalid query 'or': it takes 2 to 100 values and got 1."
        ),
        (#"{"method":"or","values":[1,2]}"#, "Invalid query 'or': its values must be query objects."),
        (
            #"{"method":"and","values":[{"method":"isNull","attribute":"a"},{"method":"limit","values":[1]}]}"#,
            "Invalid query 'and': 'limit' is not a filter and can't stand inside it."
        ),
        (#"{"method":"count","attribute":"a"}"#, "Invalid query method: 'count'."),
        (#"{"method":"elemMatch","attribute":"a","values":[1]}"#, "Invalid query method: 'elemMatch'."),
    ])
    func withItsMessage(text: String, message: String) {
        let error = #expect(throws: AppError.self) {
            try Query(parsing: [#"{"method":"limit","values":[1]}"#, .string(text)])
        }
        #expect(error?.code == .generalQueryInvalid)
        #expect(error?.message == message)
        #expect(error?.argument == "queries[1]")
    }

    @Test func anUnknownMethodNamesItsNeighbours() {
        let near = #expect(throws: AppError.self) {
            try Query(parsing: [#"{"method":"eqaul","attribute":"a","values":[1]}"#])
        }
        #expect(near?.hint == "Did you mean equal?")
        let far = #expect(throws: AppError.self) { try Query(parsing: [#"{"method":"q","attribute":"a"}"#]) }
        #expect(far?.hint?.hasPrefix("Methods are equal, notEqual,") == true)
    }

    @Test func tooManyQueries() {
        let item: JSON = #"{"method":"isNull","attribute":"a"}"#
        let error = #expect(throws: AppError.self) { try Query(parsing: Array(repeating: item, count: 101)) }
        #expect(error?.message == "101 queries are too many; at most 100 are allowed.")
        #expect(error?.argument == "queries")
    }

    @Test func tooLongAQuery() {
        let text = #"{"method":"equal","attribute":"a","values":[""# + String(repeating: "x", count: 4096) + #""]}"#
        let error = #expect(throws: AppError.self) { try Query(parsing: [.string(text)]) }
        #expect(error?.message == "The query is longer than 4096 characters.")
    }

    @Test func tooManyOperands() {
        let operands = (0..<501).map { JSON.int(Int64($0)) }
        let error = #expect(throws: AppError.self) {
            try Query(parsing: [["method": "equal", "attribute": "a", "values": .array(operands)]])
        }
        #expect(error?.message == "Invalid query 'equal': it takes 1 to 500 values and got 501.")
    }

    @Test func tooDeepLogic() throws {
        let leaf: JSON = ["method": "isNull", "attribute": "a"]
        func nested(_ depth: Int) -> JSON {
            var query = leaf
            for _ in 0..<depth { query = ["method": "and", "values": [query, leaf]] }
            return query
        }
        _ = try Query(parsing: [nested(19)])
        let error = #expect(throws: AppError.self) { try Query(parsing: [nested(20)]) }
        #expect(error?.message == "Invalid query 'isNull': nested deeper than 20 levels.")
    }

    @Test func tooManyComparisonsInAll() {
        let leaf: JSON = ["method": "isNull", "attribute": "a"]
        let queries = (0..<5).map { _ -> JSON in
            ["method": "or", "values": .array(Array(repeating: leaf, count: 81))]
        }
        let error = #expect(throws: AppError.self) { try Query(parsing: queries) }
        #expect(
            error?.message
                == "The queries hold 405 comparisons with 0 operands; at most 400 with 10000 are allowed."
        )
        #expect(throws: Never.self) { try Query(parsing: Array(queries.prefix(4))) }
    }

    /// As an object a query is not bounded by its length as text.
    @Test func aPathOfAMillionPartsIsRefusedBeforeItIsTakenApart() {
        let name = "a" + String(repeating: ".a", count: 1_000_000)
        let error = #expect(throws: AppError.self) {
            try Query(parsing: [["method": "select", "values": [.string(name)]]])
        }
        #expect(error?.message == "Invalid query 'select': select follows more than 3 relations in a row.")
    }
}
