import Storage
import Values

extension WriteContext {
    /// Puts a row of now into a table of our own, null where no value is named.
    /// - Throws: ``StoreError`` `duplicateID` or `uniqueViolation`.
    func insert(_ id: String, _ fields: JSONObject, into layout: TableLayout) throws {
        let row = NewRow(id: id, createdAt: now, updatedAt: now, values: Record.values(layout, fields))
        _ = try writer.insert(row, into: layout)
    }

    /// The same, and reads the row back.
    @discardableResult
    func add(_ id: String, _ fields: JSONObject, to layout: TableLayout) throws -> StoredRow {
        try insert(id, fields, into: layout)
        return try session.row(id, in: layout)!
    }

    /// Changes the named columns of a row of our own and returns the row as it is then.
    @discardableResult
    func change(_ id: String, _ fields: JSONObject, in layout: TableLayout) throws -> StoredRow {
        _ = try writer.update(id, Record.change(layout, at: now, fields), in: layout)
        return try session.row(id, in: layout)!
    }

    /// Removes rows whose time is over, the oldest first.
    /// - Parameters:
    ///   - end: the column that says until when a row is good.
    ///   - others: what else must hold.
    func removeExpired(
        from layout: TableLayout,
        by end: String = "expire",
        where others: [Filter] = [],
        atMost limit: Int
    ) throws {
        var query = RowQuery(limit: limit)
        query.filters = [.compare(end, .lessThanEqual, [.string(now.text)])] + others
        // What they hold is not read, so it need not be opened.
        query.columns = []
        let expired = try session.rows(query, in: layout).map(\.id)
        if !expired.isEmpty { _ = try writer.delete(expired, from: layout) }
    }
}
