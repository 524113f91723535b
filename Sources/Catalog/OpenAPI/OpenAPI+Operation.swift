import Values

extension OpenAPI {
    /// What the document says of the operations that share a route. The first one gives its name.
    func entry(of operations: [Operation]) -> JSON {
        let first = operations[0]
        var entry: JSONObject = [
            "operationId": .string(first.id),
            "summary": .string(operations.map(\.summary).joined(separator: "; or ")),
            "description": .string(operations.map(\.description).joined(separator: "\n\n")),
            "tags": [.string(first.service)],
        ]
        if operations.allSatisfy(\.isDeprecated) { entry["deprecated"] = true }
        let parameters = first.parameters.filter { $0.stands(in: first) != .body }
        if !parameters.isEmpty { entry["parameters"] = .array(parameters.map { $0.description(in: first) }) }
        entry["requestBody"] = requestBody(of: operations)
        entry["responses"] = responses(of: operations)
        entry["security"] = security(of: first)
        return .object(entry)
    }

    private func requestBody(of operations: [Operation]) -> JSON? {
        let bodies = operations.map { operation in
            operation.parameters.filter { $0.stands(in: operation) == .body }
        }
        guard bodies.contains(where: { !$0.isEmpty }) else { return nil }
        let schemas = bodies.map { ParameterType.objectSchema(of: $0, closed: false) }
        return [
            "required": .bool(bodies.allSatisfy { $0.contains(where: \.isRequired) }),
            "content": ["application/json": ["schema": schemas.count == 1 ? schemas[0] : ["anyOf": .array(schemas)]]],
        ]
    }

    private func responses(of operations: [Operation]) -> JSON {
        var responses: JSONObject = [:]
        for (status, sharing) in Dictionary(grouping: operations, by: \.status).sorted(by: { $0.key < $1.key }) {
            responses[String(status)] = response(sharing)
        }
        if operations.contains(where: { $0.rateLimit != nil }) {
            responses["429"] = ["$ref": "#/components/responses/TooMany"]
        }
        responses["4XX"] = ["$ref": "#/components/responses/Refused"]
        responses["5XX"] = ["$ref": "#/components/responses/Failed"]
        return .object(responses)
    }

    private func response(_ operations: [Operation]) -> JSON {
        switch operations[0].model {
        case "none": return ["description": "Done; there is nothing to say."]
        case "redirect":
            return [
                "description": "Where to go on.",
                "headers": ["Location": ["required": true, "schema": ["type": "string", "format": "uri-reference"]]],
            ]
        default:
            let references: [JSON] = operations.map { ["$ref": .string("#/components/schemas/\($0.model)")] }
            return [
                "description": "What was asked for, or what came of it.",
                "content": [
                    "application/json": [
                        "schema": references.count == 1 ? references[0] : ["anyOf": .array(references)]
                    ]
                ],
            ]
        }
    }
}

extension Parameter {
    /// Where a request has the argument: what is in neither path nor query nor a header is in the body, but a GET has
    /// none.
    fileprivate func stands(in operation: Operation) -> Place {
        place == .path || place == .header ? place : operation.method == "GET" ? .query : .body
    }

    /// The parameter as the document lists it. A list in the query repeats its name with brackets.
    fileprivate func description(in operation: Operation) -> JSON {
        let isInPath = place == .path
        var schema = schema
        schema["description"] = nil
        var entry: JSONObject = [
            "name": .string(header ?? name), "in": .string(isInPath || header != nil ? place.rawValue : "query"),
        ]
        if isInPath || isRequired { entry["required"] = true }
        if !description.isEmpty { entry["description"] = .string(description) }
        if !isInPath, header == nil, case .string("array")? = schema["type"] {
            entry["name"] = .string(name + "[]")
            entry["style"] = "form"
            entry["explode"] = true
            if case .queries = type { schema["items"] = ["type": "string"] }
        }
        entry["schema"] = .object(schema)
        return .object(entry)
    }
}
