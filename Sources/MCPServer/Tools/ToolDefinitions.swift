import Engine
import Values

/// What a model reads about the two tools.
///
/// The texts are all an agent has to go by before its first call, so each holds an example; together with the rest of
/// `tools/list` they stay below 3,000 bytes.
extension ToolDefinition {
    package static let catalogSearch = ToolDefinition(
        name: "catalog-search",
        title: "Search the catalog",
        description: """
            Find backend operations by what you want to do. Returns ranked hits with id, summary, signature and effect \
            (read, write or destroy). An exact operation id as query returns that operation first with its JSON Schema. \
            Example: {"query":"add a column to a table"}
            """,
        inputSchema: [
            "type": "object",
            "properties": [
                "query": [
                    "type": "string",
                    "description":
                        "Plain words, such as \"list rows with a filter\", or an id, such as tablesDB.createRow.",
                ],
                "service": [
                    "type": "string",
                    "description": "Only operations of this service, such as tablesDB.",
                ],
                "limit": [
                    "type": "integer", "minimum": 1, "maximum": 20, "default": 5,
                    "description": "How many hits to return at most.",
                ],
                "detail": [
                    "type": "string", "enum": ["signature", "schema"], "default": "signature",
                    "description": "schema adds the JSON Schema of the arguments to every hit.",
                ],
            ],
            "required": ["query"],
            "additionalProperties": false,
        ],
        annotations: Annotations(readOnly: true, destructive: false, idempotent: true, openWorld: false)
    )

    package static let executeOperation = ToolDefinition(
        name: "execute-operation",
        title: "Execute an operation",
        description: """
            Run one operation found with catalog-search, or several as steps. Returns {"result":…}, {"results":{…}} \
            by step id, or {"error":{code,type,message,argument?,step?,hint?}}. Example: \
            {"operation":"tablesDB.listRows","arguments":{"databaseId":"shop","tableId":"orders","queries":\
            [{"method":"equal","attribute":"status","values":["open"]},{"method":"limit","values":[10]}]}}
            """,
        inputSchema: [
            "type": "object",
            "properties": [
                "operation": ["type": "string", "description": "Its id, such as tablesDB.createRow."],
                "arguments": [
                    "type": "object", "description": "By parameter name, as the signature lists them.",
                ],
                "as": [
                    "type": ["string", "object"],
                    "description":
                        "Who acts: key (the owner), guest, user:ID, or {session}, {jwt}, {key} with a secret.",
                ],
                "steps": [
                    "type": "array", "minItems": 1, "maxItems": .int(Int64(ExecutionRequest.maximumSteps)),
                    "description": """
                    Instead of operation: calls in order. A string "$ref:<step id>#/json/pointer" takes a value from an \
                    earlier result: "$ref:db#/$id".
                    """,
                    "items": [
                        "type": "object",
                        "properties": [
                            "id": ["type": "string"], "operation": ["type": "string"], "arguments": ["type": "object"],
                            "as": ["type": ["string", "object"]],
                        ],
                        "required": ["operation"],
                    ],
                ],
                "atomic": [
                    "type": "boolean", "default": true,
                    "description": "All steps or none; false: each for itself, up to an error.",
                ],
                "dryRun": [
                    "type": "boolean",
                    "description": "Show results, events and effects, and undo all.",
                ],
                "confirm": [
                    "type": "string",
                    "description": "Token that the same call was answered with.",
                ],
                "select": [
                    "type": "array", "items": ["type": "string"],
                    "description": "JSON pointers into the result: \"/rows/*/$id\".",
                ],
            ],
            "additionalProperties": false,
        ],
        annotations: Annotations(readOnly: false, destructive: true, idempotent: false, openWorld: false)
    )
}
