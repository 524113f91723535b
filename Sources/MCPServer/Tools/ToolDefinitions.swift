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
            Run one backend operation found with catalog-search. Returns {"result":…}, or {"error":{code,type,message,\
            argument?,hint?}} that says what to change. Example: {"operation":"tablesDB.listRows","arguments":\
            {"databaseId":"shop","tableId":"orders","queries":[{"method":"equal","attribute":"status","values":["open"]},\
            {"method":"limit","values":[10]}]}}
            """,
        inputSchema: [
            "type": "object",
            "properties": [
                "operation": [
                    "type": "string",
                    "description": "Id of the operation, such as project.describe or tablesDB.createRow.",
                ],
                "arguments": [
                    "type": "object", "default": [:],
                    "description": "Arguments by parameter name, as the signature lists them.",
                ],
                "as": [
                    "type": "string", "pattern": "^(key|guest|user:.+)$",
                    "description": """
                    Who acts: key (the project's owner), guest or user:ID. Use it to test what a guest or a user may \
                    do. Default: the actor this server was started with.
                    """,
                ],
            ],
            "required": ["operation"],
            "additionalProperties": false,
        ],
        annotations: Annotations(readOnly: false, destructive: true, idempotent: false, openWorld: false)
    )
}
