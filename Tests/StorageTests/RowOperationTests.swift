import Storage
import Testing
import Values

@Suite("Operations that the store computes")
struct RowOperationTests {
    private let table = TableLayout.everything()

    /// What becomes of a stored value, as JSON; the error's kind where it is refused.
    private func apply(
        _ actions: [(String, JSON, RowOperation.Action, RowOperation.Bound?, JSON)],
        _ backend: Backend
    ) async throws {
        try await backend.withStore(table) { store async throws in
            for (number, (key, stored, action, bound, expected)) in actions.enumerated() {
                let id = "r\(number)"
                try await store.insert(NewRow(id, table.values([key: stored])), into: table)
                let position = table.position(of: key)!
                let change = RowChange([:], operations: [RowOperation(position, action, bound: bound)])
                try await store.update(id, change, in: table)
                let row = try #require(try await store.row(id, in: table))
                #expect(row.values[position].text == expected.text, "\(key) \(stored.text) \(action)")
                #expect(row.updatedAt.milliseconds == 2000)
                #expect(row.values.indices.allSatisfy { $0 == position || row.values[$0].isNull })
            }
        }
    }

    @Test(arguments: Backend.available)
    func integersAreExact(_ backend: Backend) async throws {
        func integer(
            _ stored: JSON,
            _ arithmetic: RowOperation.Arithmetic,
            _ operand: Int64,
            _ expected: JSON,
            _ bound: RowOperation.Bound? = nil
        ) -> (String, JSON, RowOperation.Action, RowOperation.Bound?, JSON) {
            ("integer", stored, .arithmetic(arithmetic, .int(operand)), bound, expected)
        }
        try await apply(
            [
                integer(7, .add, 5, 12), integer(nil, .add, 5, 5), integer(nil, .subtract, 5, -5),
                integer(.int(.max - 1), .add, 1, .int(.max)), integer(.int(.min + 1), .add, -1, .int(.min)),
                integer(.int(9_007_199_254_740_993), .add, 2, .int(9_007_199_254_740_995)),
                integer(-1, .subtract, .min, .int(.max)), integer(.int(.min), .subtract, .min, 0),
                integer(3_037_000_499, .multiply, 3_037_000_499, 9_223_372_030_926_249_001),
                integer(1, .multiply, .min, .int(.min)), integer(.int(.min / 2), .multiply, 2, .int(.min)),
                integer(.int(.min / -2), .multiply, -2, .int(.min)), integer(.int(.max), .multiply, -1, .int(-.max)),
                integer(.int(.max), .multiply, 0, 0), integer(nil, .multiply, 7, 0),
                integer(7, .divide, 2, 3), integer(-7, .divide, 2, -3), integer(.int(.min), .divide, 1, .int(.min)),
                integer(.int(.max), .divide, .max, 1), integer(.int(.max - 1), .divide, .max, 0),
                integer(.int(.min), .divide, .max, -1), integer(7, .modulo, 4, 3), integer(-7, .modulo, 4, -3),
                integer(7, .modulo, -4, 3), integer(.int(.min), .modulo, -1, 0), integer(.int(.max), .modulo, 10, 7),
                integer(3, .power, 39, 4_052_555_153_018_976_267), integer(-2, .power, 63, .int(.min)),
                integer(2, .power, 0, 1), integer(0, .power, 0, 1), integer(nil, .power, 3, 0),
                integer(-1, .power, .max, -1), integer(-1, .power, .max - 1, 1), integer(1, .power, .max, 1),
                integer(0, .power, .max, 0),
                // A bound that would be passed leaves the value as it is; one that is met does not.
                integer(95, .add, 5, 100, .init(.atMost, 100)), integer(96, .add, 5, 96, .init(.atMost, 100)),
                integer(200, .add, 5, 200, .init(.atMost, 100)), integer(nil, .add, 5, nil, .init(.atMost, 4)),
                integer(.int(.max), .add, 1, .int(.max), .init(.atMost, .int(.max))),
                integer(5, .subtract, 5, 0, .init(.atLeast, 0)), integer(4, .subtract, 5, 4, .init(.atLeast, 0)),
                integer(.int(.min), .subtract, 1, .int(.min), .init(.atLeast, .int(.min))),
                integer(10, .multiply, 10, 10, .init(.atMost, 99)), integer(10, .divide, 5, 10, .init(.atLeast, 3)),
                integer(10, .power, 30, 10, .init(.atMost, 5)),
            ],
            backend
        )
    }

