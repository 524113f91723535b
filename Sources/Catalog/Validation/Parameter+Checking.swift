import Values

extension Parameter {
    /// The value as the engine gets it: mostly the same, normalised where several forms are accepted.
    func checked(_ value: JSON) throws(Mismatch) -> JSON {
        if isNullable, value.isNull { return value }
        return try type.checked(value)
    }
}

extension ParameterType {
    func checked(_ value: JSON) throws(Mismatch) -> JSON {
        switch self {
        case .id: try Self.checkID(value, isNew: false)
        case .newID: try Self.checkID(value, isNew: true)
        case .key(let rule): try rule.check(value)
        case .string(let length): try Self.checkLength(try Self.text(value), length)
        case .integer(let range): return .int(try Self.integer(value, in: range))
        case .bigint(let range): return .int(try Self.integer(try Self.parsedDecimal(value), in: range))
        case .number:
            guard value.number != nil else { throw Self.wrongKind("a number", value) }
        case .bignumber:
            let number = try Self.parsedDecimal(value)
            guard number.number != nil else { throw Self.wrongKind("a number", value) }
            return number
        case .boolean:
            guard case .bool = value else {
                throw Self.wrongKind("true or false", value, hint: "Write true or false without quotes.")
            }
        case .enumeration(let words): try Self.check(value, among: words)
        case .object:
            guard case .object = value else { throw Self.wrongKind("an object", value) }
        case .objectOrJSON: return try Self.object(value)
        case .array(let item, let count): return try Self.list(value, of: item, count: count)
        case .queries: try Self.checkQueries(value)
        case .permissions(let actions):
            try Self.checkCount(value, 0...Self.longestList, of: "a list of permission strings")
            try Self.checkPermissions(value, actions: actions)
        case .datetime:
            let text = try Self.text(value)
            guard Timestamp(parsing: text) != nil else {
                throw Mismatch("must be an ISO 8601 date and time", hint: "For example 2026-11-22T08:15:00Z.")
            }
        case .email(let orEmpty): try Self.checkEmail(value, orEmpty)
        case .phone(let orEmpty): try Self.checkPhone(value, orEmpty)
        case .label: try Self.checkLabel(value)
        case .url(let orEmpty): try Self.checkURL(value, orEmpty)
        case .hostname(let wildcards, let orEmpty): try Self.checkHostname(value, wildcards, orEmpty)
        case .any: break
        }
        return value
    }

    static func wrongKind(_ wanted: String, _ value: JSON, hint: String? = nil) -> Mismatch {
        Mismatch("must be \(wanted), not \(value.kindName)", hint: hint)
    }

    static func text(_ value: JSON) throws(Mismatch) -> String {
        guard case .string(let text) = value else { throw wrongKind("a string", value) }
        return text
    }

    private static func checkID(_ value: JSON, isNew: Bool) throws(Mismatch) {
        guard case .string(let text) = value else {
            let hint: String? = if case .int(let number) = value { "Ids are strings: \"\(number)\"." } else { nil }
            throw wrongKind("a string", value, hint: hint)
        }
        if ID.isValid(text) || (isNew && text == ID.unique) { return }
        if text == ID.unique {
            throw Mismatch(
                "must be the id of something that exists",
                hint: "unique() makes a new id and works only where one is chosen."
            )
        }
        throw Mismatch(
            "must be 1 to 36 of A-Z a-z 0-9 . _ - and start with a letter or a digit",
            hint: isNew ? "Or write \"unique()\" to have an id made." : nil
        )
    }

    private static func checkLength(_ text: String, _ length: ClosedRange<Int>) throws(Mismatch) {
        // Bytes bound the characters from above, so counting is rarely needed.
        let bytes = text.utf8.count
        if bytes <= length.upperBound, length.lowerBound <= (bytes + 3) / 4 { return }
        let count = text.unicodeScalars.count
        guard !length.contains(count) else { return }
        let bounds = length.upperBound == .max ? "at least \(length.lowerBound)" : length.words
        throw Mismatch("must have \(bounds) characters, not \(count)")
    }

    private static func check(_ value: JSON, among words: [String]) throws(Mismatch) {
        let text = try text(value)
        guard !words.contains(text) else { return }
        let near = Spelling.suggestions(for: text, among: words)
        throw Mismatch(
            "must be one of \(words.joined(separator: ", "))",
            hint: near.isEmpty ? nil : "Did you mean '\(near[0])'?"
        )
    }

    private static func object(_ value: JSON) throws(Mismatch) -> JSON {
        switch value {
        case .object: return value
        // What PHP makes of an empty object.
        case .array(let items) where items.isEmpty: return .object([:])
        case .string(let text):
            do throws(JSONError) {
                let parsed = try JSON(parsing: text)
                if case .object = parsed { return parsed }
                throw JSONError(offset: 0, reason: "it holds \(parsed.kindName)")
            } catch {
                throw Mismatch(
                    "must be an object, or a string that holds one as JSON: \(error.reason)",
                    hint: "For example {\"title\":\"Tea\"}."
                )
            }
        default: throw wrongKind("an object", value, hint: "For example {\"title\":\"Tea\"}.")
        }
    }

    private static func list(
        _ value: JSON,
        of item: Parameter,
        count: ClosedRange<Int>
    ) throws(Mismatch) -> JSON {
        let items = try checkCount(value, count, of: "a list")
        var result: [JSON] = []
        result.reserveCapacity(items.count)
        for (index, element) in items.enumerated() {
            do throws(Mismatch) { result.append(try item.checked(element)) } catch { throw error.inside(index) }
        }
        return .array(result)
    }

    @discardableResult
    static func checkCount(
        _ value: JSON,
        _ range: ClosedRange<Int>,
        of wanted: String
    ) throws(Mismatch) -> [JSON] {
        guard case .array(let items) = value else {
            throw wrongKind(wanted, value, hint: "Put it in a list: [ … ].")
        }
        guard range.contains(items.count) else {
            throw Mismatch("must hold \(range.words) items, not \(items.count)")
        }
        return items
    }

    private static func checkQueries(_ value: JSON) throws(Mismatch) {
        let items = try checkCount(value, 0...Query.maximumQueries, of: "a list of queries")
        for (index, item) in items.enumerated() {
            switch item {
            case .string, .object: continue
            default:
                throw wrongKind(
                    "a query object or its JSON text",
                    item,
                    hint: #"For example {"method":"equal","attribute":"status","values":["open"]}."#
                ).inside(index)
            }
        }
    }
}

extension ClosedRange<Int> {
    /// The range in words, for messages.
    var words: String {
        lowerBound == upperBound
            ? "\(lowerBound)" : lowerBound == 0 ? "at most \(upperBound)" : "\(lowerBound) to \(upperBound)"
    }
}
