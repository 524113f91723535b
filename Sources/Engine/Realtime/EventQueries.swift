package import Values

/// The queries of a subscription, all of which an event's payload must match.
package struct EventQueries: Sendable, Equatable {
    private let filters: [Filter]
    /// The queries as they are told to the subscriber, each JSON text.
    package let texts: [String]
    /// See ``QueryGate/gates(_:)``.
    let gates: [QueryGate]

    /// Every event.
    package static let all = EventQueries()

    private init() {
        filters = []
        texts = []
        gates = []
    }

    /// Reads queries.
    /// - Parameter items: JSON texts, or the objects that they hold.
    /// - Throws: `realtime_message_format_invalid`.
    package init(parsing items: [JSON]) throws(AppError) {
        do throws(AppError) {
            let query = try Query(parsing: items, takesLists: true)
            let objects = items.map(Self.object)
            for object in objects { try Self.checkMethod(object) }
            guard query.select == nil || query.select == ["*"] else {
                throw AppError(
                    .generalQueryInvalid,
                    "Invalid query 'select': only [\"*\"] can be selected from events."
                )
            }
            // Who selects everything gets everything.
            filters = query.select == nil ? query.filters : []
            gates = QueryGate.gates(filters)
            texts = objects.map { Self.canonical($0).text }
        } catch {
            throw AppError(
                .realtimeMessageFormatInvalid,
                "Invalid query: \(error.message)",
                argument: error.argument.map { Prose(quoting: $0) },
                hint: error.hint.map { Prose(quoting: $0) }
            )
        }
    }

    /// Whether a payload is asked anything.
    var ask: Bool { !filters.isEmpty }

    /// The size of ``texts`` in bytes.
    var bytes: Int { texts.reduce(0) { $0 + $1.utf8.count } }

    package static func == (left: EventQueries, right: EventQueries) -> Bool { left.texts == right.texts }

    package func match(_ payload: JSON) -> Bool {
        filters.isEmpty || payload.object.map { object in filters.allSatisfy { $0.matches(object) } } ?? false
    }

    private static let methods: Set<String> = [
        "equal", "notEqual", "lessThan", "lessThanEqual", "greaterThan", "greaterThanEqual", "isNull", "isNotNull",
        "and", "or", "select",
    ]

    /// - Throws: `general_query_invalid` for a method that events can't be asked with, also inside of another query.
    private static func checkMethod(_ query: JSON) throws(AppError) {
        guard let method = query["method"]?.string else { return }
        guard methods.contains(method) else {
            throw AppError(
                .generalQueryInvalid,
                "The method '\(method)' is not for events.",
                hint: "Methods are \(methods.sorted().joined(separator: ", "))."
            )
        }
        guard method == "and" || method == "or" else { return }
        for part in values(query) { try checkMethod(part) }
    }

    private static func object(_ item: JSON) -> JSON {
        guard let text = item.string else { return item }
        return (try? JSON(parsing: text)) ?? item
    }

    private static func values(_ query: JSON) -> [JSON] {
        switch query["values"] {
        case nil, .null?: []
        case .array(let values)?: values
        case let value?: [value]
        }
    }

    /// The same query with its members in a fixed order and its values in a list.
    private static func canonical(_ query: JSON) -> JSON {
        let method = query["method"]?.string ?? ""
        var object: JSONObject = ["method": .string(method)]
        if let attribute = query["attribute"]?.string, !attribute.isEmpty { object["attribute"] = .string(attribute) }
        let values = values(query)
        object["values"] = .array(method == "and" || method == "or" ? values.map(canonical) : values)
        return .object(object)
    }
}
