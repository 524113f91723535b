import Values

extension MongoTable {
    /// An update of one row, as an item of the `updates` of a command.
    func encode(_ change: RowChange, of id: String) -> [UInt8] {
        encode(change, many: false) { $0.string("_id", id) }
    }

    /// The same update of many rows.
    func encode(_ change: RowChange, of ids: [String]) -> [UInt8] {
        encode(change, many: true) { filter in filter.document("_id") { $0.strings("$in", ids) } }
    }

    /// The removal of many rows, as an item of the `deletes` of a command.
    static func removal(of ids: [String]) -> [UInt8] {
        BSONWriter.document { writer in
            writer.document("q") { filter in filter.document("_id") { $0.strings("$in", ids) } }
            writer.int32("limit", 0)
        }
    }

    private func encode(_ change: RowChange, many: Bool, _ filter: (inout BSONWriter) -> Void) -> [UInt8] {
        BSONWriter.document { writer in
            writer.document("q", filter)
            if change.operations.isEmpty { plain(change, &writer) } else { pipeline(change, &writer) }
            if many { writer.bool("multi", true) }
        }
    }

    private func plain(_ change: RowChange, _ writer: inout BSONWriter) {
        var set = BSONWriter()
        var unset: [String] = []
        var isEmpty = change.keepsLater && change.createdAt == nil && change.permissions?.isEmpty != false
        if !change.keepsLater { set.date("_updatedAt", change.updatedAt) }
        if let createdAt = change.createdAt { set.date("_createdAt", createdAt) }
        if let permissions = change.permissions {
            if permissions.isEmpty { unset.append("_permissions") } else { set.strings("_permissions", permissions) }
        }
        for (position, value) in change.values {
            let column = layout.columns[position]
            if value.isNull {
                unset.append(column.key)
            } else {
                Self.write(value, column, .named(column.key), to: &set)
                isEmpty = false
            }
            if column.storedAs != column.key { unset.append(column.storedAs) }
        }
        let setting = set.finish()
        writer.document("u") { update in
            if !isEmpty { update.raw("$set", document: setting) }
            if change.keepsLater { update.document("$max") { $0.date("_updatedAt", change.updatedAt) } }
            guard !unset.isEmpty else { return }
            update.document("$unset") { for name in unset { $0.string(.named(name), "") } }
        }
    }

    /// With operations, new values are expressions, and plain ones literals, because a text may look like one.
    private func pipeline(_ change: RowChange, _ writer: inout BSONWriter) {
        writer.array("u") { stages in
            stages.document(.index(0)) { stage in
                stage.document("$set") { set in
                    if change.keepsLater {
                        set.document("_updatedAt") { later in
                            later.array("$max") { items in
                                items.string(.index(0), "$_updatedAt")
                                items.date(.index(1), change.updatedAt)
                            }
                        }
                    } else {
                        set.date("_updatedAt", change.updatedAt)
                    }
                    if let createdAt = change.createdAt { set.date("_createdAt", createdAt) }
                    if let permissions = change.permissions {
                        let value: MongoExpression =
                            permissions.isEmpty ? .removal : .literal { $0.strings($1, permissions) }
                        value.write(&set, "_permissions")
                    }
                    for (position, value) in change.values {
                        let column = layout.columns[position]
                        let value: MongoExpression =
                            value.isNull ? .removal : .literal { Self.write(value, column, $1, to: &$0) }
                        write(value, column, &set)
                    }
                    for operation in change.operations {
                        write(
                            MongoOperation(operation, in: layout).expression,
                            layout.columns[operation.position],
                            &set
                        )
                    }
                }
            }
        }
    }

    private func write(_ value: MongoExpression, _ column: ColumnLayout, _ set: inout BSONWriter) {
        value.write(&set, .named(column.key))
        if column.storedAs != column.key { MongoExpression.removal.write(&set, .named(column.storedAs)) }
    }
}
