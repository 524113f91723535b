import Storage
import Values

/// Writes rows of one table for the caller of a context.
///
/// What a function does depends on its arguments alone and not on those of the call, so that calls, bulks and staged
/// operations share them. Rows come back as they are afterwards; nothing here makes answers or events.
struct RowWriter {
    let table: Table
    let context: WriteContext

    init(_ table: Table, _ context: WriteContext) {
        self.table = table
        self.context = context
    }

    /// - Parameter permissions: nil for those that the caller's rows have by default.
    func create(_ id: String, _ data: JSONObject, permissions: [String]?) throws -> StoredRow {
        try write(prepareNew(id, RowData(data, for: table, by: context.caller), permissions, .single))
    }

    /// - Parameter permissions: nil to leave them as they are.
    func update(_ id: String, _ data: JSONObject, permissions: [String]?) throws -> StoredRow {
        guard !data.isEmpty || permissions != nil else { throw missingPayload("data") }
        guard let row = try existing(id, .update) else { throw AppError.unknownRow(id, table, context.caller) }
        return try write(prepareChange(of: row, parsed(data, .single), permissions, .single))
    }

    func upsert(_ id: String, _ data: JSONObject, permissions: [String]?) throws -> StoredRow {
        let row = try context.session.row(id, in: table.layout)
        return try write(prepare(id, over: row, data, permissions, .single))
    }

    /// Removes a row and returns what it was.
    func delete(_ id: String) throws -> StoredRow {
        guard let row = try existing(id, .delete) else { throw AppError.unknownRow(id, table, context.caller) }
        if table.links.isEmpty {
            _ = try context.writer.delete(row.id, from: table.layout)
        } else {
            try RelatedDeletion(context).delete(row, from: table)
        }
        return row
    }

    /// The row that a call changes, once it is clear that the caller may.
    func existing(_ id: String, _ action: Action) throws -> StoredRow? {
        let caller = context.caller
        let access = caller.access(action, to: table)
        guard access != .none else { throw caller.refusal(action, on: table) }
        guard let row = try context.session.row(id, in: table.layout) else { return nil }
        guard access == .all || caller.may(action, row.permissions, in: table) else {
            throw caller.refusal(action, on: table)
        }
        try checkUnchanged(row)
        return row
    }

    /// Refuses to touch a row that has changed since the caller looked at it.
    /// - Throws: 409 `row_update_conflict`.
    func checkUnchanged(_ row: StoredRow) throws(AppError) {
        guard let moment = context.call.unchangedSince, row.updatedAt > moment else { return }
        throw AppError(
            .rowUpdateConflict,
            "The row '\(row.id)' has changed at \(row.updatedAt.text), after \(moment.text); nothing was changed.",
            argument: "rowId",
            hint: "Read it again, and send the moment of that."
        )
    }

    func missingPayload(_ argument: Prose) -> AppError {
        AppError(
            .rowMissingPayload,
            "Nothing to change: neither \"data\" nor \"permissions\" says anything.",
            argument: argument,
            hint: "Columns are \(table.columns.filter { $0.status == .available }.map(\.key).joined(separator: ", "))."
        )
    }

    // MARK: Checking before anything is written

    /// A row that is checked and can be written.
    struct Prepared {
        /// What it is to be, but for what the store computes.
        var row: StoredRow
        /// What changes of a row that exists; nil for a new one.
        var change: RowChange?
        /// What the store computes.
        var operations: [RowOperation]
        /// What was given, for the rows that it relates to.
        var data: RowData
        var place: RowPlace
    }

    /// Checks a row that is new unless there is one already.
    func prepare(
        _ id: String,
        over row: StoredRow?,
        _ data: JSONObject,
        _ permissions: [String]?,
        _ place: RowPlace
    ) throws -> Prepared {
        let data = try parsed(data, place)
        guard let row else { return try prepareNew(id, data, permissions, place) }
        guard context.caller.may(.update, row.permissions, in: table) else {
            throw context.caller.refusal(.update, on: table)
        }
        try checkUnchanged(row)
        return try prepareChange(of: row, data, permissions, place)
    }

    func prepareNew(_ id: String, _ data: RowData, _ permissions: [String]?, _ place: RowPlace) throws -> Prepared {
        let caller = context.caller
        guard caller.access(.create, to: table) == .all else { throw caller.refusal(.create, on: table) }
        var data = data
        if !data.relations.isEmpty { try checkFree(id, place) }
        try relate(&data, id)
        let row = StoredRow(
            id: id,
            sequence: "",
            createdAt: data.createdAt ?? context.now,
            updatedAt: data.updatedAt ?? context.now,
            permissions: try granted(permissions) ?? caller.defaultPermissions,
            values: try data.complete(for: table)
        )
        var operations = data.operations
        for index in operations.indices {
            operations[index].start = table.rowColumns[operations[index].position].defaultValue
        }
        return Prepared(row: row, change: nil, operations: operations, data: data, place: place)
    }

