import Values

extension MongoSession {
    func duplicates(of fields: [String], in layout: TableLayout) throws -> Contradiction {
        guard let table = try located(layout) else { return Contradiction(count: 0, examples: []) }
        try writes?.send(in: table.collection, self)
        let names = fields.compactMap { table.names(of: $0) }
        let options = try options()
        var duplicates = Contradiction(count: 0, examples: [])
        try reading {
            try connection.aggregate(Self.pipeline(names, Self.total), options, in: table.collection, server) { reply in
                duplicates.count = Int(try reply["n"]?.integer ?? 0)
                return false
            }
            try connection.aggregate(Self.pipeline(names, Self.ends), options, in: table.collection, server) { reply in
                for id in [try reply["first"]?.string, try reply["last"]?.string] {
                    if let id, duplicates.examples.count < Contradiction.maximumExamples {
                        duplicates.examples.append(id)
                    }
                }
                return true
            }
        }
        if duplicates.examples.count < min(duplicates.count, Contradiction.maximumExamples),
            let first = duplicates.examples.first
        {
            duplicates.examples = try likes(of: first, fields, layout)
        }
        return duplicates
    }

    private func options() throws -> [UInt8] {
        let milliseconds = try remaining()
        return BSONWriter.document { writer in
            writer.int64("maxTimeMS", milliseconds)
            writer.bool("allowDiskUse", true)
        }
    }

    /// Rows with the same values as one: a group tells its two ends only.
    private func likes(of id: String, _ fields: [String], _ layout: TableLayout) throws -> [String] {
        guard let row = try row(id, in: layout) else { return [] }
        var query = RowQuery(limit: Contradiction.maximumExamples)
        query.filters = fields.compactMap { field in
            switch field {
            case "$id": .compare(field, .equal, [.string(row.id)])
            case "$createdAt": .compare(field, .equal, [.string(row.createdAt.text)])
            case "$updatedAt": .compare(field, .equal, [.string(row.updatedAt.text)])
            default: layout.position(of: field).map { .compare(field, .equal, [row.values[$0]]) }
            }
        }
        return try rows(query, in: layout).map(\.id)
    }

    /// Groups of rows with the same values in these fields, each under one of its names, and what is made of them.
    private static func pipeline(_ fields: [[String]], _ rest: [[UInt8]]) -> [UInt8] {
        let values = fields.map { names in
            MongoCompiler.any(
                names.map { name in
                    BSONWriter.document { filter in filter.document(.named(name)) { $0.bool("$exists", true) } }
                }
            )
        }
        return BSONWriter.document { writer in
            writer.array("pipeline") { stages in
                stages.document(.index(0)) { $0.raw("$match", document: MongoCompiler.all(values)) }
                stages.document(.index(1)) { stage in
                    stage.document("$group") { group in
                        group.document("_id") { id in
                            for (index, names) in fields.enumerated() {
                                id.document(.named("f\(index)")) {
                                    $0.strings("$ifNull", names.map { "$" + $0 } + [""])
                                }
                            }
                        }
                        group.document("n") { $0.int32("$sum", 1) }
                        group.document("first") { $0.string("$min", "$_id") }
                        group.document("last") { $0.string("$max", "$_id") }
                    }
                }
                stages.document(.index(2)) { stage in
                    stage.document("$match") { filter in filter.document("n") { $0.int32("$gt", 1) } }
                }
                for (index, stage) in rest.enumerated() { stages.raw(.index(3 + index), document: stage) }
            }
        }
    }

    private static var total: [[UInt8]] {
        [
            BSONWriter.document { stage in
                stage.document("$group") { group in
                    group.null("_id")
                    group.document("n") { $0.string("$sum", "$n") }
                }
            }
        ]
    }

    /// The first groups by the ids of their first rows.
    private static var ends: [[UInt8]] {
        [
            BSONWriter.document { stage in stage.document("$sort") { $0.int32("first", 1) } },
            BSONWriter.document { $0.int64("$limit", Int64(Contradiction.maximumExamples)) },
        ]
    }
}
