import Catalog
import Values

/// Lists that are known as a whole, and so have nothing to filter or to sort by.
enum ShortList {
    /// Answers a list call with the page that its queries ask for, or with everything.
    /// - Throws: 400 `general_query_invalid` for anything but `limit` and `offset`.
    static func answer(_ name: String, _ items: [JSON], _ context: ReadContext) throws(AppError) -> JSON {
        let query = try context.call.queries()
        guard query.filters.isEmpty, query.orders.isEmpty, query.select == nil, query.cursor == nil else {
            throw AppError(
                .generalQueryInvalid,
                "Invalid query: \(context.call.operation.id) takes limit and offset only.",
                argument: "queries",
                hint: "Leave out the queries: the whole list is short."
            )
        }
        let page = items.dropFirst(query.offset ?? 0).prefix(query.limit ?? items.count)
        let total = context.call.bool("total") ? items.count : 0
        return .object(JSONObject([("total", .int(Int64(total))), (name, .array(Array(page)))]))
    }
}
