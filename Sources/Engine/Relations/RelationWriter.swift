import Catalog
import Storage
import Values

/// Carries out what the data of a row says about related rows, in the transaction of that row.
///
/// The row itself holds some of its relations, which ``hold(_:of:in:at:)`` brings into its values before it is written;
/// other rows or tables of pairs hold the rest, which ``spread(_:from:in:isNew:at:)`` writes after it. Related rows may
/// say the same of rows related to them.
struct RelationWriter {
    private let context: WriteContext

    init(_ context: WriteContext) {
        self.context = context
    }

    private var caller: Caller { context.caller }

    private func items(_ value: JSON, of link: Link, at place: DataPlace) throws(AppError) -> Items {
        let most = context.call.movesRows ? Int.max : RelationValue.maximumItems
        return try RelationValue.all(value, of: link, at: place, atMost: most)
    }

    // MARK: What the row holds

    /// Relates the row to those whose ids it holds.
    /// - Throws: 400 `relationship_value_invalid`, 401, 409 `row_unique_constraint_violation`.
    func hold(_ data: inout RowData, of id: String, in table: Table, at place: DataPlace = .top) throws {
        for (link, value) in data.relations {
            guard let position = link.position(in: table) else { continue }
            guard let (item, place) = try items(value, of: link, at: place).first else {
                data.values.append((position, .null))
                continue
            }
            let related = try related(link, table)
            let other = try settle(item, link, related, at: place).id
            if link.relation.kind == .oneToOne { try checkFree(other, link, table, except: id, at: place) }
            data.values.append((position, .string(other)))
        }
    }

    /// - Throws: 409 when another row is related to this one, which is for one only.
    private func checkFree(_ other: String, _ link: Link, _ table: Table, except id: String, at place: DataPlace) throws
    {
        var query = RowQuery(limit: 2)
        query.filters = [.compare(link.key, .equal, [.string(other)])]
        query.columns = []
        guard try context.session.rows(query, in: table.layout).contains(where: { $0.id != id }) else { return }
        throw taken(link, at: place)
    }

    private func taken(_ link: Link, at place: DataPlace) -> AppError {
        AppError(
            .rowUniqueConstraintViolation,
            "The related row is related to another row by '\(link.key)' already, which is one to one.",
            argument: Prose(quoting: place.path),
            hint: "Clear the relation of the other row first, by setting it to null."
        )
    }

    // MARK: What others hold

    /// Relates to the row those that hold its id, and makes and removes pairs.
    func spread(
        _ data: RowData,
        from id: String,
        in table: Table,
        isNew: Bool,
        at place: DataPlace = .top
    ) throws {
        for (link, value) in data.relations {
            let items = try items(value, of: link, at: place)
            let related = try related(link, table)
            switch link.path {
            case .holds: continue
            case .heldBy(let key):
                let position = related.layout.position(of: key)!
                try spread(items, from: id, link, table, related, position, isNew, place)
            case .pairs(let layout, _, _):
                try pair(items, with: id, link, table, related, layout)
            }
        }
    }

    private typealias Items = [(RelationValue, DataPlace)]

    private func spread(
        _ items: Items,
        from id: String,
        _ link: Link,
        _ table: Table,
        _ related: Table,
        _ position: Int,
        _ isNew: Bool,
        _ place: DataPlace
    ) throws {
        let owner = JSON.string(id)
        let before = isNew ? [] : try reader(link, table, related).holders(of: id)
        // Rows that stay are known by their ids before anything is written: who is let go may make room for another.
        let named = Set(items.compactMap { item, _ in item.id })
        for row in before where !named.contains(row.id) {
            try write(row, [(position, .null)], related, at: place.field(link.key))
        }
        for (item, place) in items {
            _ = try settle(item, link, related, at: place, holding: (position, owner))
        }
    }

    private func reader(_ link: Link, _ table: Table, _ related: Table) -> LinkReader {
        LinkReader(context.session, link, from: table, to: related, atMost: context.call.mostRelated) {
            AppError(
                .generalBadRequest,
                "More than \(LinkReader.maximum) rows of the table '\(related.id)' are related to the row by "
                    + "'\(link.key)', too many to be replaced at once.",
                argument: "data",
                hint: "Change them from their side."
            )
        }
    }

    private func pair(
        _ items: Items,
        with id: String,
        _ link: Link,
        _ table: Table,
        _ related: Table,
        _ layout: TableLayout
    ) throws {
        let others = try items.map { item, place in try settle(item, link, related, at: place).id }
        var missing = Set(others)
        // Related rows may have said the same from their side.
        try reader(link, table, related).forEachPage(ofPairsOf: [id]) { pairs in
            let gone = pairs.filter { missing.remove($0.other) == nil }
            if !gone.isEmpty { _ = try context.writer.delete(gone.map(\.id), from: layout) }
        }
        for other in others where missing.remove(other) != nil {
            let (parent, child) = link.relation.side == .parent ? (id, other) : (other, id)
            let row = NewRow(
                id: Pairs.id(parent: parent, child: child),
                createdAt: context.now,
                updatedAt: context.now,
                values: [.string(parent), .string(child)]
            )
            _ = try context.writer.insert(row, into: layout)
        }
    }

    // MARK: Related rows

    private func related(_ link: Link, _ table: Table) throws -> Table {
        guard let related = try context.table(link.relation.relatedTable, beside: table) else {
            throw StoreError(.internalFault, "a relation leads to a table that is not there")
        }
        return related
    }