    @Test(arguments: Backend.available)
    func doublesFollowTheirOwnRules(_ backend: Backend) async throws {
        func double(
            _ stored: JSON,
            _ arithmetic: RowOperation.Arithmetic,
            _ operand: Double,
            _ expected: JSON,
            _ bound: RowOperation.Bound? = nil
        ) -> (String, JSON, RowOperation.Action, RowOperation.Bound?, JSON) {
            ("double", stored, .arithmetic(arithmetic, .double(operand)), bound, expected)
        }
        try await apply(
            [
                double(0.1, .add, 0.2, 0.30000000000000004), double(nil, .add, 1.5, 1.5),
                double(1.5, .subtract, 2, -0.5), double(2.5, .multiply, 4, 10.0), double(7.5, .divide, 2, 3.75),
                double(7.5, .modulo, 2, 1.5), double(-7.5, .modulo, 2, -1.5),
                double(2.0, .power, 0.5, .double(2.0.squareRoot())),
                double(2.0, .power, -1, 0.5), double(-2.0, .multiply, 0, 0.0), double(4.0, .modulo, -2, 0.0),
                double(-4.0, .modulo, 2, 0.0), double(1e308, .add, 7e307, 1.7e308),
                double(9.5, .add, 0.5, 10.0, .init(.atMost, 10.0)), double(9.6, .add, 0.5, 9.6, .init(.atMost, 10.0)),
                double(1e308, .multiply, 10, 1e308, .init(.atMost, 1e308)),
                double(0.0, .power, -1, 0.0, .init(.atMost, 5.0)), double(1.0, .divide, 4, 1.0, .init(.atLeast, 0.5)),
            ],
            backend
        )
    }

    @Test(arguments: Backend.available)
    func textsFlagsAndDates(_ backend: Backend) async throws {
        try await apply(
            [
                ("text", "a", .concatenate("$b"), nil, "a$b"), ("text", nil, .concatenate("ä🌱"), nil, "ä🌱"),
                ("text", "$a.$a", .replace("$a", with: "$$x"), nil, "$$x.$$x"),
                ("text", "aaa", .replace("aa", with: "b"), nil, "ba"),
                ("text", nil, .replace("a", with: "b"), nil, nil),
                ("text", "it's", .concatenate("'; --"), nil, "it's'; --"),
                ("boolean", true, .toggle, nil, false), ("boolean", false, .toggle, nil, true),
                ("boolean", nil, .toggle, nil, true),
                (
                    "datetime", "2024-02-28T12:00:00.001+00:00", .addMilliseconds(2 * 86_400_000), nil,
                    "2024-03-01T12:00:00.001+00:00"
                ), ("datetime", nil, .addMilliseconds(1), nil, nil),
                (
                    "datetime", "0000-01-02T00:00:00.000+00:00", .addMilliseconds(-86_400_000), nil,
                    "0000-01-01T00:00:00.000+00:00"
                ),
            ],
            backend
        )
    }

