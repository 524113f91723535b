import Values

extension MongoSession {
    /// What compiles a query, once the rows are known that it leaves out: `$text` can't be negated.
    func compiler(for query: RowQuery, _ table: MongoTable) throws -> MongoCompiler {
        var compiler = MongoCompiler(table: table)
        for (_, text) in query.exclusions where compiler.excluded[text] == nil {
            compiler.excluded[text] = try found(text, query, table)
        }
        return compiler
    }

    private func found(_ text: String, _ query: RowQuery, _ table: MongoTable) throws -> [String] {
        var ids: [String] = []
        let milliseconds = try remaining()
        let options = BSONWriter.document { writer in
            writer.int64("limit", Int64(query.maximumExcluded + 1))
            writer.document("projection") { $0.int32("_id", 1) }
            writer.int64("maxTimeMS", milliseconds)
        }
        try reading {
            let filter = MongoCompiler(table: table).search(.string(text))
            try connection.find(filter, options, in: table.collection, server) { document in
                if let id = try document["_id"]?.string { ids.append(id) }
                return true
            }
        }
        try query.checkExcluded(ids.count)
        return ids
    }
}
