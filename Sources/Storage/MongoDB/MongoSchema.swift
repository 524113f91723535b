import Values

/// Collections and indexes. MongoDB changes those that exist outside of transactions only; each command may be given
/// again without harm.
enum MongoSchema {
    /// Makes the collection of a table of Tandem itself with its indexes, if it isn't there.
    static func create(_ table: MongoTable, _ indexes: [IndexLayout], _ connection: MongoConnection) throws {
        try create(table.collection, indexDocuments(table, indexes), connection)
    }

    /// Makes the collection of a new table with its indexes and no others: an attempt that was given up may have left
    /// the collection, empty and with indexes of its own.
    static func create(
        _ table: MongoTable,
        _ indexes: [IndexLayout],
        _ project: MongoProject,
        _ connection: MongoConnection
    ) throws {
        let documents = indexDocuments(table, indexes)
        if try !make(table.collection, connection) {
            // Whoever has lost the right to change the schema must not touch what somebody else has made since.
            guard try !project.holdsTable(in: table.collection, connection, nil) else {
                throw PendingWrites.SchemaChanges()
            }
            try dropOthers(documents, of: table, connection)
        }
        do { try createIndexes(table.collection, documents, connection) } catch let failure as MongoFailure
            where failure.isIndexRefusal
        {
            // Perhaps because of one with the same name and other columns.
            try dropIndex("*", of: table, connection)
            try createIndexes(table.collection, documents, connection)
        }
    }

    /// Drops the indexes that have none of these names. Those that are as they should be are left alone: a transaction
    /// that began before can't use a collection whose indexes have changed since, and would be tried again in vain.
    private static func dropOthers(_ documents: [[UInt8]], of table: MongoTable, _ connection: MongoConnection) throws {
        var wanted: Set<String> = ["_id_"]
        for document in documents {
            try document.withUnsafeBytes { bytes in
                if let name = try BSONView(bytes)["name"]?.string { wanted.insert(name) }
            }
        }
        let command = BSONWriter.document { $0.string("listIndexes", table.collection.name) }
        let found = try connection.command(command, on: table.collection.database) { reply in
            var names: [String] = []
            try reply["cursor"]?.document?["firstBatch"]?.document?.forEach { item in
                if let name = try item.document?["name"]?.string { names.append(name) }
                return true
            }
            return names
        }
        for name in found where !wanted.contains(name) { try dropIndex(name, of: table, connection) }
    }

    /// Makes the collection of a new table with its indexes within a transaction, which a replica set takes for a
    /// collection that is new.
    static func create(
        _ table: MongoTable,
        _ indexes: [IndexLayout],
        _ connection: MongoConnection,
        within server: MongoServerSession
    ) throws {
        guard try !exists(table.collection, connection) else { return }
        let command = BSONWriter.document { $0.string("create", table.collection.name) }
        try connection.command(command, on: table.collection.database, in: server)
        try connection.command(
            createIndexes(table.collection, indexDocuments(table, indexes)),
            on: table.collection.database,
            in: server
        )
    }

    static func create(_ collection: MongoCollection, _ indexes: [[UInt8]], _ connection: MongoConnection) throws {
        _ = try make(collection, connection)
        if !indexes.isEmpty { try createIndexes(collection, indexes, connection) }
    }

    /// Makes a collection; false when it is there already.
    private static func make(_ collection: MongoCollection, _ connection: MongoConnection) throws -> Bool {
        let command = BSONWriter.document { $0.string("create", collection.name) }
        do {
            try connection.command(command, on: collection.database, writes: true)
            return true
        } catch let failure as MongoFailure where failure.code == MongoFailure.Code.namespaceExists {
            return false
        }
    }

    static func exists(_ collection: MongoCollection, _ connection: MongoConnection) throws -> Bool {
        let command = BSONWriter.document { writer in
            writer.int32("listCollections", 1)
            writer.document("filter") { $0.string("name", collection.name) }
            writer.bool("nameOnly", true)
        }
        return try connection.command(command, on: collection.database) { reply in
            var isThere = false
            try reply["cursor"]?.document?["firstBatch"]?.document?.forEach { _ in
                isThere = true
                return false
            }
            return isThere
        }
    }

    static func index(
        _ collection: MongoCollection,
        name: String,
        keys: [(String, Int32)],
        unique: Bool,
        _ connection: MongoConnection
    ) throws {
        let document = indexDocument(name: name, keys: keys) { if unique { $0.bool("unique", true) } }
        try createIndexes(collection, [document], connection)
    }

    /// Builds an index over the rows that are there.
    static func create(_ index: IndexLayout, on table: MongoTable, _ connection: MongoConnection) throws {
        if isBuiltIn(index, table) { return }
        do { try createIndexes(table.collection, [document(index, table)], connection) } catch let failure
            as MongoFailure
            where failure.code == MongoFailure.Code.indexOptionsConflict
        {
            // MongoDB keeps one index for the same keys, whatever its name; it serves both.
        }
    }

