import Storage
import Values

/// A relationship column as rows use it: available, with the way to the related rows.
struct Link: Sendable {
    let column: Column
    let relation: Relation
    let path: Join.Path

    var key: String { column.key }
    var isToMany: Bool { relation.isToMany }

    /// - Parameter table: the one that the column belongs to.
    init?(_ column: Column, databaseID: String) {
        guard let relation = column.relation, column.status == .available else { return nil }
        self.column = column
        self.relation = relation
        if let pairs = Pairs(column, databaseID: databaseID) {
            let (own, other) = relation.side == .parent ? ("parent", "child") : ("child", "parent")
            path = .pairs(pairs.layout, own: own, other: other)
        } else if relation.isStored {
            path = .holds(column.key)
        } else {
            path = .heldBy(relation.twoWayKey)
        }
    }

    /// Where this side's value is in a row of its table; nil when the row does not hold it.
    func position(in table: Table) -> Int? {
        if case .holds(let key) = path { table.layout.position(of: key) } else { nil }
    }
}

/// The table of pairs of a relation of many to many: ids of the parent's and the child's rows.
struct Pairs: Sendable {
    let layout: TableLayout

    /// nil for a column of another kind.
    init?(_ column: Column, databaseID: String) {
        guard let relation = column.relation, let name = relation.pairs else { return nil }
        layout = TableLayout(
            databaseID: databaseID,
            tableID: name,
            incarnation: relation.side == .parent ? column.uid : relation.partner,
            columns: [ColumnLayout("parent", .text), ColumnLayout("child", .text)]
        )
    }

    /// What the store calls it. No id of a table begins with an underscore.
    static func name(_ table: String, _ key: String) -> String { "_\(table)_\(key)" }

    /// Whether a table of the store holds pairs.
    static func are(in table: TableLayout) -> Bool { table.databaseID != nil && table.tableID.hasPrefix("_") }

    static let indexes = ["parent", "child"].map { IndexLayout($0, on: [IndexLayout.Field($0)]) }

    /// The id of a pair; no id holds a slash.
    static func id(parent: String, child: String) -> String { "\(parent)/\(child)" }
}
