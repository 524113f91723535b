import Values

/// Compiles bound queries to filters of MongoDB. Comparisons there skip documents without the field, but their
/// negations don't, so these ask for the field as well.
struct MongoCompiler {
    let table: MongoTable
    /// The ids of the rows that each text of a `notSearch` finds.
    var excluded: [String: [String]] = [:]
    /// Whether a stage before this filter has searched already.
    var hasSearched = false

    /// The document that all of these filters must match; empty when there are none.
    func filter(_ filters: [Filter], permissions: [String]? = nil, place: [UInt8]? = nil) -> [UInt8] {
        var parts = filters.map { document($0) }
        if let permissions {
            parts.append(
                BSONWriter.document { writer in
                    writer.document("_permissions") { $0.strings("$in", permissions) }
                }
            )
        }
        if let place { parts.append(place) }
        return Self.all(parts)
    }

    static func all(_ parts: [[UInt8]]) -> [UInt8] {
        parts.count == 1 ? parts[0] : BSONWriter.document { if !parts.isEmpty { join("$and", parts, &$0) } }
    }

    static func any(_ parts: [[UInt8]]) -> [UInt8] {
        parts.count == 1 ? parts[0] : BSONWriter.document { join("$or", parts, &$0) }
    }

    private static func join(_ word: BSONKey, _ parts: [[UInt8]], _ writer: inout BSONWriter) {
        writer.array(word) { writer in
            for (index, part) in parts.enumerated() { writer.raw(.index(index), document: part) }
        }
    }

    /// What no document matches.
    static let nothing = BSONWriter.document { writer in writer.document("_id") { $0.array("$in") { _ in } } }

    private func document(_ filter: Filter) -> [UInt8] {
        switch filter {
        case .and(let parts): return Self.all(parts.map { document($0) })
        case .or(let parts): return parts.isEmpty ? Self.nothing : Self.any(parts.map { document($0) })
        case .related: preconditionFailure("conditions on related rows are resolved before they are compiled")
        case .compare(let key, let comparison, let operands):
            guard let (name, column) = table.field(key) else {
                preconditionFailure("the engine bound a filter to an unknown column")
            }
            return column.isArray
                ? array(name, comparison, operands, column) : scalar(name, comparison, operands, column)
        }
    }

    private func scalar(_ name: String, _ comparison: Comparison, _ operands: [JSON], _ column: ColumnLayout) -> [UInt8]
    {
        let kind = column.kind
        func value(_ index: Int, _ key: BSONKey, _ writer: inout BSONWriter) {
            Self.operand(operands[index], kind, key, &writer)
        }
        func field(_ body: (inout BSONWriter) -> Void) -> [UInt8] { Self.field(name, body) }
        switch comparison {
        case .equal:
            return operands.count == 1
                ? field { value(0, "$eq", &$0) } : field { Self.list("$in", operands, kind, &$0) }
        case .notEqual:
            return field { writer in
                writer.bool("$exists", true)
                value(0, "$ne", &writer)
            }
        case .lessThan: return field { value(0, "$lt", &$0) }
        case .lessThanEqual: return field { value(0, "$lte", &$0) }
        case .greaterThan: return field { value(0, "$gt", &$0) }
        case .greaterThanEqual: return field { value(0, "$gte", &$0) }
        case .between:
            return field { writer in
                value(0, "$gte", &writer)
                value(1, "$lte", &writer)
            }
        case .notBetween: return Self.any([field { value(0, "$lt", &$0) }, field { value(1, "$gt", &$0) }])
        case .isNull: return field { $0.bool("$exists", false) }
        case .isNotNull: return field { $0.bool("$exists", true) }
        case .startsWith:
            let prefix = operands[0].string ?? ""
            return field { writer in
                writer.string("$gte", prefix)
                if let end = prefix.endOfPrefix { writer.string("$lt", end) }
            }
        case .notStartsWith:
            let prefix = operands[0].string ?? ""
            let below = field { $0.string("$lt", prefix) }
            guard let end = prefix.endOfPrefix else { return below }
            return Self.any([below, field { $0.string("$gte", end) }])
        case .endsWith: return field { $0.regex("$regex", Self.literal(operands[0]) + "\\z") }
        case .notEndsWith:
            return field { writer in
                writer.bool("$exists", true)
                writer.regex("$not", Self.literal(operands[0]) + "\\z")
            }
        case .contains, .containsAny: return field { Self.patterns("$in", operands, &$0) }
        case .containsAll:
            return Self.all(operands.map { operand in field { $0.regex("$regex", Self.literal(operand)) } })
        case .notContains:
            return field { writer in
                writer.bool("$exists", true)
                Self.patterns("$nin", operands, &writer)
            }
        case .distanceEqual, .distanceNotEqual, .distanceLessThan, .distanceGreaterThan:
            return distance(name, comparison, operands)
        case .intersects: return field { Self.intersects(operands[0], &$0) }
        case .notIntersects:
            return field { writer in
                writer.bool("$exists", true)
                writer.document("$not") { Self.intersects(operands[0], &$0) }
            }
        case .search: return search(operands[0])
        case .notSearch:
            return BSONWriter.document { writer in
                writer.document(.named(name)) { $0.bool("$exists", true) }
                writer.document("_id") { $0.strings("$nin", excluded[operands[0].string ?? ""] ?? []) }
            }
        case .regex:
            // As an expression, because a plain filter takes a match that passes the server's bounds for none.
            return BSONWriter.document { writer in
                writer.document("$expr") { expression in
                    expression.document("$regexMatch") { match in
                        match.string("input", "$" + name)
                        match.regex("regex", Self.withoutZero(operands[0].string ?? ""))
                    }
                }
            }
        }
    }

