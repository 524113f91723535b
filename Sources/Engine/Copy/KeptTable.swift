import Storage

/// A table of the store that belongs to one of the project: that of its rows, or one of pairs.
struct KeptTable: Sendable {
    let layout: TableLayout
    let indexes: [IndexLayout]
    /// Whether its rows are pairs of ids, which callers never see.
    let isPairs: Bool

    /// `<databaseId>/<tableId>`.
    var name: String { "\(layout.databaseID ?? "")/\(layout.tableID)" }
}

extension KeptTable {
    /// What the project knows of users, teams, keys, settings, webhooks and other projects. How much of their limits callers have used is
    /// left, and so is what webhooks are still to be told.
    static let identity = (IdentityTables.all + WebhookTables.all + ConsoleTables.all)
        .filter { $0.layout !== IdentityTables.limits && $0.layout !== WebhookTables.deliveries }
        .map { KeptTable(layout: $0.layout, indexes: $0.indexes, isPairs: false) }
}

extension Table {
    /// What the store keeps of the table. Pairs belong to the parent of their relation.
    var keptTables: [KeptTable] {
        let own = indexes.filter { $0.status == .available }.map(\.layout)
        let held = rowColumns.compactMap(RelationIndex.layout)
        let pairs = allColumns.filter { $0.relation?.side == .parent }.compactMap { Pairs($0, databaseID: databaseID) }
        return [KeptTable(layout: layout, indexes: own + held, isPairs: false)]
            + pairs.map { KeptTable(layout: $0.layout, indexes: Pairs.indexes, isPairs: true) }
    }
}
