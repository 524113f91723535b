import Storage
import Values

/// Which index would serve a list that has none.
enum IndexAdvice {
    /// The index with the columns that must be equal first, then those that the list is sorted by, then one that is
    /// compared; nil when there is no such column or `createIndex` would refuse it.
    static func index(for page: RowQuery, of table: Table, at moment: Timestamp) -> Index? {
        var equal: [String] = []
        var compared: [String] = []
        for filter in page.filters { collect(filter, &equal, &compared) }
        equal = equal.filter { isIndexable($0, table) }
        compared = compared.filter { isIndexable($0, table) && !equal.contains($0) }
        // Indexes end in the sequence, upwards. Where it is to come downwards, they are walked through backwards.
        let isBackward = page.orders.last.map { $0.field == "$sequence" && $0.descending } ?? false
        let sorted = page.orders.prefix { $0.field != "$sequence" }.filter { !equal.contains($0.field) }
        guard sorted.allSatisfy({ isIndexable($0.field, table) }) else { return nil }
        var fields = equal.map { ($0, false) } + sorted.map { ($0.field, $0.descending != isBackward) }
        if let range = compared.first(where: { key in !fields.contains { $0.0 == key } }) {
            fields.append((range, false))
        }
        guard !fields.isEmpty else { return nil }
        let index = Index(
            uid: "",
            key: key(fields.map(\.0), table),
            type: "key",
            columns: fields.map(\.0),
            orders: fields.map { $0.1 ? "DESC" : "ASC" },
            lengths: [],
            createdAt: moment,
            updatedAt: moment
        )
        return try? IndexRules.checked(index, table.columns, table.indexes, stored: table.rowColumns)
    }

    private static func collect(_ filter: Filter, _ equal: inout [String], _ compared: inout [String]) {
        switch filter {
        case .and(let parts): for part in parts { collect(part, &equal, &compared) }
        case .or, .related: break
        case .compare(let field, let comparison, let operands):
            switch comparison {
            case .equal where operands.count == 1, .isNull: if !equal.contains(field) { equal.append(field) }
            case .equal, .lessThan, .lessThanEqual, .greaterThan, .greaterThanEqual, .between, .startsWith:
                if !compared.contains(field) { compared.append(field) }
            default: break
            }
        }
    }

    private static func isIndexable(_ field: String, _ table: Table) -> Bool {
        if ["$id", "$createdAt", "$updatedAt"].contains(field) { return true }
        guard let column = table.column(field) else { return false }
        return column.status == .available && !column.isArray
    }

    /// A name that no index of the table has.
    private static func key(_ columns: [String], _ table: Table) -> String {
        let name = String(columns.map { $0.filter { $0 != "$" } }.joined(separator: "_").prefix(32))
        let taken = table.indexes.map { $0.key.lowercased() }
        guard taken.contains(name.lowercased()) else { return name }
        return (2...).lazy.map { "\(name)_\($0)" }.first { !taken.contains($0.lowercased()) }!
    }
}

extension Index {
    /// What `createIndex` takes to make it.
    func arguments(_ dialect: Dialect) -> JSONObject {
        [
            "key": .string(key), "type": .string(type), dialect.translated("columns"): JSON(columns),
            "orders": JSON(orders),
        ]
    }
}
