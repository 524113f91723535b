import Values

extension Operation {
    /// The call in one line, as a TypeScript reader expects it:
    /// `tablesDB.getRow(databaseId: string, tableId: string, rowId: string, queries?: Query[]) -> Row`.
    ///
    /// `?` marks what may be left out, `= x` its default, and `1..128` the bounds of a number or of a text's length.
    package var signature: String {
        let list = parameters.map(\.signature).joined(separator: ", ")
        return "\(id)(\(list)) -> \(model == "none" ? "void" : model.prefix(1).uppercased() + model.dropFirst())"
    }
}

extension Parameter {
    fileprivate var signature: String {
        var text = "\(name)\(isRequired ? "" : "?"): \(typeText)"
        switch defaultValue {
        case .bool?, .int?, .double?, .string?: text += " = \(defaultValue!.text)"
        default: break
        }
        return text
    }

    fileprivate var typeText: String { type.signature + (isNullable ? " | null" : "") }

    /// How a member of an object is shown: its type only where it is a choice of words.
    fileprivate var memberText: String {
        let mark = isRequired ? name : name + "?"
        if case .enumeration = type { return "\(mark): \(type.signature)" }
        return mark
    }
}

extension ParameterType {
    fileprivate var signature: String {
        switch self {
        case .id, .key: return "string"
        case .newID: return "string | \"unique()\""
        case .string(let length):
            return length.upperBound == .max ? "string" : "string \(length.lowerBound)..\(length.upperBound)"
        case .integer(let range), .bigint(let range):
            let word = if case .bigint = self { "int64" } else { "integer" }
            switch (range.lowerBound, range.upperBound) {
            case (.min, .max): return word
            case (let low, .max): return "\(word) >= \(low)"
            case (.min, let high): return "\(word) <= \(high)"
            case (let low, let high): return "\(word) \(low)..\(high)"
            }
        case .number, .bignumber: return "number"
        case .boolean: return "boolean"
        case .enumeration(let words): return words.map { "\"\($0)\"" }.joined(separator: "|")
        case .object(let members):
            return members.isEmpty ? "object" : "{\(members.map(\.memberText).joined(separator: ", "))}"
        case .objectOrJSON: return "object"
        case .array(let item, _):
            let text = item.typeText
            return text.contains("|") && !text.hasPrefix("{") ? "(\(text))[]" : "\(text)[]"
        case .queries: return "Query[]"
        case .permissions: return "string[]"
        case .datetime: return "datetime"
        case .email: return "email"
        case .phone: return "phone"
        case .label: return "label"
        case .url: return "url"
        case .hostname: return "hostname"
        case .any: return "any"
        }
    }
}
