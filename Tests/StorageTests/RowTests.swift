import Foundation
import Storage
import Testing
import Values

@Suite("Rows")
struct RowTests {
    @Test(arguments: Backend.available)
    func comeBackAsTheyWereWritten(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        try await backend.withStore(table) { store async throws in
            let values: [JSON] = [
                "Grüße \"\\\n\u{85}\u{2028}😀e\u{301}", -7, 2.5, true, "2026-11-22T08:15:00.123+00:00",
                ["a", "", "é"], [1, -2], [0.5, 1.0], [true, false], ["2026-11-22T00:00:00.000+00:00"],
                ["k": [1, 1.0, nil, ["z": "y", "a": "b"]], "big": 9_007_199_254_740_993],
            ]
            let row = NewRow(
                "one",
                values,
                permissions: ["read(\"any\")", "update(\"user:u1\")"],
                at: 1_795_335_300_123
            )
            let sequence = try await store.insert(row, into: table)[0]
            let found = try #require(try await store.row("one", in: table))
            let expected = StoredRow(
                id: "one",
                sequence: sequence,
                createdAt: row.createdAt,
                updatedAt: row.updatedAt,
                permissions: row.permissions,
                values: values
            )
            #expect(found.exact == expected.exact)
            #expect(try await store.rows(RowQuery(), in: table).map(\.exact) == [expected.exact])
        }
    }

    @Test(arguments: Backend.available)
    func whatNotEveryStoreKeepsIsRefused(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        try await backend.withStore(table) { store async throws in
            var deep: JSON = [:]
            for _ in 1..<100 { deep = ["in": deep] }
            try await store.insert(NewRow("one", table.values(["json": deep])), into: table)
            #expect(try await store.row("one", in: table)?.values.last == deep)
            for value in [["in": deep], ["a\u{0}b": 1], [["": 1, "\u{0}": nil]]] as [JSON] {
                let values = table.values(["json": value])
                await expectFailure(.unkeepable) { try await store.insert(NewRow("two", values), into: table) }
                await expectFailure(.unkeepable) { try await store.update("one", RowChange([10: value]), in: table) }
            }
            #expect(try await store.count(in: table) == 1)
        }
    }

