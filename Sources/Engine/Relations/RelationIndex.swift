import Storage

/// The index over the column that holds the ids of related rows, which is not one of the table's own indexes.
enum RelationIndex {
    /// nil for a column that holds none.
    static func layout(of column: Column) -> IndexLayout? {
        guard let relation = column.relation, relation.isStored else { return nil }
        return IndexLayout(
            name(column.key),
            unique: relation.kind == .oneToOne,
            on: [IndexLayout.Field(column.key)]
        )
    }

    /// No key of an index begins so.
    static func name(_ key: String) -> String { "=\(key)" }
}
