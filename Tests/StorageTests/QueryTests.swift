import Storage
import Testing
import Values

@Suite("Filters")
struct QueryTests {
    private let table = TableLayout.everything()

    /// Eight rows `r0` to `r7` with one column set; the last has no value.
    private func withColumn(
        _ backend: Backend,
        _ key: String,
        _ values: [JSON],
        _ body: (_ ids: (Comparison, [JSON]) async throws -> [String]) async throws -> Void
    ) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            let rows = (values + [nil]).enumerated().map { NewRow("r\($0)", table.values([key: $1])) }
            try await store.write { session in for row in rows { _ = try session.insert(row, into: table) } }
            try await body { comparison, operands in
                try await store.ids(RowQuery(.compare(key, comparison, operands)), in: table)
            }
        }
    }

    @Test(arguments: Backend.available)
    func ofIntegers(_ backend: Backend) async throws {
        try await withColumn(backend, "integer", [1, 2, 3, .int(.max), .int(.min)]) { ids async throws in
            #expect(try await ids(.equal, [2]) == ["r1"])
            #expect(try await ids(.equal, [3, 1, 9]) == ["r0", "r2"])
            #expect(try await ids(.notEqual, [2]) == ["r0", "r2", "r3", "r4"])
            #expect(try await ids(.lessThan, [2]) == ["r0", "r4"])
            #expect(try await ids(.lessThanEqual, [2]) == ["r0", "r1", "r4"])
            #expect(try await ids(.greaterThan, [2]) == ["r2", "r3"])
            #expect(try await ids(.greaterThanEqual, [.int(.max)]) == ["r3"])
            #expect(try await ids(.between, [2, 3]) == ["r1", "r2"])
            #expect(try await ids(.notBetween, [2, 3]) == ["r0", "r3", "r4"])
            #expect(try await ids(.between, [3, 2]) == [])
            #expect(try await ids(.isNull, []) == ["r5"])
            #expect(try await ids(.isNotNull, []) == ["r0", "r1", "r2", "r3", "r4"])
            #expect(try await ids(.equal, .init((0..<500).map { .int($0) })) == ["r0", "r1", "r2"])
        }
    }

    @Test(arguments: Backend.available)
    func ofDoubles(_ backend: Backend) async throws {
        try await withColumn(backend, "double", [0.5, 1.0, -1e308, 0.30000000000000004]) { ids async throws in
            #expect(try await ids(.equal, [1.0]) == ["r1"])
            #expect(try await ids(.equal, [0.30000000000000004]) == ["r3"])
            #expect(try await ids(.equal, [0.3]) == [])
            #expect(
                try await ids(.equal, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.30000000000000004]) == [
                    "r0", "r3",
                ]
            )
            #expect(try await ids(.lessThan, [0.5]) == ["r2", "r3"])
            #expect(try await ids(.notEqual, [0.5]) == ["r1", "r2", "r3"])
        }
    }

    @Test(arguments: Backend.available)
    func ofBooleans(_ backend: Backend) async throws {
        try await withColumn(backend, "boolean", [true, false]) { ids async throws in
            #expect(try await ids(.equal, [true]) == ["r0"])
            #expect(try await ids(.equal, [true, false]) == ["r0", "r1"])
            #expect(try await ids(.notEqual, [true]) == ["r1"])
        }
    }

    @Test(arguments: Backend.available)
    func ofDatetimes(_ backend: Backend) async throws {
        let moments: [JSON] = [
            "2026-01-01T00:00:00.000+00:00", "2026-06-01T00:00:00.001+00:00", "1950-01-01T00:00:00.000+00:00",
        ]
        try await withColumn(backend, "datetime", moments) { ids async throws in
            #expect(try await ids(.equal, [moments[1]]) == ["r1"])
            #expect(try await ids(.lessThan, [moments[1]]) == ["r0", "r2"])
            #expect(try await ids(.between, [moments[2], moments[0]]) == ["r0", "r2"])
            #expect(try await ids(.isNull, []) == ["r3"])
        }
    }

    @Test(arguments: Backend.available)
    func ofTexts(_ backend: Backend) async throws {
        try await withColumn(backend, "text", ["apple", "Apple", "apricot", "", "épée", "50%_x"]) { ids async throws in
            #expect(try await ids(.equal, ["apple"]) == ["r0"])
            #expect(try await ids(.lessThan, ["a"]) == ["r1", "r3", "r5"])
            #expect(try await ids(.greaterThan, ["b"]) == ["r4"])
            #expect(try await ids(.startsWith, ["ap"]) == ["r0", "r2"])
            #expect(try await ids(.startsWith, [""]) == ["r0", "r1", "r2", "r3", "r4", "r5"])
            #expect(try await ids(.notStartsWith, ["ap"]) == ["r1", "r3", "r4", "r5"])
            #expect(try await ids(.notStartsWith, [""]) == [])
            #expect(try await ids(.endsWith, ["le"]) == ["r0", "r1"])
            #expect(try await ids(.endsWith, ["pée"]) == ["r4"])
            #expect(try await ids(.endsWith, [""]) == ["r0", "r1", "r2", "r3", "r4", "r5"])
            #expect(try await ids(.notEndsWith, ["le"]) == ["r2", "r3", "r4", "r5"])
            #expect(try await ids(.notEndsWith, [""]) == [])
            #expect(try await ids(.contains, ["pp", "ric"]) == ["r0", "r1", "r2"])
            #expect(try await ids(.containsAny, ["%_"]) == ["r5"])
            #expect(try await ids(.containsAll, ["p", "c"]) == ["r2"])
            #expect(try await ids(.notContains, ["pp", "ric"]) == ["r3", "r4", "r5"])
            #expect(try await ids(.contains, [""]) == ["r0", "r1", "r2", "r3", "r4", "r5"])
            #expect(try await ids(.isNull, []) == ["r6"])
        }
    }

    @Test(arguments: Backend.available)
    func byRegularExpression(_ backend: Backend) async throws {
        try await withColumn(backend, "text", ["apple", "Apple", "apricot", "", "épée", "a\nb"]) { ids async throws in
            #expect(try await ids(.regex, ["^ap"]) == ["r0", "r2"])
            #expect(try await ids(.regex, ["(?i)^APP"]) == ["r0", "r1"])
            #expect(try await ids(.regex, ["^.p.e$"]) == ["r4"])
            #expect(try await ids(.regex, ["(?m)^b$"]) == ["r5"])
            #expect(try await ids(.regex, [""]) == ["r0", "r1", "r2", "r3", "r4", "r5"])
            await expectFailure(.pattern) { try await ids(.regex, ["("]) }
            await expectFailure(.pattern) { try await ids(.regex, ["\\C"]) }
        }
    }

    @Test(arguments: Backend.available)
    func anExpensiveRegularExpressionIsStopped(_ backend: Backend) async throws {
        try await withColumn(backend, "text", [.string(String(repeating: "a", count: 40) + "!")]) { ids async throws in
            await expectFailure(.pattern) { try await ids(.regex, ["^(a+)+$"]) }
            #expect(try await ids(.regex, ["!$"]) == ["r0"])
        }
    }

    @Test(arguments: Backend.available)
    func ofArrays(_ backend: Backend) async throws {
        try await withColumn(backend, "texts", [["a", "b"], ["b", nil], [], [nil], ["A"]]) { ids async throws in
            #expect(try await ids(.contains, ["b"]) == ["r0", "r1"])
            #expect(try await ids(.containsAny, ["a", "A"]) == ["r0", "r4"])
            #expect(try await ids(.containsAll, ["a", "b"]) == ["r0"])
            #expect(try await ids(.notContains, ["b"]) == ["r2", "r3", "r4"])
            #expect(try await ids(.isNull, []) == ["r5"])
            #expect(try await ids(.isNotNull, []) == ["r0", "r1", "r2", "r3", "r4"])
            #expect(try await ids(.containsAny, ["1", "2", "3", "4", "5", "6", "7", "8", "A"]) == ["r4"])
        }
    }

    @Test(arguments: Backend.available)
    func ofArraysOfNumbersAndMoments(_ backend: Backend) async throws {
        let moment: JSON = "2026-01-01T00:00:00.000+00:00"
        try await withColumn(backend, "integers", [[1, 2], [.int(.max)], []]) { ids async throws in
            #expect(try await ids(.contains, [.int(.max), 2]) == ["r0", "r1"])
            #expect(try await ids(.contains, [.int(.max - 1)]) == [])
        }
        try await withColumn(backend, "booleans", [[true], [false, true], [nil]]) { ids async throws in
            #expect(try await ids(.contains, [true]) == ["r0", "r1"])
            #expect(try await ids(.notContains, [false]) == ["r0", "r2"])
        }
        try await withColumn(backend, "datetimes", [[moment], [nil, moment], []]) { ids async throws in
            #expect(try await ids(.contains, [moment]) == ["r0", "r1"])
        }
    }

    @Test(arguments: Backend.available)
    func combined(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            for n in 1...6 {
                try await store.insert(
                    NewRow("r\(n)", table.values(["integer": .int(Int64(n)), "text": n % 2 == 0 ? "even" : nil])),
                    into: table
                )
            }
            let low = Filter.compare("integer", .lessThan, [3])
            let even = Filter.compare("text", .equal, ["even"])
            let high = Filter.compare("integer", .greaterThan, [5])
            #expect(try await store.ids(RowQuery(low, even), in: table) == ["r2"])
            #expect(try await store.ids(RowQuery(.or([low, even])), in: table) == ["r1", "r2", "r4", "r6"])
            #expect(try await store.ids(RowQuery(.or([.and([low, even]), high])), in: table) == ["r2", "r6"])
            #expect(
                try await store.ids(RowQuery(.and([.or([low, high]), .or([even, low])])), in: table) == [
                    "r1", "r2", "r6",
                ]
            )
        }
    }
}
