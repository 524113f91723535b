extension Query {
    /// How many queries one call may carry.
    package static let maximumQueries = 100
    /// How long one query may be as text, in characters.
    package static let maximumLength = 4096
    /// How many operands one comparison may have.
    package static let maximumOperands = 500
    /// How many comparisons all queries of a call may hold together, those inside `and` and `or` included.
    package static let maximumComparisons = 400
    /// How many operands all comparisons of a call may have together.
    package static let maximumTotalOperands = 10_000
    /// How deep `and` and `or` may nest.
    package static let maximumDepth = 20
    /// How many relations the name of a field may follow, as `author.publisher.name` follows two.
    package static let maximumRelations = 3

    /// Parses the items of a `queries` argument, each a JSON string (the wire form) or a JSON object.
    ///
    /// - Parameter takesLists: whether comparisons that have one operand may have several as well.
    /// - Throws: `general_query_invalid`, naming the item as `queries[2]`.
    package init(parsing items: [JSON], takesLists: Bool = false) throws(AppError) {
        self.init()
        guard items.count <= Self.maximumQueries else {
            throw AppError(
                .generalQueryInvalid,
                "\(items.count) queries are too many; at most \(Self.maximumQueries) are allowed.",
                argument: "queries"
            )
        }
        for (index, item) in items.enumerated() {
            do throws(AppError) {
                try add(try Term(item, takesLists: takesLists))
            } catch {
                throw error.about("queries[\(index)]")
            }
        }
        let (comparisons, operands) = Filter.and(filters).weight
        guard comparisons <= Self.maximumComparisons, operands <= Self.maximumTotalOperands else {
            throw AppError(
                .generalQueryInvalid,
                "The queries hold \(comparisons) comparisons with \(operands) operands; at most "
                    + "\(Self.maximumComparisons) with \(Self.maximumTotalOperands) are allowed.",
                argument: "queries",
                hint: "'equal' takes up to \(Self.maximumOperands) values and holds for any of them."
            )
        }
    }

    private mutating func add(_ term: Term) throws(AppError) {
        switch term.method {
        case "select": try addSelection(term)
        case "orderAsc", "orderDesc":
            try term.expectValues(0...0)
            orders.append(Order(term.attribute ?? "$sequence", descending: term.method == "orderDesc"))
        case "limit": limit = try term.count(from: 1)
        case "offset": offset = try term.count(from: 0)
        case "cursorAfter": try setCursor(.after(try term.rowID()))
        case "cursorBefore": try setCursor(.before(try term.rowID()))
        default: filters.append(try term.filter(depth: 0))
        }
    }

    private mutating func addSelection(_ term: Term) throws(AppError) {
        try term.expectValues(1...Self.maximumOperands)
        var names = select ?? []
        for value in term.values {
            guard case .string(let name) = value, !name.isEmpty else {
                throw term.invalid("select takes field names as strings")
            }
            try Self.checkLength(of: name, term)
            guard !names.contains(name) else { throw term.invalid("select names '\(name)' twice") }
            names.append(name)
        }
        select = names
    }

    /// Names become a tree, level by level, so their length is bounded before that.
    private static func checkLength(of name: String, _ term: Term) throws(AppError) {
        guard name.utf8.count(where: { $0 == UInt8(ascii: ".") }) <= maximumRelations else {
            throw term.invalid("select follows more than \(maximumRelations) relations in a row")
        }
        let longest = (maximumRelations + 1) * (ID.maximumLength + 1)
        guard name.utf8.count <= longest else {
            throw term.invalid("select names a field of more than \(longest) characters")
        }
    }

    private mutating func setCursor(_ new: Cursor) throws(AppError) {
        if cursor == nil { cursor = new }
    }
}

/// One query as written: `{"method", "attribute", "values"}`.
private struct Term {
    var method: String
    var attribute: String?
    var values: [JSON]
    let takesLists: Bool

    init(_ item: JSON, takesLists: Bool) throws(AppError) {
        var item = item
        if case .string(let text) = item {
            guard text.count <= Query.maximumLength else {
                throw AppError(
                    .generalQueryInvalid,
                    "The query is longer than \(Query.maximumLength) characters."
                )
            }
            do throws(JSONError) { item = try JSON(parsing: text) } catch {
                throw AppError(
                    .generalQueryInvalid,
                    "The query is not valid JSON: \(error).",
                    hint: Self.example
                )
            }
        }
        guard case .object(let object) = item else {
            throw AppError(
                .generalQueryInvalid,
                "A query must be a JSON object, not \(item.kindName).",
                hint: Self.example
            )
        }
        try self.init(object, takesLists: takesLists)
    }

