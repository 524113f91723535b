import Storage
import Values

/// `tablesDB.createRelationshipColumn` and `updateRelationshipColumn`.
enum RelationColumns {
    static let all: [Handler] = [create, update]

    private static let create = Handler.define(
        "tablesDB.createRelationshipColumn",
        prepare: defined
    ) { parent, context in
        let table = try context.table()
        let related = try related(context, table)
        let relation = parent.relation!
        let mirrored = relation.mirrored(key: parent.key, table: table.id, partner: parent.uid)
        let child = try column(relation.partner, relation.twoWayKey, mirrored, context.call, "twoWayKey")
        try ColumnRules.checkRoom(for: parent.key, among: table.takenColumns)
        if child.takesKey {
            let others = related.takenColumns + (related.uid == table.uid ? [parent] : [])
            try ColumnRules.checkRoom(for: child.key, among: others, argument: "twoWayKey")
        }
        try add(parent, to: table, context)
        try add(child, to: related, context)
        if let pairs = Pairs(parent, databaseID: table.databaseID) {
            try context.writer.create(pairs.layout, indexes: Pairs.indexes)
        }
        context.eventIDs["columnId"] = parent.key
        return parent.json(context.dialect)
    }

    /// The column of the parent that a call of `createRelationshipColumn` asks for; it names the id of the other one.
    static func defined(by call: Call) throws(AppError) -> Column {
        let (table, related) = (call.string("tableId"), call.string("relatedTableId"))
        let key = call.optional("key")?.string ?? related
        var relation = Relation(
            kind: Relation.Kind(rawValue: call.string("type"))!,
            side: .parent,
            isTwoWay: call.bool("twoWay"),
            relatedTable: related,
            twoWayKey: call.optional("twoWayKey")?.string ?? table,
            onDelete: Relation.OnDelete(rawValue: call.string("onDelete"))!,
            partner: call.clock.makeID()
        )
        if relation.kind == .manyToMany { relation.pairs = Pairs.name(table, key) }
        return try column(call.clock.makeID(), key, relation, call, "key")
    }

    /// - Throws: 404 `table_not_found`.
    private static func related(_ context: WriteContext, _ table: Table) throws -> Table {
        let id = context.call.string("relatedTableId")
        if let related = try context.table(id, beside: table) { return related }
        throw AppError(
            .tableNotFound,
            "There is no table '\(id)' in the database '\(table.databaseID)'.",
            argument: "relatedTableId",
            hint: "Both tables of a relation are in one database; tablesDB.listTables shows its tables."
        )
    }

    private static func column(
        _ uid: String,
        _ key: String,
        _ relation: Relation,
        _ call: Call,
        _ argument: Prose
    ) throws(AppError) -> Column {
        var column = Column(
            uid: uid,
            key: key,
            storedAs: key,
            type: .relationship,
            required: false,
            isArray: false,
            createdAt: call.now,
            updatedAt: call.now
        )
        column.status = .available
        column.relation = relation
        try ColumnRules.check(&column, keyArgument: argument)
        return column
    }

    private static func add(_ column: Column, to table: Table, _ context: WriteContext) throws {
        try ColumnHandlers.insert(column, table.uid, context)
        if column.isInRows {
            try IndexRules.checkRoom(table.rowColumns, table.indexes, argument: "key")
            try context.writer.add(column.layout, to: table.layout)
            try context.enqueue(SchemaJobs.job(RelationJobs.createIndex, table, part: column.uid))
        }
        try TableHandlers.touch(table, [:], context)
    }

    private static let update = Handler.define("tablesDB.updateRelationshipColumn", prepare: { _ in }) { _, context in
        let call = context.call
        let (table, old) = try ColumnHandlers.column(context)
        guard var relation = old.relation else {
            throw AppError(
                .columnTypeInvalid,
                "The column '\(old.key)' is \(old.type.rawValue), not a relationship.",
                argument: "key",
                hint: "Use the update operation of its own kind."
            )
        }
        guard old.status == .available, let (related, before) = try partner(of: old, in: table, context),
            var mirrored = before.relation
        else { throw ColumnHandlers.notAvailable(old) }
        if let rule = call.optional("onDelete")?.string.flatMap(Relation.OnDelete.init) {
            relation.onDelete = rule
            mirrored.onDelete = rule
        }
        var column = old
        if let key = call.optional("newKey")?.string, key != old.key {
            try ColumnRules.checkRoom(
                for: key,
                among: table.takenColumns.filter { $0.uid != old.uid },
                argument: "newKey"
            )
            column.key = key
            try ColumnRules.check(&column, keyArgument: "newKey")
            mirrored.twoWayKey = key
            if column.isInRows {
                try context.enqueue(SchemaJobs.job(RelationJobs.createIndex, table, part: column.uid))
                try context.enqueue(SchemaJobs.job(SchemaJobs.renameColumn, table, part: column.uid))
                try context.enqueue(RelationJobs.dropIndex(of: column, under: old.key, table))
            }
        }
        column.relation = relation
        try save(column, of: table, context)
        var other = before
        other.relation = mirrored
        try save(other, of: related, context)
        context.eventIDs["columnId"] = column.key
        return column.json(context.dialect)
    }

    private static func save(_ column: Column, of table: Table, _ context: WriteContext) throws {
        var column = column
        column.updatedAt = context.now
        try ColumnHandlers.save(column, context)
        try TableHandlers.touch(table, [:], context)
    }

    /// The column at the other side of a relation, with its table.
    static func partner(of column: Column, in table: Table, _ context: WriteContext) throws -> (Table, Column)? {
        guard let relation = column.relation, let related = try context.table(relation.relatedTable, beside: table),
            let partner = related.allColumns.first(where: { $0.uid == relation.partner })
        else { return nil }
        return (related, partner)
    }

    // MARK: Removal

    /// Removes both sides of a relation and its pairs. What is in rows goes with jobs.
    static func remove(_ column: Column, from table: Table, _ context: WriteContext) throws {
        try removeSide(column, table, context)
        if let (related, partner) = try partner(of: column, in: table, context) {
            try removeSide(partner, related, context)
        }
        if let pairs = Pairs(column, databaseID: table.databaseID) {
            try context.enqueue(RelationJobs.drop(pairs, of: table))
        }
    }

    /// Removes what a table that is being deleted leaves in others, and its pairs.
    /// - Parameter going: the ids of the tables of the database that are deleted with it, its own among them.
    static func removeOthers(of table: Table, _ context: WriteContext, with going: Set<String>) throws {
        for column in table.allColumns {
            guard let relation = column.relation else { continue }
            let bothGo = going.contains(relation.relatedTable)
            if !bothGo, let (related, partner) = try partner(of: column, in: table, context) {
                try removeSide(partner, related, context)
            }
            // Pairs are those of two columns; where both go, the parent's takes them along.
            if !bothGo || relation.side == .parent, let pairs = Pairs(column, databaseID: table.databaseID) {
                try context.enqueue(RelationJobs.drop(pairs, of: table))
            }
        }
    }

    private static func removeSide(_ column: Column, _ table: Table, _ context: WriteContext) throws {
        try TableHandlers.touch(table, [:], context)
        guard column.isInRows else {
            _ = try context.writer.delete(column.uid, from: SystemTables.columns)
            return
        }
        guard column.status != .deleting else { return }
        var column = column
        column.status = .deleting
        column.updatedAt = context.now
        try ColumnHandlers.save(column, context)
        try context.enqueue(SchemaJobs.job(RelationJobs.dropColumn, table, part: column.uid))
    }
}