    private func array(_ name: String, _ comparison: Comparison, _ operands: [JSON], _ column: ColumnLayout) -> [UInt8]
    {
        switch comparison {
        case .isNull: return Self.field(name) { $0.bool("$exists", false) }
        case .isNotNull: return Self.field(name) { $0.bool("$exists", true) }
        case .contains, .containsAny: return Self.field(name) { Self.list("$in", operands, column.kind, &$0) }
        case .containsAll: return Self.field(name) { Self.list("$all", operands, column.kind, &$0) }
        case .notContains:
            return Self.field(name) { writer in
                writer.bool("$exists", true)
                Self.list("$nin", operands, column.kind, &writer)
            }
        default: preconditionFailure("the engine bound \(comparison) to an array column")
        }
    }

    static func field(_ name: String, _ body: (inout BSONWriter) -> Void) -> [UInt8] {
        BSONWriter.document { $0.document(.named(name), body) }
    }

    /// An operand in the type of the stored values.
    static func operand(_ value: JSON, _ kind: ColumnKind, _ key: BSONKey, _ writer: inout BSONWriter) {
        if kind == .integer, case .string(let digits) = value, let number = Int64(digits) {
            writer.int64(key, number)
        } else {
            MongoTable.write(scalar: value, kind, key, to: &writer)
        }
    }

    private static func list(_ word: BSONKey, _ operands: [JSON], _ kind: ColumnKind, _ writer: inout BSONWriter) {
        writer.array(word) { writer in
            for (index, value) in operands.enumerated() { operand(value, kind, .index(index), &writer) }
        }
    }

    private static func patterns(_ word: BSONKey, _ operands: [JSON], _ writer: inout BSONWriter) {
        writer.array(word) { writer in
            for (index, value) in operands.enumerated() { writer.regex(.index(index), literal(value)) }
        }
    }

    /// A pattern that matches exactly this text.
    private static func literal(_ operand: JSON) -> String {
        var pattern = ""
        for scalar in (operand.string ?? "").unicodeScalars {
            if scalar == "\0" {
                pattern += "\\x00"
            } else {
                if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) { pattern += "\\" }
                pattern.unicodeScalars.append(scalar)
            }
        }
        return pattern
    }

    /// The same pattern without the byte that BSON ends patterns with.
    private static func withoutZero(_ pattern: String) -> String {
        pattern.utf8.contains(0)
            ? pattern.split(separator: "\0", omittingEmptySubsequences: false).joined(separator: "\\x00") : pattern
    }
}
