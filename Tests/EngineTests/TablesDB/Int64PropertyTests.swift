import TestSupport
import Testing
import Values

@testable import Engine

@Suite("64-bit integers are exact on every path", .timeLimit(.minutes(5)))
struct Int64PropertyTests {
    /// Numbers over the whole range, many of them at its edges and where doubles begin to round.
    private func numbers(_ random: inout SplitMix64, _ count: Int) -> [Int64] {
        let edges: [Int64] = [
            .min, .min + 1, -9_007_199_254_740_993, -9_007_199_254_740_992, -4_294_967_296, -1, 0, 1, 2_147_483_648,
            9_007_199_254_740_991, 9_007_199_254_740_993, .max - 1, .max,
        ]
        var result = Set(edges)
        while result.count < count {
            let number = Int64(truncatingIfNeeded: random.next()) >> random.below(63)
            result.insert(random.once(in: 4) ? edges[random.below(edges.count)] &+ Int64(random.below(3)) : number)
        }
        return result.sorted()
    }

    @Test(arguments: Backend.available, [1, 2] as [UInt64])
    func storedListedAndCompared(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [
                    ["key": "n", "type": "integer"], ["key": "b", "type": "bigint"],
                    ["key": "l", "type": "bigint", "array": true],
                ],
                indexes: [["key": "n", "type": "key", "columns": ["n"]]]
            )
            var random = SplitMix64(seed: seed)
            let numbers = numbers(&random, 60)
            let rows = numbers.indices.map { index -> JSON in
                let number = numbers[index]
                return [
                    "$id": .string("r\(index)"), "n": .int(number), "b": .string(String(number)),
                    "l": [.int(number), .string(String(number))],
                ]
            }
            let made = try await engine.on("createRows", ["rows": .array(rows)])
            let expected = numbers.map { JSON.int($0) }
            #expect(made["rows"]?.each("n") == expected)
            #expect(made["rows"]?.each("b") == expected)
            #expect(made["rows"]?.each("l") == expected.map { [$0, $0] })
            for key in ["n", "b"] {
                let all = try await engine.on(
                    "listRows",
                    ["queries": [query("orderAsc", key), query("limit", nil, 100)]]
                )
                #expect(all["rows"]?.each(key) == expected)
                // From page to page, both ways.
                for method in ["orderAsc", "orderDesc"] {
                    var paged: [JSON] = []
                    var cursor: [JSON] = []
                    while true {
                        let queries = [query(method, key), query("limit", nil, 7)] + cursor
                        let page = try await engine.on("listRows", ["queries": .array(queries), "total": false])
                        let rows = page["rows"]?.array ?? []
                        guard let last = rows.last?["$id"] else { break }
                        paged += rows.map { $0[key] ?? .null }
                        cursor = [query("cursorAfter", nil, last)]
                    }
                    #expect(paged == (method == "orderAsc" ? expected : expected.reversed()), "\(key) \(method)")
                }
            }
            for (index, number) in numbers.enumerated() {
                func ids(_ method: String, _ values: JSON...) async throws -> Int {
                    let filter: JSON = ["method": .string(method), "attribute": "b", "values": .array(values)]
                    return try await engine.listed([filter, query("limit", nil, 100)]).count
                }
                let operand: JSON = random.once(in: 2) ? .int(number) : .string(String(number))
                #expect(try await engine.listed([query("equal", "n", .int(number))]) == ["r\(index)"], "\(number)")
                #expect(try await engine.listed([query("contains", "l", operand)]) == ["r\(index)"], "\(number)")
                #expect(try await ids("lessThan", operand) == index, "\(number)")
                #expect(try await ids("greaterThanEqual", operand) == numbers.count - index, "\(number)")
                #expect(try await ids("between", operand, .int(.max)) == numbers.count - index, "\(number)")
            }
        }
    }

    @Test(arguments: Backend.available, [3, 4] as [UInt64])
    func limitsOfColumnsHold(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            var random = SplitMix64(seed: seed)
            let numbers = numbers(&random, 24)
            for round in 0..<6 {
                let pair = [random.pick(numbers), random.pick(numbers)].sorted()
                let key = "c\(round)"
                let column = try await engine.on(
                    "createBigIntColumn",
                    [
                        "key": .string(key), "required": false, "min": .string(String(pair[0])), "max": .int(pair[1]),
                    ]
                )
                #expect(column["min"] == .int(pair[0]))
                #expect(column["max"] == .int(pair[1]))
                for number in numbers + [pair[0] &- 1, pair[1] &+ 1] {
                    let arguments: JSONObject = [
                        "rowId": "unique()", "data": .object(JSONObject([(key, .int(number))])),
                    ]
                    if pair[0] <= number, number <= pair[1] {
                        #expect(try await engine.on("createRow", arguments)[key] == .int(number))
                    } else {
                        #expect(try await engine.refusalOn("createRow", arguments).type == "row_invalid_structure")
                    }
                }
            }
        }
    }

    @Test(arguments: Backend.available, [5, 6] as [UInt64])
    func arithmeticIsExactOrRefused(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "bigint"]])
            var random = SplitMix64(seed: seed)
            let numbers = numbers(&random, 40)
            var value: Int64 = 0
            try await engine.on("createRow", ["rowId": "r", "data": ["n": 0]])
            for step in 0..<150 {
                if random.once(in: 3) {
                    value = random.pick(numbers)
                    try await engine.on("updateRow", ["rowId": "r", "data": ["n": .int(value)]])
                }
                let operand = random.pick(numbers)
                let label = "seed \(seed), step \(step): \(value) and \(operand)"
                let outcome: (partialValue: Int64, overflow: Bool)
                let call: (String, JSONObject)
                func op(_ method: String, _ operand: Int64) -> (String, JSONObject) {
                    let number: JSON = random.once(in: 2) ? .int(operand) : .string(String(operand))
                    return (
                        "updateRow", ["rowId": "r", "data": ["n": ["method": .string(method), "values": [number]]]]
                    )
                }
                switch random.below(7) {
                case 0: (outcome, call) = (value.addingReportingOverflow(operand), op("increment", operand))
                case 1: (outcome, call) = (value.subtractingReportingOverflow(operand), op("decrement", operand))
                case 2: (outcome, call) = (value.multipliedReportingOverflow(by: operand), op("multiply", operand))
                case 3 where operand != 0:
                    (outcome, call) = (value.dividedReportingOverflow(by: operand), op("divide", operand))
                case 4 where operand != 0:
                    (outcome, call) = (
                        (value.remainderReportingOverflow(dividingBy: operand).partialValue, false),
                        op("modulo", operand)
                    )
                case 5 where operand > 0:
                    outcome = value.addingReportingOverflow(operand)
                    call = ("incrementRowColumn", ["rowId": "r", "column": "n", "value": .string(String(operand))])
                case 6 where operand > 0:
                    outcome = value.subtractingReportingOverflow(operand)
                    call = ("decrementRowColumn", ["rowId": "r", "column": "n", "value": .int(operand)])
                default: continue
                }
                if outcome.overflow {
                    let type = call.0 == "updateRow" ? "row_invalid_structure" : "column_limit_exceeded"
                    #expect(try await engine.refusalOn(call.0, call.1).type == type, "\(label) \(call)")
                } else {
                    value = outcome.partialValue
                    #expect(try await engine.on(call.0, call.1)["n"] == .int(value), "\(label) \(call)")
                }
                #expect(try await engine.on("getRow", ["rowId": "r"])["n"] == .int(value), "\(label) \(call)")
            }
        }
    }
}
