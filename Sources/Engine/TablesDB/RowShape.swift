import Catalog
import Storage
import Values

/// Which fields of rows an answer holds.
struct RowShape: Sendable {
    /// nil: all.
    let selected: [String]?

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

    static let system: Set<String> = ["$id", "$sequence", "$createdAt", "$updatedAt", "$permissions"]

    /// A shape with the table it is for.
    struct Bound {
        let table: Table
        private let encodedIDs: [UInt8]
        private let system: Set<String>?
        /// The columns to read; nil: all.
        private(set) var positions: [Int]?
        /// The columns to write; nil: all.
        private let shown: [Int]?
        /// What follows of related rows.
        var related: [RelatedShape] = []

        init(_ table: Table, _ dialect: Dialect, system: Set<String>? = nil, positions: [Int]? = nil) {
            self.table = table
            encodedIDs = table.encodedIDs(dialect)
            self.system = system
            self.positions = positions
            shown = positions ?? table.plainPositions
        }

        /// Reads one more column, which is not written.
        mutating func read(_ position: Int?) {
            guard let position, let known = positions, !known.contains(position) else { return }
            positions = known + [position]
        }

        /// Writes a row in its wire form. Lists are made of nothing else, so no value is built for it.
        ///
        /// - Parameter others: the rows that ``related`` asks for.
        func write(_ row: StoredRow, _ others: RelatedRows? = nil, to writer: inout JSONWriter) {
            writer.raw("{")
            if has("$id") {
                writer.raw("\"$id\":")
                writer.write(row.id)
                writer.raw(",")
            }
            if has("$sequence") {
                writer.raw("\"$sequence\":")
                writer.write(row.sequence)
                writer.raw(",")
            }
            writer.raw(encodedIDs)
            if has("$createdAt") {
                writer.raw(",\"$createdAt\":")
                writer.write(row.createdAt.text)
            }
            if has("$updatedAt") {
                writer.raw(",\"$updatedAt\":")
                writer.write(row.updatedAt.text)
            }
            if has("$permissions") {
                writer.raw(",\"$permissions\":")
                writer.write(JSON(row.permissions))
            }
            if let shown {
                for position in shown { write(row.values[position], at: position, to: &writer) }
            } else {
                for position in row.values.indices { write(row.values[position], at: position, to: &writer) }
            }
            if let others { write(others, of: row, to: &writer) }
            writer.raw("}")
        }

        /// Writes the rows that are related to one: an object or null, or a list.
        private func write(_ others: RelatedRows, of row: StoredRow, to writer: inout JSONWriter) {
            for (related, found) in zip(related, others.relations) {
                writer.raw(related.encodedKey)
                let positions = found.positions[row.id] ?? []
                guard related.link.isToMany else {
                    if let position = positions.first {
                        related.shape.write(found.rows[position], found.nested, to: &writer)
                    } else {
                        writer.write(JSON.null)
                    }
                    continue
                }
                writer.raw("[")
                for (index, position) in positions.enumerated() {
                    if index > 0 { writer.raw(",") }
                    related.shape.write(found.rows[position], found.nested, to: &writer)
                }
                writer.raw("]")
            }
        }

        /// A row in its wire form as an answer.
        func response(_ row: StoredRow, _ others: RelatedRows? = nil) -> Response {
            Response { writer in write(row, others, to: &writer) }
        }

        private func write(_ value: JSON, at position: Int, to writer: inout JSONWriter) {
            writer.raw(table.encodedKeys[position])
            writer.write(value)
        }

        private func has(_ name: String) -> Bool { system?.contains(name) ?? true }
    }
}

/// The fields of rows that queries may name.
enum RowFields {
    static func binding(_ columns: [Column], _ indexes: [IndexLayout]) -> QueryBinding {
        let searched = indexes.first { $0.kind == .fulltext }?.fields[0].key
        return QueryBinding(
            columns.map { column in
                (
                    column.key,
                    QueryField(
                        storeKey: column.key,
                        kind: column.type.kind,
                        isArray: column.isArray,
                        takesDigits: column.type == .bigint,
                        isEncrypted: column.isEncrypted,
                        holdsPoints: column.type == .point,
                        isSearched: column.key == searched
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
