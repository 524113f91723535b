import Values

extension Model {
    /// The answer as a JSON Schema (2020-12).
    var schema: JSON {
        switch shape {
        case .value(let type): return type.schema
        case .object(let fields, let others):
            var schema: JSONObject = ["type": "object"]
            if !fields.isEmpty {
                schema["properties"] = .object(JSONObject(fields.map { (key: $0.name, value: $0.type.schema) }))
            }
            let required = fields.filter(\.isRequired).map(\.name)
            if !required.isEmpty { schema["required"] = JSON(required) }
            schema["additionalProperties"] = others.map(\.schema) ?? false
            return .object(schema)
        }
    }
}

extension ModelType {
    fileprivate var schema: JSON {
        switch self {
        case .any: true
        case .null: ["type": "null"]
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .object: ["type": "object"]
        case .datetime(false): ["type": "string", "format": "date-time"]
        case .datetime(true): ["anyOf": [["type": "string", "format": "date-time"], ["const": ""]]]
        case .words(let words): ["type": "string", "enum": JSON(words)]
        case .model(let name): ["$ref": .string("#/components/schemas/\(name)")]
        case .list(let item): ["type": "array", "items": item.schema]
        case .map(let item): ["type": "object", "additionalProperties": item.schema]
        case .either(let choices): ["anyOf": .array(choices.map(\.schema))]
        }
    }
}