    private func prepareChange(
        of row: StoredRow,
        _ data: RowData,
        _ permissions: [String]?,
        _ place: RowPlace
    ) throws -> Prepared {
        var data = data
        try relate(&data, row.id)
        let change = RowChange(
            createdAt: data.createdAt,
            updatedAt: data.updatedAt ?? context.now,
            keepsLater: data.updatedAt == nil,
            permissions: try granted(permissions),
            values: data.values,
            operations: data.operations
        )
        return Prepared(
            row: row.applying(change),
            change: change,
            operations: data.operations,
            data: data,
            place: place
        )
    }

    /// Refuses an id that is taken before related rows are written, for which the store would be too late.
    private func checkFree(_ id: String, _ place: RowPlace) throws {
        try refusing(place) {
            guard try context.session.row(id, in: table.layout) != nil else { return }
            throw StoreError(.duplicateID, "a row with this id exists")
        }
    }

    /// Brings the relations that the row itself holds into its values.
    private func relate(_ data: inout RowData, _ id: String) throws {
        if !data.relations.isEmpty { try RelationWriter(context).hold(&data, of: id, in: table) }
    }

    func parsed(_ data: JSONObject, _ place: RowPlace) throws -> RowData {
        let now = context.call.movesRows ? nil : context.now
        return try RowData(data, for: table, by: context.caller, at: place, operatorsAt: now)
    }

    /// Permissions as they are stored; nil when none are set.
    func granted(_ permissions: [String]?) throws -> [String]? {
        guard let permissions else { return nil }
        let expanded = Permissions.expanded(permissions, for: [.update, .delete])
        try context.caller.checkGrants(expanded)
        return expanded
    }

    // MARK: Writing

    private func write(_ prepared: Prepared) throws -> StoredRow {
        let row = try store(prepared)
        if !prepared.data.relations.isEmpty {
            let isNew = prepared.change == nil
            try RelationWriter(context).spread(prepared.data, from: row.id, in: table, isNew: isNew)
        }
        guard !prepared.operations.isEmpty else { return row }
        return try computed([prepared])[0]
    }

    /// Writes a prepared row and returns it, without what the store computed.
    func store(_ prepared: Prepared) throws -> StoredRow {
        var row = prepared.row
        try refusing(prepared.place) {
            if let change = prepared.change {
                _ = try context.writer.update(row.id, change, in: table.layout)
                return
            }
            let new = NewRow(
                id: row.id,
                createdAt: row.createdAt,
                updatedAt: row.updatedAt,
                permissions: row.permissions,
                values: row.values
            )
            row.sequence = try context.writer.insert(new, into: table.layout)
            guard !prepared.operations.isEmpty else { return }
            let change = RowChange(updatedAt: row.updatedAt, values: [], operations: prepared.operations)
            _ = try context.writer.update(row.id, change, in: table.layout)
        }
        return row
    }

    /// Reads rows of which the store computed something, and checks what came of it.
    func computed(_ rows: [Prepared]) throws -> [StoredRow] {
        let found = try read(rows.map(\.row.id))
        for (row, prepared) in zip(found, rows) { try check(row, prepared.operations, prepared.place) }
        return found
    }

    /// Rows that are there, in this order, read at once.
    func read(_ ids: [String]) throws -> [StoredRow] {
        if ids.count == 1, let row = try context.session.row(ids[0], in: table.layout) { return [row] }
        let rows = try find(ids)
        return try ids.map { id in
            guard let row = rows[id] else { throw StoreError(.internalFault, "a row vanished in a transaction") }
            return row
        }
    }

    /// Those rows that are there, by their ids.
    func find(_ ids: [String]) throws -> [String: StoredRow] {
        var query = RowQuery(limit: ids.count)
        query.filters = [.compare("$id", .equal, ids.map { .string($0) })]
        let rows = try context.session.rows(query, in: table.layout)
        return Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
    }
}

extension StoredRow {
    /// The row with a change carried out, but for its operations.
    func applying(_ change: RowChange) -> StoredRow {
        var new = self
        for (position, value) in change.values { new.values[position] = value }
        new.createdAt = change.createdAt ?? createdAt
        new.updatedAt = change.keepsLater ? max(updatedAt, change.updatedAt) : change.updatedAt
        new.permissions = change.permissions ?? permissions
        return new
    }
}
