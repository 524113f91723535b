import Values

/// What `explain` tells. It is asked outside of snapshots and transactions, which do not take it.
extension MongoSession {
    func plan(_ query: RowQuery, in layout: TableLayout) throws -> PagePlan {
        guard let table = try located(layout) else { return PagePlan(.index) }
        return try explain(query, table, verbosity: "queryPlanner") { reply in
            MongoPlan(try reply["queryPlanner"]?.document?["winningPlan"]?.json ?? .null).plan(query)
        } ?? Self.planWithoutIndex
    }

    /// The server counts all of it; nothing is capped but by the time limit.
    func examine(_ query: RowQuery, in layout: TableLayout, cap: Int) throws -> PageExamination {
        guard let table = try located(layout) else {
            return PageExamination(plan: PagePlan(.index), examined: 0, returned: 0)
        }
        let examination = try explain(query, table, verbosity: "executionStats") { reply in
            let statistics = try reply["executionStats"]?.document
            func number(_ name: StaticString) throws -> Int { Int(try statistics?[name]?.number ?? 0) }
            return PageExamination(
                plan: MongoPlan(try reply["queryPlanner"]?.document?["winningPlan"]?.json ?? .null).plan(query),
                examined: max(try number("totalKeysExamined"), try number("totalDocsExamined")),
                returned: try number("nReturned")
            )
        }
        if let examination { return examination }
        return PageExamination(
            plan: Self.planWithoutIndex,
            examined: try estimatedCount(in: layout),
            returned: try rows(query, in: layout).count
        )
    }

    /// While a column is being renamed, values are put in their place before anything is asked of them.
    private static let planWithoutIndex = PagePlan(.scan, sortsInMemory: true)

    /// nil for a page that is no plain `find`.
    private func explain<R>(
        _ query: RowQuery,
        _ table: MongoTable,
        verbosity: String,
        _ read: (BSONView) throws -> R
    ) throws -> R? {
        let query = try resolved(query)
        let milliseconds = try remaining()
        guard
            case .find(let filter, let options) = try compiler(for: query, table).page(
                query,
                milliseconds: milliseconds
            )
        else { return nil }
        func option(_ name: StaticString) throws -> [UInt8]? {
            try options.withUnsafeBytes { bytes in try BSONView(bytes)[name].map { Array($0.value) } }
        }
        let (sort, projection) = (try option("sort"), try option("projection"))
        let command = BSONWriter.document { writer in
            writer.document("explain") { find in
                find.string("find", table.collection.name)
                find.raw("filter", document: filter)
                if let sort { find.raw("sort", document: sort) }
                if let projection { find.raw("projection", document: projection) }
                if query.offset > 0 { find.int64("skip", Int64(query.offset)) }
                find.int64("limit", Int64(query.limit))
                find.int64("maxTimeMS", milliseconds)
            }
            writer.string("verbosity", verbosity)
        }
        return try connection.command(command, on: table.collection.database, read)
    }
}

/// A winning plan of the server: a tree of stages.
private struct MongoPlan {
    private var stages: [JSON] = []

    init(_ plan: JSON) {
        collect(plan)
    }

    private mutating func collect(_ value: JSON) {
        switch value {
        case .array(let items): for item in items { collect(item) }
        case .object(let object):
            if object["stage"] != nil { stages.append(value) }
            for (key, member) in object.members where key != "indexBounds" && key != "filter" { collect(member) }
        default: break
        }
    }

    func plan(_ query: RowQuery) -> PagePlan {
        let sorts = names.contains("SORT")
        let indexes = stages.filter { $0["indexName"] != nil }
        if names.contains("COLLSCAN") || indexes.contains(where: { !Self.isBounded($0) }) {
            let walked = names.contains("COLLSCAN") || sorts ? nil : indexes.first.flatMap(Self.key)
            return PagePlan(walkingThrough: walked, query, sortsInMemory: sorts)
        }
        let isByID = names.contains("IDHACK") || names.contains { $0.hasPrefix("EXPRESS") }
        let key = isByID ? "$id" : indexes.first.flatMap(Self.key)
        let isOne = indexes.count == 1 && key == "$id" && query.filters.contains(where: \.isOneID)
        return isByID || isOne ? PagePlan(.id, index: key) : PagePlan(.index, index: key, sortsInMemory: sorts)
    }

    private var names: [String] { stages.compactMap { $0["stage"]?.string } }

    /// Whether only a part of an index is read.
    private static func isBounded(_ stage: JSON) -> Bool {
        guard let bounds = stage["indexBounds"]?.object?.members.first?.value.strings else { return true }
        return bounds != ["[MinKey, MaxKey]"] && bounds != ["[MaxKey, MinKey]"]
    }

    private static func key(_ stage: JSON) -> String? {
        switch stage["indexName"]?.string {
        case "_id_"?: "$id"
        case "_seq"?: "$sequence"
        case "_createdAt"?: "$createdAt"
        case "_updatedAt"?: "$updatedAt"
        case "_permissions"?: "$permissions"
        case let own: own
        }
    }
}

extension Filter {
    fileprivate var isOneID: Bool {
        if case .compare("$id", .equal, let operands) = self { operands.count == 1 } else { false }
    }
}
