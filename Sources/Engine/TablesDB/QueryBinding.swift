import Storage
import Values

/// A field that queries may name.
struct QueryField: Sendable {
    /// The name in the store's query.
    var storeKey: String
    var kind: ColumnKind
    var isArray = false
    /// Whether integers may come as decimal strings.
    var takesDigits = false
    /// Whether the store holds sealed values, which no query can compare.
    var isEncrypted = false
    /// Whether its shapes are points.
    var holdsPoints = false
    /// Whether a fulltext index serves it.
    var isSearched = false
}

/// Binds queries to the fields of one list: names are known, operands fit, and are in the store's form.
struct QueryBinding: Sendable {
    /// The fields by the names that callers use, in the order in which errors list them.
    let fields: [(name: String, field: QueryField)]
    private let byName: [String: QueryField]

    init(_ fields: [(name: String, field: QueryField)]) {
        self.fields = fields
        byName = Dictionary(fields.map { ($0.name, $0.field) }) { first, _ in first }
    }

    func filters(_ filters: [Filter]) throws(AppError) -> [Filter] {
        try checkSearches(filters)
        return try bound(filters)
    }

    func bound(_ filters: [Filter]) throws(AppError) -> [Filter] {
        var result: [Filter] = []
        for filter in filters { result.append(try bind(filter)) }
        return result
    }

    /// The complete order: what the query asks for, and `$sequence` as the tie-break, which follows the direction of a
    /// leading `$createdAt` or `$updatedAt` and ascends otherwise.
    func orders(_ orders: [Query.Order]) throws(AppError) -> [Query.Order] {
        var result: [Query.Order] = []
        var isComplete = false
        for order in orders {
            let field = try field(order.field)
            guard !field.isArray else {
                throw invalid("rows can't be sorted by '\(order.field)', which is an array")
            }
            guard field.kind != .geometry else {
                throw invalid("rows can't be sorted by '\(order.field)', which holds shapes")
            }
            if isComplete { continue }
            result.append(Query.Order(field.storeKey, descending: order.descending))
            isComplete = field.storeKey == "$sequence" || field.storeKey == "$id"
        }
        if isComplete { return result }
        let follows = orders.first.map { ["$createdAt", "$updatedAt"].contains($0.field) && $0.descending } ?? false
        result.append(Query.Order("$sequence", descending: follows))
        return result
    }

    /// - Throws: `general_query_invalid` for a name that is none, with near misses.
    func field(_ name: String) throws(AppError) -> QueryField {
        if let field = byName[name] {
            guard !field.isEncrypted else {
                throw AppError(
                    .generalQueryInvalid,
                    "Invalid query: '\(name)' is encrypted and can't be queried.",
                    argument: "queries",
                    hint: "Filter and sort by other fields; select may name it."
                )
            }
            return field
        }
        let names = fields.map(\.name)
        let near = Spelling.suggestions(for: name, among: names)
        throw AppError(
            .generalQueryInvalid,
            "Invalid query: there is no field '\(name)'.",
            argument: "queries",
            hint: near.isEmpty
                ? "Fields are \(names.joined(separator: ", "))." : "Did you mean \(near.joined(separator: " or "))?"
        )
    }

    func invalid(_ reason: Prose) -> AppError {
        AppError(.generalQueryInvalid, "Invalid query: \(reason).", argument: "queries")
    }

    private func bind(_ filter: Filter) throws(AppError) -> Filter {
        switch filter {
        case .and(let parts): return .and(try bound(parts))
        case .or(let parts): return .or(try bound(parts))
        case .related: return filter
        case .compare(let name, let comparison, let operands):
            let field = try field(name)
            if let shapes = try bindShapes(name, field, comparison, operands) { return shapes }
            try check(comparison, name, field)
            var bound: [JSON] = []
            for operand in operands { bound.append(try bind(operand, comparison, name, field)) }
            return .compare(field.storeKey, comparison, bound)
        }
    }

    private func check(_ comparison: Comparison, _ name: String, _ field: QueryField) throws(AppError) {
        let allowed: Bool
        switch comparison {
        case .isNull, .isNotNull: allowed = true
        case .search, .notSearch: return try checkSearched(comparison, name, field)
        case .contains, .containsAny, .notContains, .containsAll: allowed = field.isArray || field.kind == .text
        case .startsWith, .endsWith, .notStartsWith, .notEndsWith, .regex:
            allowed = !field.isArray && field.kind == .text
        default: allowed = !field.isArray
        }
        guard allowed, field.kind != .json else {
            throw invalid(
                field.isArray
                    ? "'\(comparison.rawValue)' does not work on '\(name)', which is an array; use contains, "
                        + "containsAny, containsAll or notContains"
                    : "'\(comparison.rawValue)' does not work on '\(name)', which holds no text"
            )
        }
    }

    private func bind(
        _ operand: JSON,
        _ comparison: Comparison,
        _ name: String,
        _ field: QueryField
    ) throws(AppError) -> JSON {
        switch (field.kind, operand) {
        case (.text, .string(let text)):
            if comparison == .regex { try checkPattern(text) }
            if comparison == .search || comparison == .notSearch { try checkSearch(text) }
            return operand
        case (.integer, .int) where field.storeKey == "$sequence": return .string(operand.text)
        case (.integer, .string(let digits)) where field.storeKey == "$sequence":
            guard Int64(digits) != nil else { break }
            return operand
        case (.integer, .int), (.double, .int), (.double, .double), (.boolean, .bool): return operand
        case (.integer, .string(let digits)) where field.takesDigits:
            guard let number = Int64(digits) else { break }
            return .int(number)
        case (.datetime, .string(let text)):
            guard let moment = Timestamp(parsing: text) else { break }
            return .string(moment.text)
        default: break
        }
        let expected =
            switch field.kind {
            case .text: "a string"
            case .integer: field.takesDigits ? "an integer, or a string of digits" : "an integer"
            case .double: "a number"
            case .boolean: "true or false"
            case .datetime: "an ISO 8601 date-time such as \"2026-11-22T08:15:00.000+00:00\""
            case .json, .geometry: "nothing"
            }
        let what = operand.isNull ? "null (use isNull or isNotNull)" : operand.kindName
        throw invalid("'\(comparison.rawValue)' on '\(name)' takes \(expected), not \(what)")
    }

    private func checkPattern(_ text: String) throws(AppError) {
        do throws(StoreError) { _ = try RegularExpression(text) } catch { throw invalid("\(error.message)") }
    }
}
