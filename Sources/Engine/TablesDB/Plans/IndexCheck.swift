import Storage
import Synchronization
import Values

/// Refuses lists of large tables that no index serves.
///
/// The store is asked for its plan once for each shape of a query and state of a table, not for each call.
final class IndexCheck: Sendable {
    /// What is known of a shape: nil for one that an index serves.
    private typealias Verdict = PagePlan?

    /// Tables of more rows than this are looked after.
    let limit: Int
    private let verdicts = Mutex<[Shape: Verdict]>([:])

    private static let maximumVerdicts = 10_000

    init(limit: Int) {
        self.limit = limit
    }

    /// - Throws: 400 `index_required` for a list that would read all of a large table, or sort rows which an index could
    ///   bring in order.
    func check(_ list: RowList.Bound, _ context: ReadContext) throws {
        guard let plan = try verdict(list, context) else { return }
        guard try isLarge(list.table, context.session) else { return }
        let index = IndexAdvice.index(for: list.page, of: list.table, at: context.now)
        guard plan.access == .scan || index != nil else { return }
        throw AppError(
            .indexRequired,
            "No index serves this list of '\(list.table.id)', so the store would \(own: Self.words(plan)). It has more than "
                + "\(limit) rows, above which that is refused.",
            argument: "queries",
            hint: index.map { hint($0, list.table, context.dialect) }
                ?? "Filter with equal, or sort by the column that is compared; contains, endsWith, regex and negations are "
                + "served by no index."
        )
    }

    /// An estimate that says so is made sure of: rows that were deleted may count in it.
    private func isLarge(_ table: Table, _ session: any ReadSession) throws -> Bool {
        guard try session.estimatedCount(in: table.layout) > limit else { return false }
        return try session.count(RowQuery(limit: 1), in: table.layout, cap: limit + 1) > limit
    }

    private func hint(_ index: Index, _ table: Table, _ dialect: Dialect) -> Prose {
        var arguments: JSONObject = [
            "databaseId": .string(table.databaseID), dialect.translated("tableId"): .string(table.id),
        ]
        for (key, value) in index.arguments(dialect).members { arguments[key] = value }
        return "Create one: tablesDB.createIndex \(JSON.object(arguments).text)"
    }

    private static func words(_ plan: PagePlan) -> String {
        switch (plan.access == .scan, plan.sortsInMemory) {
        case (true, true): "read all of the table and sort its rows"
        case (true, false): "read all of the table"
        default: "sort rows in memory"
        }
    }

    private func verdict(_ list: RowList.Bound, _ context: ReadContext) throws -> Verdict {
        let shape = Shape(list)
        if let known = verdicts.withLock({ $0[shape] }) { return known }
        let plan = try context.session.plan(list.page, in: list.table.layout)
        let verdict = plan.access == .scan || plan.sortsInMemory ? plan : nil
        guard context.seesCommittedSchema else { return verdict }
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.maximumVerdicts { verdicts.removeAll() }
            verdicts[shape] = .some(verdict)
        }
        return verdict
    }

    /// A query without its operands, of a table as it is.
    private struct Shape: Hashable {
        let table: TableFingerprint
        let text: [UInt8]

        init(_ list: RowList.Bound) {
            table = list.table.fingerprint
            let page = list.page
            var writer = JSONWriter(reserving: 128)
            for filter in page.filters { Self.write(filter, &writer) }
            writer.raw("|")
            for order in page.orders { writer.write([.string(order.field), .bool(order.descending)]) }
            writer.write([
                .bool(page.permissions != nil), .bool(page.offset > 0),
                page.position.map { .bool($0.isBackward) } ?? .null,
            ])
            text = writer.bytes
        }

        private static func write(_ filter: Filter, _ writer: inout JSONWriter) {
            switch filter {
            case .compare(let field, let comparison, let operands):
                writer.write([.string(field), .string(comparison.rawValue), .bool(operands.count > 1)])
            case .and(let parts), .or(let parts):
                if case .or = filter { writer.raw("(or") } else { writer.raw("(and") }
                for part in parts { write(part, &writer) }
                writer.raw(")")
            case .related(let number, let parts):
                writer.write([.int(Int64(number))])
                writer.raw("(")
                for part in parts { write(part, &writer) }
                writer.raw(")")
            }
        }
    }
}
