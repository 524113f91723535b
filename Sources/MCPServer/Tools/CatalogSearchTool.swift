package import Catalog
package import Telemetry
import Values

extension Tool {
    /// `catalog-search` over a catalog that is first asked for when the tool is first called.
    /// - Parameter observer: hears of every call; nil where nobody asks.
    package static func catalogSearch(
        _ observer: CallObserver? = nil,
        _ catalog: @escaping @Sendable () -> Catalog
    ) -> Tool {
        Tool(.catalogSearch) { arguments, _ in
            let start = ContinuousClock.now
            var record = CallRecord(ToolDefinition.catalogSearch.name)
            record.operation = ToolDefinition.catalogSearch.name
            let outcome: ToolOutcome
            do throws(AppError) { outcome = try search(arguments, catalog()) } catch {
                record.status = error.code.status
                outcome = .failure(error)
            }
            record.bytes = outcome.bytes
            observer?.ended(record, start.duration(to: .now))
            return outcome
        }
    }

    private static func search(_ arguments: JSONObject, _ catalog: Catalog) throws(AppError) -> ToolOutcome {
        let arguments = try ToolArguments(arguments, of: .catalogSearch)
        let detail = try arguments.string("detail") ?? Catalog.Detail.signature.rawValue
        guard let detail = Catalog.Detail(rawValue: detail) else {
            throw AppError(
                .generalArgumentInvalid,
                "'detail' must be \"signature\" or \"schema\", not \"\(detail)\".",
                argument: "detail"
            )
        }
        let query = try arguments.required("query")
        guard query.utf8.count <= maximumQuery else {
            throw AppError(
                .generalArgumentInvalid,
                "'query' has more than \(maximumQuery) bytes.",
                argument: "query",
                hint: "A few words find more than a page of text."
            )
        }
        let answer = catalog.search(
            query: query,
            service: try arguments.string("service"),
            limit: try arguments.integer("limit", 1...20, default: 5),
            detail: detail
        )
        return .json(encoded: answer.encoded, structured: true, isError: false)
    }

    /// The longest query in bytes.
    private static let maximumQuery = 1000
}
