import Storage
import Values

extension WriteContext {
    /// Adds a row to a table of our own.
    /// - Throws: ``StoreError`` `duplicateID` or `uniqueViolation`.
    @discardableResult
    func add(_ id: String, _ fields: JSONObject, to layout: TableLayout) throws -> StoredRow {
        let row = NewRow(id: id, createdAt: now, updatedAt: now, values: Record.values(layout, fields))
        _ = try writer.insert(row, into: layout)
        return try session.row(id, in: layout)!
    }

    /// Changes the named columns of a row of our own and returns the row as it is then.
    @discardableResult
    func change(_ id: String, _ fields: JSONObject, in layout: TableLayout) throws -> StoredRow {
        _ = try writer.update(id, Record.change(layout, at: now, fields), in: layout)
        return try session.row(id, in: layout)!
    }

    /// A user as the answer to a change of it, which events tell without what is kept of the password.
    func changed(_ user: User) throws -> JSON {
        let targets = try targets(of: user.id)
        eventIDs["userId"] = user.id
        eventPayload = user.json(targets: targets)
        return user.json(for: caller, targets: targets)
    }
}
