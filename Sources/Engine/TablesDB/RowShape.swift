import Catalog
import Storage
import Values

/// Which fields of rows an answer holds.
struct RowShape: Sendable {
    /// nil: all.
    private let selected: [String]?

    init(selected: [String]?) {
        self.selected = selected
    }

    /// The shape of a single row, whose queries may only select.
    init(selecting query: Query, of call: Call) throws(AppError) {
        var rest = query
        rest.select = nil
        guard rest == Query() else {
            throw AppError(
                .generalQueryInvalid,
                "Invalid query: \(call.operation.id) takes 'select' only.",
                argument: "queries",
                hint: "tablesDB.listRows filters and sorts."
            )
        }
        selected = query.select
    }

    /// - Throws: `general_query_invalid` for a field that is none.
    func bound(to table: Table) throws(AppError) -> Bound {
        guard let selected, !selected.contains("*") else { return Bound(table) }
        var positions: [Int] = []
        for name in selected where !Self.system.contains(name) {
            guard let position = table.layout.position(of: name) else {
                _ = try RowFields.binding(table).field(name)
                continue
            }
            positions.append(position)
        }
        return Bound(table, system: Set(selected).intersection(Self.system), positions: positions)
    }

    private static let system: Set<String> = ["$id", "$sequence", "$createdAt", "$updatedAt", "$permissions"]

    /// A shape with the table it is for.
    struct Bound {
        private let table: Table
        private let system: Set<String>?
        /// The columns to read; nil: all.
        let positions: [Int]?

        init(_ table: Table, system: Set<String>? = nil, positions: [Int]? = nil) {
            self.table = table
            self.system = system
            self.positions = positions
        }

        /// A row in its wire form.
        func json(_ row: StoredRow) -> JSON {
            var members: [JSONObject.Member] = []
            members.reserveCapacity(7 + (positions?.count ?? row.values.count))
            if has("$id") { members.append(("$id", .string(row.id))) }
            if has("$sequence") { members.append(("$sequence", .string(row.sequence))) }
            members.append(("$tableId", .string(table.id)))
            members.append(("$databaseId", .string(table.databaseID)))
            if has("$createdAt") { members.append(("$createdAt", .string(row.createdAt.text))) }
            if has("$updatedAt") { members.append(("$updatedAt", .string(row.updatedAt.text))) }
            if has("$permissions") { members.append(("$permissions", JSON(row.permissions))) }
            if let positions {
                for position in positions { members.append((table.rowColumns[position].key, row.values[position])) }
            } else {
                for (index, column) in table.layout.columns.enumerated() {
                    members.append((column.key, row.values[index]))
                }
            }
            return .object(JSONObject(members))
        }

        private func has(_ name: String) -> Bool { system?.contains(name) ?? true }
    }
}

/// The fields of rows that queries may name.
enum RowFields {
    static func binding(_ table: Table) -> QueryBinding {
        QueryBinding(
            table.rowColumns.map { column in
                (
                    column.key,
                    QueryField(
                        storeKey: column.key,
                        kind: column.type.kind,
                        isArray: column.isArray,
                        takesDigits: column.type == .bigint
                    )
                )
            } + system
        )
    }

    private static let system: [(name: String, field: QueryField)] = [
        ("$id", QueryField(storeKey: "$id", kind: .text)),
        ("$sequence", QueryField(storeKey: "$sequence", kind: .integer)),
        ("$createdAt", QueryField(storeKey: "$createdAt", kind: .datetime)),
        ("$updatedAt", QueryField(storeKey: "$updatedAt", kind: .datetime)),
    ]
}