    @Test(arguments: Backend.available)
    func nullIsKeptInEveryColumn(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("one", table.values([:])), into: table)
            #expect(try await store.row("one", in: table)?.values == Array(repeating: JSON.null, count: 11))
            #expect(try await store.row("one", in: table)?.permissions == [])
        }
    }

    @Test(arguments: Backend.available)
    func emptyIsNotNull(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        try await backend.withStore(table) { store async throws in
            let values = table.values(["text": "", "texts": [], "integers": [], "json": ""])
            try await store.insert(NewRow("one", values), into: table)
            #expect(try await store.row("one", in: table)?.values == values)
        }
    }

    @Test(arguments: Backend.available)
    func integersAreExact(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        let numbers: [Int64] = [.min, .max, 9_007_199_254_740_993, -9_007_199_254_740_993, 0, .max - 1]
        try await backend.withStore(table) { store async throws in
            for (index, number) in numbers.enumerated() {
                let values = table.values(["integer": .int(number), "integers": [.int(number)], "json": .int(number)])
                try await store.insert(NewRow("r\(index)", values), into: table)
                #expect(try await store.row("r\(index)", in: table)?.values == values)
                let equal = RowQuery(.compare("integer", .equal, [.int(number)]))
                #expect(try await store.ids(equal, in: table) == ["r\(index)"])
            }
        }
    }

    @Test(arguments: Backend.available)
    func doublesAreExact(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        let numbers: [Double] = [
            0.1 + 0.2, 1e308, .leastNonzeroMagnitude, -1.5, 1e16, 9_007_199_254_740_992, .leastNormalMagnitude,
        ]
        try await backend.withStore(table) { store async throws in
            for (index, number) in numbers.enumerated() {
                let values = table.values(["double": .double(number), "doubles": [.double(number)]])
                try await store.insert(NewRow("r\(index)", values), into: table)
                #expect(try await store.row("r\(index)", in: table)?.values == values)
                for filter in [
                    Filter.compare("double", .equal, [.double(number)]),
                    .compare("doubles", .contains, [.double(number)]),
                ] {
                    #expect(try await store.ids(RowQuery(filter), in: table) == ["r\(index)"])
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func datetimesReachFromTheYear0To9999(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        let texts = [
            "0000-01-01T00:00:00.000+00:00", "1969-12-31T23:59:59.999+00:00", "1970-01-01T00:00:00.000+00:00",
            "9999-12-31T23:59:59.999+00:00",
        ]
        try await backend.withStore(table) { store async throws in
            for (index, text) in texts.enumerated() {
                let moment = try #require(Timestamp(parsing: text)).milliseconds
                let values = table.values(["datetime": .string(text), "datetimes": [.string(text)]])
                try await store.insert(NewRow("r\(index)", values, at: moment), into: table)
                let row = try #require(try await store.row("r\(index)", in: table))
                #expect(row.values == values)
                #expect(row.createdAt.text == text)
            }
            #expect(
                try await store.ids(RowQuery(orders: [Query.Order("datetime"), Query.Order("$id")]), in: table) == [
                    "r0", "r1", "r2", "r3",
                ]
            )
        }
    }

    @Test(arguments: Backend.available)
    func nulCharactersAreTextLikeAnyOther(_ backend: Backend) async throws {
        let table = TableLayout.everything()
        try await backend.withStore(table) { store async throws in
            let texts = ["a", "a\u{0}", "a\u{0}b", "\u{0}"]
            for (index, text) in texts.enumerated() {
                let values = table.values(["text": .string(text), "texts": [.string(text)], "json": .string(text)])
                try await store.insert(NewRow("r\(index)", values), into: table)
                #expect(try await store.row("r\(index)", in: table)?.values == values)
            }
            let many = (0..<9).map { JSON.string("none\($0)") }
            for (index, text) in texts.enumerated() {
                for filter in [
                    Filter.compare("text", .equal, [.string(text)]), .compare("texts", .contains, [.string(text)]),
                    .compare("text", .equal, many + [.string(text)]),
                    .compare("texts", .containsAny, many + [.string(text)]),
                ] {
                    #expect(try await store.ids(RowQuery(filter), in: table) == ["r\(index)"], "\(filter)")
                }
            }
            #expect(
                try await store.ids(RowQuery(.compare("text", .startsWith, ["a\u{0}"])), in: table) == ["r1", "r2"]
            )
            #expect(try await store.ids(RowQuery(.compare("text", .endsWith, ["\u{0}"])), in: table) == ["r1", "r3"])
            #expect(try await store.ids(RowQuery(.compare("text", .contains, ["\u{0}b"])), in: table) == ["r2"])
            #expect(
                try await store.ids(RowQuery(.compare("texts", .notContains, ["a"])), in: table) == ["r1", "r2", "r3"]
            )
            #expect(try await store.ids(RowQuery(.compare("text", .regex, ["a\u{0}b"])), in: table) == ["r2"])
        }
    }

    @Test(arguments: Backend.available)
    func aTextOfEightMebibytes(_ backend: Backend) async throws {
        let table = TableLayout.small()
        try await backend.withStore(table) { store async throws in
            let text = String(repeating: "0123456789abcdé\n", count: (8 << 20) / 17)
            try await store.insert(NewRow("big", [.string(text), 1]), into: table)
            #expect(try await store.row("big", in: table)?.values[0].string?.utf8.elementsEqual(text.utf8) == true)
        }
    }

    @Test(arguments: Backend.available)
    func idsAreCaseSensitive(_ backend: Backend) async throws {
        let table = TableLayout.small()
        try await backend.withStore(table) { store async throws in
            try await store.insert(NewRow("Row", ["upper", 1]), NewRow("row", ["lower", 2]), into: table)
            #expect(try await store.row("Row", in: table)?.values == ["upper", 1])
            #expect(try await store.row("row", in: table)?.values == ["lower", 2])
            #expect(try await store.row("ROW", in: table) == nil)
            #expect(try await store.ids(RowQuery(.compare("$id", .equal, ["row"])), in: table) == ["row"])
        }
    }
}