    static func dropIndex(_ key: String, of table: MongoTable, _ connection: MongoConnection) throws {
        let command = BSONWriter.document { writer in
            writer.string("dropIndexes", table.collection.name)
            writer.string("index", key)
        }
        try ignoringMissing { try connection.command(command, on: table.collection.database, writes: true) }
    }

    static func drop(_ collection: MongoCollection, _ connection: MongoConnection) throws {
        let command = BSONWriter.document { $0.string("drop", collection.name) }
        try ignoringMissing { try connection.command(command, on: collection.database, writes: true) }
    }

    /// Changes every document that has a field.
    static func updateAll(
        having field: String,
        _ collection: MongoCollection,
        _ connection: MongoConnection,
        _ update: (inout BSONWriter) -> Void
    ) throws {
        let command = BSONWriter.document { writer in
            writer.string("update", collection.name)
            writer.array("updates") { updates in
                updates.document(.index(0)) { item in
                    item.document("q") { query in query.document(.named(field)) { $0.bool("$exists", true) } }
                    item.document("u", update)
                    item.bool("multi", true)
                }
            }
        }
        try connection.command(command, on: collection.database, writes: true)
    }

    private static func ignoringMissing(_ body: () throws -> Void) throws {
        do { try body() } catch let failure as MongoFailure
            where [MongoFailure.Code.namespaceNotFound, MongoFailure.Code.indexNotFound].contains(failure.code)
        {}
    }

    private static func createIndexes(
        _ collection: MongoCollection,
        _ indexes: [[UInt8]],
        _ connection: MongoConnection
    ) throws {
        try connection.command(createIndexes(collection, indexes), on: collection.database, writes: true)
    }

    private static func createIndexes(_ collection: MongoCollection, _ indexes: [[UInt8]]) -> [UInt8] {
        BSONWriter.document { writer in
            writer.string("createIndexes", collection.name)
            writer.array("indexes") { list in
                for (index, document) in indexes.enumerated() { list.raw(.index(index), document: document) }
            }
        }
    }

    /// Every order of rows ends in `_seq`, so that indexes do too: pages are then read without sorting.
    private static func indexDocuments(_ table: MongoTable, _ indexes: [IndexLayout]) -> [[UInt8]] {
        var documents = [indexDocument(name: "_seq", keys: [("_seq", 1)]) { _ in }]
        if table.layout.databaseID != nil {
            for field in ["_createdAt", "_updatedAt"] {
                documents.append(indexDocument(name: field, keys: [(field, 1), ("_seq", 1)]) { _ in })
            }
            documents.append(
                indexDocument(name: "_permissions", keys: [("_permissions", 1), ("_seq", 1)]) { writer in
                    writer.document("partialFilterExpression") { filter in
                        filter.document("_permissions") { $0.bool("$exists", true) }
                    }
                }
            )
        }
        return documents + indexes.filter { !isBuiltIn($0, table) }.map { document($0, table) }
    }

    /// Whether an index that every table has serves it, beside which the server takes no second one.
    private static func isBuiltIn(_ index: IndexLayout, _ table: MongoTable) -> Bool {
        guard index.fields.count == 1, table.layout.databaseID != nil else { return false }
        switch (index.kind, index.fields[0].key) {
        case (.unique, "$id"): return true
        case (.key, "$createdAt"), (.key, "$updatedAt"): return !index.fields[0].descending
        default: return false
        }
    }

    private static func document(_ index: IndexLayout, _ table: MongoTable) -> [UInt8] {
        if index.kind == .fulltext { return textDocument(index) }
        if index.kind == .spatial {
            return BSONWriter.document { writer in
                writer.document("key") { $0.string(.named(index.fields[0].key), "2dsphere") }
                writer.string("name", index.key)
            }
        }
        var keys = index.fields.map { field -> (String, Int32) in
            guard let (name, _) = table.field(field.key) else {
                preconditionFailure("the engine indexed an unknown column")
            }
            return (name, field.descending ? -1 : 1)
        }
        if !index.isUnique { keys.append(("_seq", 1)) }
        return indexDocument(name: index.key, keys: keys) { writer in
            guard index.isUnique else { return }
            writer.bool("unique", true)
            // Rows without a value are as many as like.
            let own = keys.map(\.0).filter { !$0.hasPrefix("_") }
            guard !own.isEmpty else { return }
            writer.document("partialFilterExpression") { filter in
                for name in own { filter.document(.named(name)) { $0.bool("$exists", true) } }
            }
        }
    }

    /// No field of a row may say in which language its texts are, so the field for that is one that no row has.
    private static func textDocument(_ index: IndexLayout) -> [UInt8] {
        BSONWriter.document { writer in
            writer.document("key") { $0.string(.named(index.fields[0].key), "text") }
            writer.string("name", index.key)
            writer.string("default_language", "none")
            writer.string("language_override", "_language")
            writer.int32("textIndexVersion", 3)
        }
    }

    private static func indexDocument(
        name: String,
        keys: [(String, Int32)],
        _ more: (inout BSONWriter) -> Void
    ) -> [UInt8] {
        BSONWriter.document { writer in
            writer.document("key") { for (field, direction) in keys { $0.int32(.named(field), direction) } }
            writer.string("name", name)
            more(&writer)
        }
    }
}
