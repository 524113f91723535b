import Values

extension MongoCompiler {
    /// A page as the arguments of `find`, or as a pipeline where `find` can't say it.
    enum Page {
        case find(filter: [UInt8], options: [UInt8])
        case aggregate(pipeline: [UInt8], options: [UInt8])
    }

    /// - Parameter milliseconds: how long the server may take.
    func page(_ query: RowQuery, milliseconds: Int64) -> Page {
        var orders = query.orders
        if query.position?.isBackward == true {
            orders = orders.map { Query.Order($0.field, descending: !$0.descending) }
        }
        let place = query.position.map { after(orders, $0.values) }
        let moving = moving(query)
        let searching = moving.isEmpty ? nil : searching(query.filters)
        let filter = settling(searching).filter(query.filters, permissions: query.permissions, place: place)
        let sort = BSONWriter.document { writer in
            for order in orders { writer.int32(.named(name(order.field)), order.descending ? -1 : 1) }
        }
        if moving.isEmpty {
            let options = BSONWriter.document { writer in
                writer.raw("sort", document: sort)
                writer.int64("limit", Int64(query.limit))
                // One answer holds the page unless it is beyond what one message may hold.
                writer.int32("batchSize", Int32(clamping: min(query.limit, 5000)))
                if query.offset > 0 { writer.int64("skip", Int64(query.offset)) }
                if let columns = query.columns { writer.raw("projection", document: projection(columns)) }
                writer.int64("maxTimeMS", milliseconds)
            }
            return .find(filter: filter, options: options)
        }
        let pipeline = BSONWriter.document { writer in
            writer.array("pipeline") { stages in
                stages.document(.index(0)) { $0.raw("$match", document: searching ?? Self.all([])) }
                stages.document(.index(1)) { $0.raw("$set", document: settled(moving)) }
                stages.document(.index(2)) { $0.raw("$match", document: filter) }
                // A stage that sorts by nothing is an error.
                if !orders.isEmpty { stages.document(.index(3)) { $0.raw("$sort", document: sort) } }
                stages.document(.index(4)) { $0.int64("$skip", Int64(query.offset)) }
                stages.document(.index(5)) { $0.int64("$limit", Int64(query.limit)) }
            }
        }
        return .aggregate(pipeline: pipeline, options: BSONWriter.document { $0.int64("maxTimeMS", milliseconds) })
    }

    /// The pipeline of the capped count of what matches, which answers `{n}` or nothing.
    func count(_ query: RowQuery, cap: Int) -> [UInt8] {
        let moving = moving(query)
        let searching = moving.isEmpty ? nil : searching(query.filters)
        let filter = settling(searching).filter(query.filters, permissions: query.permissions)
        return BSONWriter.document { writer in
            writer.array("pipeline") { stages in
                var index = 0
                func add(_ word: BSONKey, _ body: (inout BSONWriter, BSONKey) -> Void) {
                    stages.document(.index(index)) { body(&$0, word) }
                    index += 1
                }
                if let searching { add("$match") { $0.raw($1, document: searching) } }
                if !moving.isEmpty { add("$set") { $0.raw($1, document: settled(moving)) } }
                add("$match") { $0.raw($1, document: filter) }
                add("$limit") { $0.int64($1, Int64(cap)) }
                add("$count") { $0.string($1, "n") }
            }
        }
    }

    private func name(_ field: String) -> String {
        guard let (name, _) = table.field(field) else {
            preconditionFailure("the engine bound an order to an unknown column")
        }
        return name
    }

    private func projection(_ positions: [Int]) -> [UInt8] {
        BSONWriter.document { writer in
            for name in ["_seq", "_createdAt", "_updatedAt", "_permissions"] { writer.int32(.named(name), 1) }
            for position in positions {
                let column = table.layout.columns[position]
                writer.int32(.named(column.key), 1)
                if column.storedAs != column.key { writer.int32(.named(column.storedAs), 1) }
            }
        }
    }

    /// The columns of a query that are being renamed, whose values are under either name.
    private func moving(_ query: RowQuery) -> [ColumnLayout] {
        let columns = table.layout.columns.filter { $0.storedAs != $0.key }
        if columns.isEmpty { return [] }
        let named = Set(query.filters.flatMap(\.fields)).union(query.orders.map(\.field))
        return columns.filter { named.contains($0.key) }
    }

    private func settled(_ columns: [ColumnLayout]) -> [UInt8] {
        BSONWriter.document { writer in
            for column in columns {
                writer.document(.named(column.key)) { expression in
                    expression.strings("$ifNull", ["$" + column.key, "$" + column.storedAs, "$$REMOVE"])
                }
            }
        }
    }

    /// What comes after a place in an order: equal in the first fields, beyond it in the next one.
    private func after(_ orders: [Query.Order], _ values: [JSON]) -> [UInt8] {
        var alternatives: [[UInt8]] = []
        for (index, order) in orders.enumerated() {
            guard let beyond = beyond(order, values[index]) else { continue }
            alternatives.append(Self.all((0..<index).map { equal(orders[$0], values[$0]) } + [beyond]))
        }
        return alternatives.isEmpty ? Self.nothing : Self.any(alternatives)
    }

    private func equal(_ order: Query.Order, _ value: JSON) -> [UInt8] {
        let (name, column) = table.field(order.field)!
        return Self.field(name) { writer in
            if value.isNull { writer.bool("$exists", false) } else { Self.operand(value, column.kind, "$eq", &writer) }
        }
    }

    /// nil when nothing comes after it.
    private func beyond(_ order: Query.Order, _ value: JSON) -> [UInt8]? {
        let (name, column) = table.field(order.field)!
        if value.isNull { return order.descending ? nil : Self.field(name) { $0.bool("$exists", true) } }
        let values = Self.field(name) { Self.operand(value, column.kind, order.descending ? "$lt" : "$gt", &$0) }
        guard order.descending, !order.field.hasPrefix("$") else { return values }
        return Self.any([values, Self.field(name) { $0.bool("$exists", false) }])
    }
}

extension Filter {
    /// The fields that it names.
    fileprivate var fields: [String] {
        switch self {
        case .compare(let field, _, _): [field]
        case .and(let parts), .or(let parts): parts.flatMap(\.fields)
        case .related: []
        }
    }
}
