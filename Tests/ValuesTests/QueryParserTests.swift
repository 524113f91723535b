import Testing
import Values

@Suite("The query language is read into a tree")
struct QueryParserTests {
    private func parse(_ texts: String...) throws -> Query { try Query(parsing: texts.map { .string($0) }) }

    @Test(arguments: Comparison.allCases)
    func everyComparison(comparison: Comparison) throws {
        let values: [JSON] = Array(["x", "y"].prefix(comparison.operands.lowerBound))
        let text = JSON.object(["method": .string(comparison.rawValue), "attribute": "a", "values": .array(values)])
            .text
        #expect(try parse(text).filters == [.compare("a", comparison, values)])
    }

    @Test func severalOperands() throws {
        let query = try parse(#"{"method":"equal","attribute":"n","values":[1,2.5,"x",null,true]}"#)
        #expect(query.filters == [.compare("n", .equal, [1, 2.5, "x", nil, true])])
    }

    @Test func aScalarStandsForAListOfOne() throws {
        #expect(
            try parse(#"{"method":"equal","attribute":"n","values":7}"#).filters == [.compare("n", .equal, [7])]
        )
    }

    @Test(arguments: [
        #"{"method":"isNull","attribute":"n"}"#, #"{"method":"isNull","attribute":"n","values":[]}"#,
        #"{"method":"isNull","attribute":"n","values":null}"#,
    ])
    func noValuesInEveryForm(text: String) throws {
        #expect(try parse(text).filters == [.compare("n", .isNull, [])])
    }

    @Test func orders() throws {
        let query = try parse(
            #"{"method":"orderAsc","attribute":"a"}"#,
            #"{"method":"orderDesc","attribute":"b","values":[]}"#,
            #"{"method":"orderDesc"}"#,
            #"{"method":"orderAsc","attribute":""}"#
        )
        #expect(
            query.orders == [
                Query.Order("a"), Query.Order("b", descending: true), Query.Order("$sequence", descending: true),
                Query.Order("$sequence"),
            ]
        )
    }

    @Test func page() throws {
        let query = try parse(#"{"method":"limit","values":[25]}"#, #"{"method":"offset","values":[0]}"#)
        #expect(query.limit == 25)
        #expect(query.offset == 0)
        #expect(try parse(#"{"method":"cursorAfter","values":["r"]}"#).cursor == .after("r"))
        #expect(try parse(#"{"method":"cursorBefore","values":["r"]}"#).cursor == .before("r"))
        #expect(try parse(#"{"method":"cursorBefore","values":["r"]}"#).cursor?.id == "r")
    }

    @Test func theFirstCursorIsUsed() throws {
        let query = try parse(#"{"method":"cursorBefore","values":["a"]}"#, #"{"method":"cursorAfter","values":["b"]}"#)
        #expect(query.cursor == .before("a"))
    }

    @Test func selections() throws {
        #expect(try parse().select == nil)
        let query = try parse(#"{"method":"select","values":["a","$id"]}"#, #"{"method":"select","values":["b"]}"#)
        #expect(query.select == ["a", "$id", "b"])
    }

    @Test func logic() throws {
        let query = try parse(
            #"{"method":"or","values":[{"method":"equal","attribute":"a","values":[1]},{"method":"and","values":[{"method":"isNull","attribute":"b"},{"method":"lessThan","attribute":"c","values":[2]}]}]}"#
        )
        #expect(
            query.filters == [
                .or([
                    .compare("a", .equal, [1]),
                    .and([.compare("b", .isNull, []), .compare("c", .lessThan, [2])]),
                ])
            ]
        )
    }

    @Test func objectsServeAsWellAsTexts() throws {
        let query = try Query(parsing: [
            ["method": "equal", "attribute": "a", "values": [1]], #"{"method":"limit","values":[2]}"#,
        ])
        #expect(query.filters == [.compare("a", .equal, [1])])
        #expect(query.limit == 2)
    }

    @Test func theBoundsAreStillAllowed() throws {
        let item: JSON = #"{"method":"isNull","attribute":"a"}"#
        #expect(try Query(parsing: Array(repeating: item, count: 100)).filters.count == 100)
        let operands = (0..<500).map { JSON.int(Int64($0)) }
        #expect(
            try Query(parsing: [["method": "equal", "attribute": "a", "values": .array(operands)]]).filters.count == 1
        )
    }
}
