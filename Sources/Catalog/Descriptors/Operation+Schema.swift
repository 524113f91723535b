package import Values

extension Operation {
    /// The arguments as a JSON Schema (2020-12) object that allows nothing else and describes every property.
    package var inputSchema: JSON { ParameterType.objectSchema(of: parameters) }
}

extension ParameterType {
    /// - Parameter closed: whether other members are refused.
    static func objectSchema(of parameters: [Parameter], closed: Bool = true) -> JSON {
        var schema: JSONObject = ["type": "object"]
        schema["properties"] = .object(JSONObject(parameters.map { (key: $0.name, value: .object($0.schema)) }))
        let required = parameters.filter(\.isRequired).map(\.name)
        if !required.isEmpty { schema["required"] = JSON(required) }
        if closed { schema["additionalProperties"] = false }
        return .object(schema)
    }

    fileprivate var schema: JSONObject {
        switch self {
        case .id, .newID: return ["type": "string", "minLength": 1, "maxLength": 36]
        case .key(let rule): return ["type": "string", "minLength": 1, "maxLength": .int(Int64(rule.maximumLength))]
        case .string(let length):
            var schema: JSONObject = ["type": "string"]
            if length.lowerBound > 0 { schema["minLength"] = .int(Int64(length.lowerBound)) }
            if length.upperBound < .max { schema["maxLength"] = .int(Int64(length.upperBound)) }
            return schema
        case .integer(let range):
            var schema: JSONObject = ["type": "integer"]
            if range.lowerBound > .min { schema["minimum"] = .int(range.lowerBound) }
            if range.upperBound < .max { schema["maximum"] = .int(range.upperBound) }
            return schema
        case .bigint: return ["type": ["integer", "string"], "pattern": "^-?[0-9]{1,19}$"]
        case .number: return ["type": "number"]
        case .bignumber: return ["type": ["number", "string"], "pattern": "^-?[0-9]{1,19}$"]
        case .boolean: return ["type": "boolean"]
        case .enumeration(let words): return ["type": "string", "enum": JSON(words)]
        case .object(let members):
            return members.isEmpty ? ["type": "object"] : Self.objectSchema(of: members).object!
        case .objectOrJSON: return ["type": ["object", "string"]]
        case .array(let item, let count):
            var schema: JSONObject = ["type": "array", "items": .object(item.schema)]
            if count.lowerBound > 0 { schema["minItems"] = .int(Int64(count.lowerBound)) }
            schema["maxItems"] = .int(Int64(count.upperBound))
            return schema
        case .queries:
            return [
                "type": "array", "items": ["type": ["object", "string"]], "maxItems": .int(Int64(Query.maximumQueries)),
            ]
        case .permissions:
            return ["type": "array", "items": ["type": "string"], "maxItems": .int(Int64(Self.longestList))]
        case .datetime: return ["type": "string", "format": "date-time"]
        case .email(orEmpty: false): return ["type": "string", "format": "email"]
        case .email: return ["type": "string", "maxLength": 254]
        case .phone(let orEmpty):
            return ["type": "string", "pattern": .string("^\\+[1-9][0-9]{1,14}$" + (orEmpty ? "|^$" : ""))]
        case .label: return ["type": "string", "pattern": "^[A-Za-z0-9]{1,36}$"]
        case .url(orEmpty: false): return ["type": "string", "format": "uri"]
        case .url: return ["type": "string"]
        case .hostname: return ["type": "string", "maxLength": 253]
        case .any: return [:]
        }
    }
}

extension Parameter {
    /// The value as a JSON Schema, with its default and what it is for.
    var schema: JSONObject {
        var schema = type.schema
        if isNullable {
            switch schema["type"] {
            case .string(let word)?: schema["type"] = [.string(word), "null"]
            case .array(let words)?: schema["type"] = .array(words + ["null"])
            default: break
            }
            if case .array(let words)? = schema["enum"] { schema["enum"] = .array(words + [.null]) }
        }
        if let defaultValue { schema["default"] = defaultValue }
        if !description.isEmpty { schema["description"] = .string(description) }
        return schema
    }
}