    /// The related row that an item of the data is about, made or changed as it says.
    ///
    /// - Parameter holding: where the related row holds the id of the row of the call, and that id.
    private func settle(
        _ item: RelationValue,
        _ link: Link,
        _ related: Table,
        at place: DataPlace,
        holding: (position: Int, value: JSON)? = nil
    ) throws -> StoredRow {
        switch item {
        case .id(let id):
            guard let row = try context.session.row(id, in: related.layout), mayRead(row, related) else {
                throw place.invalid(
                    "there is no row '\(id)' in the table '\(related.id)'",
                    hint: "Give the id of a row that \(caller.actor) may read, or an object to make one."
                )
            }
            guard let holding, row.values[holding.position] != holding.value else { return row }
            return try write(row, [holding], related, link, at: place)
        case .row(let id, var data):
            if holding != nil || link.relation.kind == .oneToOne,
                related.link(link.relation.twoWayKey)?.column.uid == link.relation.partner
            {
                // The one row that it is related to is said by where it stands.
                data[link.relation.twoWayKey] = nil
            }
            guard let id, let row = try context.session.row(id, in: related.layout) else {
                return try create(id ?? context.call.clock.makeID(), data, related, at: place, holding)
            }
            let says = data.keys.contains { !$0.hasPrefix("$") } || data["$permissions"] != nil
            if says { return try change(row, data, related, link, at: place, holding) }
            return try settle(.id(id), link, related, at: place, holding: holding)
        }
    }

    private func mayRead(_ row: StoredRow, _ table: Table) -> Bool {
        context.access(.read, toRelated: table) != .none && caller.may(.read, row.permissions, in: table)
    }

    private func create(
        _ id: String,
        _ object: JSONObject,
        _ table: Table,
        at place: DataPlace,
        _ holding: (position: Int, value: JSON)?
    ) throws -> StoredRow {
        guard context.access(.create, toRelated: table) == .all else {
            throw caller.refusal(.create, on: table).about(Prose(quoting: place.path))
        }
        var data = try place.reading { try RowData(object, for: table, by: caller) }
        try hold(&data, of: id, in: table, at: place)
        if let holding { data.values.append(holding) }
        let values = try place.reading { try data.complete(for: table) }
        let new = NewRow(
            id: id,
            createdAt: data.createdAt ?? context.now,
            updatedAt: data.updatedAt ?? context.now,
            permissions: try permissions(object, table, at: place) ?? caller.defaultPermissions,
            values: values
        )
        let sequence = try place.reading {
            try RowWriter(table, context).refusing(.single) { try context.writer.insert(new, into: table.layout) }
        }
        let row = StoredRow(
            id: id,
            sequence: sequence,
            createdAt: new.createdAt,
            updatedAt: new.updatedAt,
            permissions: new.permissions,
            values: values
        )
        try place.reading { try context.note("create", row, in: table) }
        try spread(data, from: id, in: table, isNew: true, at: place)
        return row
    }

    private func change(
        _ row: StoredRow,
        _ object: JSONObject,
        _ table: Table,
        _ link: Link,
        at place: DataPlace,
        _ holding: (position: Int, value: JSON)?
    ) throws -> StoredRow {
        try checkUpdate(row, table, at: place)
        var data = try place.reading { try RowData(object, for: table, by: caller) }
        try hold(&data, of: row.id, in: table, at: place)
        if let holding { data.values.append(holding) }
        let changed = try write(
            row,
            data.values,
            table,
            link,
            permissions: try permissions(object, table, at: place),
            at: place
        )
        try spread(data, from: row.id, in: table, isNew: false, at: place)
        return changed
    }

    /// Changes values of a related row and records that.
    @discardableResult
    private func write(
        _ row: StoredRow,
        _ values: [(position: Int, value: JSON)],
        _ table: Table,
        _ link: Link? = nil,
        permissions: [String]? = nil,
        at place: DataPlace
    ) throws -> StoredRow {
        try checkUpdate(row, table, at: place)
        if let link, link.relation.kind == .oneToOne, case .heldBy(let key) = link.path,
            let position = table.layout.position(of: key), !row.values[position].isNull,
            values.contains(where: { $0.position == position && $0.value != row.values[position] })
        {
            throw taken(link, at: place)
        }
        let change = RowChange(updatedAt: context.now, keepsLater: true, permissions: permissions, values: values)
        let changed = row.applying(change)
        _ = try place.reading {
            try RowWriter(table, context).refusing(.single) {
                try context.writer.update(row.id, change, in: table.layout)
            }
        }
        try place.reading { try context.note("update", changed, in: table) }
        return changed
    }

    private func checkUpdate(_ row: StoredRow, _ table: Table, at place: DataPlace) throws {
        guard context.access(.update, toRelated: table) != .none, caller.may(.update, row.permissions, in: table) else {
            throw caller.refusal(.update, on: table).about(Prose(quoting: place.path))
        }
    }

    /// The permissions that nested data sets; nil when it sets none.
    private func permissions(_ data: JSONObject, _ table: Table, at place: DataPlace) throws -> [String]? {
        let argument = RowPlace.single.field("$permissions")
        return try place.reading {
            let given = try BulkRow.permissions(data["$permissions"], .single)
            do { return try RowWriter(table, context).granted(given) } catch let error as AppError {
                throw error.about(argument)
            }
        }
    }
}

extension RelationValue {
    /// The id that the item itself names.
    fileprivate var id: String? {
        switch self {
        case .id(let id): id
        case .row(let id, _): id
        }
    }
}
