import Storage
import Values

extension EventRecord {
    /// The record of a row that changes along with the one that a call is about.
    ///
    /// - Parameter action: the last word of the event: `create`, `update`, `delete`.
    init(of action: String, _ id: String, in table: Table, by call: Call, payload: [UInt8]) {
        self.init(
            call.dialect.translated("databases.[databaseId].tables.[tableId].rows.[rowId].\(action)"),
            ids: [table.databaseID, table.id, id],
            payload: payload,
            during: call
        )
    }
}

extension WriteContext {
    /// Records that a row was made, changed or deleted along with the one that the call is about. Like every payload of a
    /// row it names no related ones.
    /// - Parameter row: what it is now, or was before it was deleted.
    /// - Throws: 400 `row_invalid_structure` when the row is too large.
    func note(_ action: String, _ row: StoredRow, in table: Table) throws {
        let shape = RowWriter(table, self)
        let payload = action == "delete" ? shape.shown(row).encoded : try shape.answer(row).encoded
        try record(EventRecord(of: action, row.id, in: table, by: call, payload: payload))
    }
}