    @Test(arguments: Backend.available)
    func lists(_ backend: Backend) async throws {
        func list(
            _ key: String,
            _ stored: JSON,
            _ action: RowOperation.ListAction,
            _ expected: JSON
        ) -> (String, JSON, RowOperation.Action, RowOperation.Bound?, JSON) {
            (key, stored, .list(action), nil, expected)
        }
        let (first, second): (JSON, JSON) = ("2024-01-01T00:00:00.000+00:00", "2025-01-01T00:00:00.000+00:00")
        try await apply(
            [
                list("integers", [1], .append([2, .int(.max)]), [1, 2, .int(.max)]),
                list("integers", nil, .append([.int(.min)]), [.int(.min)]),
                list("integers", [1], .prepend([2, 3]), [2, 3, 1]), list("integers", nil, .prepend([]), []),
                list("integers", [1, 2], .insert(9, at: 0), [9, 1, 2]),
                list("integers", [1, 2], .insert(9, at: 1), [1, 9, 2]),
                list("integers", [1, 2], .insert(9, at: 2), [1, 2, 9]),
                list("integers", [1, 2], .insert(9, at: 77), [1, 2, 9]),
                list("integers", nil, .insert(9, at: 5), [9]), list("integers", [1, 2, 1, 3], .remove([1]), [2, 3]),
                list("integers", [1, 2, 1, 3], .remove([1, 3, 7]), [2]), list("integers", nil, .remove([1]), []),
                list("integers", [3, 2, 3, 1], .retain([1, 3]), [3, 3, 1]), list("integers", [1], .retain([]), []),
                list("integers", [3, 1, 3, 2, 1], .unique, [3, 1, 2]), list("integers", nil, .unique, []),
                list("texts", ["b", "a", "B", "ä"], .filter(.greaterThan, "a"), ["b", "ä"]),
                list("texts", ["$a", "b", "$a"], .remove(["$a"]), ["b"]),
                list("texts", ["é", "e\u{301}"], .unique, ["é", "e\u{301}"]),
                list("texts", ["$x"], .append(["$$y"]), ["$x", "$$y"]),
                list("integers", [1, 5, 9], .filter(.lessThanEqual, 5), [1, 5]),
                list("integers", [1, 5, 9], .filter(.lessThan, 5), [1]),
                list("integers", [1, 5, 9], .filter(.greaterThanEqual, 5), [5, 9]),
                list("integers", [1, 5, 9], .filter(.equal, 5), [5]),
                list("integers", [1, 5, 9], .filter(.notEqual, 5), [1, 9]),
                list("integers", [1, 5], .filter(.isNull, nil), []),
                list("integers", [1, 5], .filter(.isNotNull, nil), [1, 5]),
                list(
                    "doubles",
                    [0.5, 1.0, 0.1],
                    .append([0.30000000000000004]),
                    [0.5, 1.0, 0.1, 0.30000000000000004]
                ),
                list("doubles", [0.5, 1.0, 0.5], .remove([1.0]), [0.5, 0.5]),
                list("booleans", [true, false, true], .unique, [true, false]),
                list("booleans", [true, false], .filter(.equal, true), [true]),
                list("datetimes", [first, second], .filter(.greaterThan, first), [second]),
                list("datetimes", [second], .prepend([first]), [first, second]),
            ],
            backend
        )
    }

