import Storage
import TestSupport
import Values

/// Random rows and queries over the columns of ``TableLayout/everything(_:)``, from few values so that many are equal.
struct RandomTable {
    let table: TableLayout
    var random: SplitMix64

    private static let texts = [
        "", "a", "A", "ab", "abc", "b", "ba", "é", "e\u{301}", "z", "a%", "a_", "\u{D7FF}", "\u{E000}", "😀", "a😀b", "ÿ",
        "\u{FFFD}",
        "\u{10FFFF}", "\"", "\\", "it's", " a", "a ", "\u{85}", "aa", "It is a b", "É a, \"b\" AB", "s-t a_ ẞ", "b. a",
    ]
    private static let integers: [Int64] = [
        0, 1, -1, 2, 10, .max, .min, .max - 1, 9_007_199_254_740_993, 9_007_199_254_740_992,
    ]
    private static let doubles: [Double] = [0, 1, -1, 0.1, 0.5, 1e308, -1e308, 1e-300, 2, 0.30000000000000004]
    private static let moments: [Int64] = [0, -1, 1, 1000, 1_795_335_300_123, -62_167_219_200_000, 253_402_300_799_999]
    static let permissions = ["any", "u1", "u2", "t1"]

    /// A value of a column, or of an item of an array.
    mutating func scalar(_ kind: ColumnKind) -> JSON {
        switch kind {
        case .text: .string(random.pick(Self.texts))
        case .integer: .int(random.pick(Self.integers))
        case .double: .double(random.pick(Self.doubles))
        case .boolean: .bool(random.once(in: 2))
        case .datetime: .string(Timestamp(milliseconds: random.pick(Self.moments)).text)
        case .geometry: [.double(random.pick([0, 13.4, -180])), .double(random.pick([0, 52.5, 90]))]
        case .json: ["k": .int(random.pick(Self.integers)), "l": [nil, .string(random.pick(Self.texts))]]
        }
    }

    mutating func value(_ column: ColumnLayout) -> JSON {
        if random.once(in: 4) { return .null }
        guard column.isArray else { return scalar(column.kind) }
        return .array((0..<random.below(4)).map { _ in random.once(in: 6) ? .null : scalar(column.kind) })
    }

    mutating func row(_ id: String) -> NewRow {
        var values: [JSON] = []
        for column in table.columns { values.append(value(column)) }
        return NewRow(id, values, permissions: somePermissions(), at: random.pick(Self.moments))
    }

    mutating func somePermissions() -> [String] {
        var chosen: [String] = []
        for permission in Self.permissions where random.once(in: 3) { chosen.append(permission) }
        return chosen
    }

    mutating func query(ids: [String], sequences: [String]) -> RowQuery {
        var query = RowQuery(limit: random.pick([1, 2, 3, 7, 1000]))
        for _ in 0..<random.below(4) { query.filters.append(filter(ids, sequences, depth: 0)) }
        if random.once(in: 5) { query.filters.append(search(.search)) }
        if random.once(in: 8) { query.filters.append(search(.notSearch)) }
        if random.once(in: 3) { query.permissions = somePermissions() }
        query.orders = orders()
        if random.once(in: 4) { query.offset = random.below(5) }
        if random.once(in: 5) {
            query.columns = table.columns.indices.filter { _ in random.once(in: 3) }
        }
        return query
    }

    /// Zero to three fields in random directions and a tie-break.
    mutating func orders() -> [Query.Order] {
        var orders: [Query.Order] = []
        let fields = table.columns.filter { !$0.isArray && $0.kind != .json }.map(\.key) + ["$createdAt", "$updatedAt"]
        for _ in 0..<random.below(4) {
            let field = random.pick(fields)
            guard !orders.contains(where: { $0.field == field }) else { continue }
            orders.append(Query.Order(field, descending: random.once(in: 2)))
        }
        return orders + [Query.Order(random.once(in: 3) ? "$id" : "$sequence", descending: random.once(in: 2))]
    }

    mutating func filter(_ ids: [String], _ sequences: [String], depth: Int) -> Filter {
        if depth < 3, random.once(in: 4) {
            let parts = (0..<(2 + random.below(2))).map { _ in filter(ids, sequences, depth: depth + 1) }
            return random.once(in: 2) ? .and(parts) : .or(parts)
        }
        switch random.below(8) {
        case 0: return system(ids, sequences)
        default:
            let column = random.pick(table.columns.filter { $0.kind != .json })
            return column.isArray ? array(column) : comparison(column)
        }
    }

    private static let ordered: [Comparison] = [
        .equal, .notEqual, .lessThan, .lessThanEqual, .greaterThan, .greaterThanEqual, .between, .notBetween, .isNull,
        .isNotNull,
    ]
    private static let textual: [Comparison] = [
        .startsWith, .endsWith, .notStartsWith, .notEndsWith, .contains, .containsAny, .containsAll, .notContains,
    ]

    private mutating func count(of comparison: Comparison) -> Int {
        let range = comparison.operands
        guard range.upperBound > 2 else { return range.lowerBound }
        return random.once(in: 6) ? 12 : 1 + random.below(3)
    }

    private mutating func comparison(_ column: ColumnLayout) -> Filter {
        let comparison = random.pick(column.kind == .text ? Self.ordered + Self.textual : Self.ordered)
        return .compare(column.key, comparison, (0..<count(of: comparison)).map { _ in scalar(column.kind) })
    }

    private mutating func array(_ column: ColumnLayout) -> Filter {
        let comparison = random.pick(
            [.contains, .containsAny, .containsAll, .notContains, .isNull, .isNotNull] as [Comparison]
        )
        return .compare(column.key, comparison, (0..<count(of: comparison)).map { _ in scalar(column.kind) })
    }

    private static let words = [
        "a", "A", "AB", "b", "ÉA", "e", "z", "a_", "aa", "it", "s", "q", "ß", "😀", "-", "\u{FFFD}", "d", "D7FF",
        "\u{301}",
    ]

    /// A few words, some of them in quotes.
    private mutating func search(_ comparison: Comparison) -> Filter {
        var text = ""
        for _ in 0..<random.below(4) {
            let word = random.pick(Self.words)
            text += random.once(in: 5) ? "\"\(word)\" " : word + random.pick([" ", "\"", "-", " \""])
        }
        let searched = table.indexes[0].fields[0].key
        let search = Filter.compare(searched, comparison, [.string(text)])
        return random.once(in: 4) ? .and([search, .compare(searched, .isNotNull, [])]) : search
    }

    private mutating func system(_ ids: [String], _ sequences: [String]) -> Filter {
        let comparison = random.pick(Self.ordered)
        let operands = (0..<count(of: comparison))
        switch random.below(3) {
        case 0: return .compare("$id", comparison, operands.map { _ in .string(random.pick(ids)) })
        case 1: return .compare("$sequence", comparison, operands.map { _ in .string(random.pick(sequences)) })
        default:
            return .compare(
                random.once(in: 2) ? "$createdAt" : "$updatedAt",
                comparison,
                operands.map { _ in scalar(.datetime) }
            )
        }
    }
}
