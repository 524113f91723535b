extension EventRecord {
    /// The event without wildcards: `databases.shop.tables.products.rows.tea.create`.
    package var name: String {
        var rest = ids[...]
        return event.split(separator: ".").map { part in
            part.hasPrefix("[") ? rest.popFirst() ?? "*" : String(part)
        }.joined(separator: ".")
    }
}