    @Test(arguments: Backend.available)
    func whatDoesNotFitIsRefusedAndChangesNothing(_ backend: Backend) async throws {
        let (integer, double, date) = (1, 2, 4)
        let refusing = RowOperation.Bound(.atMost, 10, refuses: true)
        let cases: [(Int, JSON, RowOperation.Action, RowOperation.Bound?, StoreError.Kind)] = [
            (integer, .int(.max), .arithmetic(.add, 1), nil, .overflow(position: integer)),
            (integer, .int(.min), .arithmetic(.add, -1), nil, .overflow(position: integer)),
            (integer, 0, .arithmetic(.subtract, .int(.min)), nil, .overflow(position: integer)),
            (integer, .int(.min), .arithmetic(.multiply, -1), nil, .overflow(position: integer)),
            (integer, 3_037_000_500, .arithmetic(.multiply, 3_037_000_500), nil, .overflow(position: integer)),
            (integer, .int(.min), .arithmetic(.divide, -1), nil, .overflow(position: integer)),
            (integer, 2, .arithmetic(.power, 63), nil, .overflow(position: integer)),
            (integer, -3, .arithmetic(.power, .int(.max)), nil, .overflow(position: integer)),
            // A bound at the other end does not turn an overflow into a value that stays.
            (integer, .int(.min), .arithmetic(.add, -1), .init(.atMost, 5), .overflow(position: integer)),
            (integer, 6, .arithmetic(.add, 5), refusing, .bound(position: integer)),
            (integer, .int(.max), .arithmetic(.add, 5), refusing, .bound(position: integer)),
            (double, 1e308, .arithmetic(.multiply, 10.0), nil, .overflow(position: double)),
            (double, -1e308, .arithmetic(.subtract, 1e308), nil, .overflow(position: double)),
            (double, -2.0, .arithmetic(.power, 0.5), nil, .overflow(position: double)),
            (double, nil, .arithmetic(.power, -1.0), nil, .overflow(position: double)),
            (
                date, "9999-12-31T00:00:00.000+00:00", .addMilliseconds(86_400_000), nil, .overflow(position: date)
            ), (date, "0000-01-01T00:00:00.000+00:00", .addMilliseconds(-1), nil, .overflow(position: date)),
        ]
        try await backend.withStore(table) { store async throws in
            for (number, (position, stored, action, bound, kind)) in cases.enumerated() {
                let id = "r\(number)"
                try await store.insert(
                    NewRow(id, table.values([table.columns[position].key: stored, "text": "x"])),
                    into: table
                )
                let before = try #require(try await store.row(id, in: table))
                var change = RowChange([0: "changed"], permissions: ["p"])
                change.operations = [RowOperation(position, action, bound: bound)]
                await expectFailure(kind) { [change] in try await store.update(id, change, in: table) }
                #expect(try await store.row(id, in: table)?.exact == before.exact, "\(action)")
            }
            #expect(try await store.ids(RowQuery(permissions: ["p"]), in: table) == [])
        }
    }

    @Test(arguments: Backend.available)
    func aGivenStartReplacesTheStoredValue(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", table.values(["integer": 100])), into: table)
            let operations = [
                RowOperation(1, .arithmetic(.add, 1), start: 5), RowOperation(0, .concatenate("!"), start: "$a"),
                RowOperation(5, .list(.append(["b"])), start: nil as JSON),
                RowOperation(4, .addMilliseconds(1), start: .some(.null)),
            ]
            try await store.update("one", RowChange([:], operations: operations), in: table)
            let row = try #require(try await store.row("one", in: table))
            #expect(row.values == table.values(["integer": 6, "text": "$a!", "texts": ["b"]]))
        }
    }

    @Test(arguments: Backend.available)
    func concurrentStepsAllCount(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", table.values([:])), into: table)
            let change = RowChange([:], operations: [RowOperation(1, .arithmetic(.add, 1))])
            let table = table
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<25 { try await store.update("one", change, in: table) } }
                }
                try await group.waitForAll()
            }
            #expect(try await store.row("one", in: table)?.values[1] == 200)
        }
    }

    @Test(arguments: Backend.available)
    func aResultOfFortyMegabytesIsTooLarge(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let (table, position) = (table, table.position(of: "text")!)
            let text = JSON.string(String(repeating: "a", count: 1 << 20))
            try await store.insert(NewRow("r", table.values(["text": text])), into: table)
            let long = RowOperation(position, .replace("a", with: String(repeating: "b", count: 40)))
            await expectFailure(.tooLarge) {
                try await store.update("r", RowChange([:], operations: [long]), in: table)
            }
            await expectFailure(.tooLarge) {
                let text = JSON.string(String(repeating: "a", count: 40 << 20))
                try await store.insert(NewRow("s", table.values(["text": text])), into: table)
            }
            #expect(try await store.rows(RowQuery(), in: table).map { $0.values[position] } == [text])
        }
    }
}
