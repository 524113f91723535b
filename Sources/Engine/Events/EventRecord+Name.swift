extension EventRecord {
    /// The event without wildcards: `databases.shop.tables.products.rows.tea.create`.
    package var name: String { EventPath(self).name }
}
