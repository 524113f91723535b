import Storage
import Values

/// `tablesDB.explainRows`.
enum ExplainRows {
    /// Beyond so many rows the embedded store stops counting.
    static let countCap = 100_000

    static let handler = Handler.read(
        "tablesDB.explainRows",
        prepare: { call throws(AppError) -> Query in try call.queries() }
    ) { query, context in
        let list = try RowList.Bound(query, context)
        let found = try context.session.examine(list.page, in: list.table.layout, cap: countCap)
        var answer: JSONObject = [
            "plan": plan(found.plan, isSorted: !query.orders.isEmpty), "examined": .int(Int64(found.examined)),
        ]
        if found.isCapped { answer["examinedIsCapped"] = true }
        answer["returned"] = .int(Int64(found.returned))
        if found.plan.access == .scan || found.plan.sortsInMemory,
            let index = IndexAdvice.index(for: list.page, of: list.table, at: context.now)
        {
            answer["suggestion"] = .object(index.arguments(context.dialect))
        }
        return JSON.object(answer)
    }

    private static func plan(_ plan: PagePlan, isSorted: Bool) -> JSON {
        var object: JSONObject = ["access": .string(plan.access.rawValue)]
        if let index = plan.index { object["index"] = .string(index) }
        object["sort"] = plan.sortsInMemory ? "memory" : isSorted && plan.access != .id ? "index" : "none"
        return .object(object)
    }
}
