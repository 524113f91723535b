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
}
