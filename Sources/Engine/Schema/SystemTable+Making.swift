import Storage

/// How tables of our own are declared.
extension TableLayout {
    /// A table that belongs to the project and to no database of it.
    static func system(_ id: String, _ columns: [ColumnLayout]) -> TableLayout {
        TableLayout(databaseID: nil, tableID: id, incarnation: "", columns: columns)
    }
}

extension SystemTable {
    /// A table that many projects do without.
    static func optional(_ layout: TableLayout, _ indexes: [IndexLayout]) -> SystemTable {
        SystemTable(layout, indexes: indexes, isOptional: true)
    }
}

extension IndexLayout {
    /// An index over columns, which it is named after.
    static func key(_ columns: String...) -> IndexLayout {
        IndexLayout(columns.joined(separator: "_"), on: columns.map { Field($0) })
    }

    /// The same, of which no two rows have the same values.
    static func unique(_ columns: String...) -> IndexLayout {
        IndexLayout(columns.joined(separator: "_"), .unique, on: columns.map { Field($0) })
    }
}