    init(_ object: JSONObject, takesLists: Bool) throws(AppError) {
        self.takesLists = takesLists
        guard case .string(let method)? = object["method"] else {
            throw AppError(
                .generalQueryInvalid,
                "A query must have a \"method\" that is a string.",
                hint: Self.example
            )
        }
        self.method = method
        for key in object.keys where !["method", "attribute", "values"].contains(key) {
            throw AppError(
                .generalQueryInvalid,
                "A query has no member \"\(key)\"; it has method, attribute and values."
            )
        }
        switch object["attribute"] {
        case nil, .null?: attribute = nil
        case .string(let name)? where name.isEmpty: attribute = nil
        case .string(let name)?: attribute = name
        case let other?:
            throw AppError(
                .generalQueryInvalid,
                "\"attribute\" of a query must be a string, not \(other.kindName)."
            )
        }
        switch object["values"] {
        case nil, .null?: values = []
        case .array(let items)?: values = items
        case let scalar?: values = [scalar]
        }
    }

    static let example: Prose = #"For example {"method":"equal","attribute":"status","values":["open"]}."#

    func invalid(_ reason: Prose) -> AppError {
        AppError(.generalQueryInvalid, "Invalid query '\(method)': \(reason).")
    }

    func expectValues(_ range: ClosedRange<Int>) throws(AppError) {
        guard !range.contains(values.count) else { return }
        let expected: String
        switch (range.lowerBound, range.upperBound) {
        case (0, 0): expected = "no values"
        case (1, 1): expected = "exactly one value"
        case (let low, let high) where low == high: expected = "exactly \(low) values"
        case (let low, let high): expected = "\(low) to \(high) values"
        }
        throw invalid("it takes \(expected) and got \(values.count)")
    }

    func count(from minimum: Int64) throws(AppError) -> Int {
        try expectValues(1...1)
        guard case .int(let number) = values[0], number >= minimum, number <= Int64(Int32.max) else {
            throw invalid("its value must be an integer of at least \(minimum)")
        }
        return Int(number)
    }

    func rowID() throws(AppError) -> String {
        try expectValues(1...1)
        guard case .string(let id) = values[0], !id.isEmpty else { throw invalid("its value must be the id of a row") }
        return id
    }

    func filter(depth: Int) throws(AppError) -> Filter {
        guard depth < Query.maximumDepth else { throw invalid("nested deeper than \(Query.maximumDepth) levels") }
        if method == "and" || method == "or" {
            try expectValues(2...Query.maximumQueries)
            var parts: [Filter] = []
            for value in values {
                guard case .object(let object) = value else { throw invalid("its values must be query objects") }
                let term = try Term(object, takesLists: takesLists)
                guard !Self.pageMethods.contains(term.method) else {
                    throw invalid("'\(term.method)' is not a filter and can't stand inside it")
                }
                parts.append(try term.filter(depth: depth + 1))
            }
            return method == "and" ? .and(parts) : .or(parts)
        }
        guard let comparison = Comparison(rawValue: method) else { throw unknownMethod }
        guard let attribute else { throw invalid("\"attribute\" is missing") }
        let expected = comparison.operands
        try expectValues(takesLists && expected == 1...1 ? 1...Query.maximumOperands : expected)
        return .compare(attribute, comparison, values)
    }

    private static let pageMethods = [
        "select", "orderAsc", "orderDesc", "limit", "offset", "cursorAfter", "cursorBefore",
    ]

    /// Methods of the reference that neither store can answer.
    private static let unsupported = ["crosses", "notCrosses", "overlaps", "notOverlaps", "touches", "notTouches"]

    private var unknownMethod: AppError {
        let known = Comparison.allCases.map(\.rawValue) + Self.pageMethods + ["and", "or"]
        if Self.unsupported.contains(method) {
            return AppError(
                .generalQueryInvalid,
                "Invalid query method: '\(method)' is not supported.",
                hint: "Shapes are compared with intersects, notIntersects and the distance methods."
            )
        }
        let near = Spelling.suggestions(for: method, among: known)
        return AppError(
            .generalQueryInvalid,
            "Invalid query method: '\(method)'.",
            hint: near.isEmpty
                ? "Methods are \(known.joined(separator: ", "))."
                : "Did you mean \(near.joined(separator: " or "))?"
        )
    }
}
