package import Values

/// A tool: what a model is told about it, and what runs when it is called.
package struct Tool: Sendable {
    /// Runs one call. Its task is cancelled when the client cancels the call or goes away; what it returns then is
    /// thrown away.
    package typealias Run = @Sendable (_ arguments: JSONObject, _ context: ToolContext) async -> ToolOutcome

    package let definition: ToolDefinition
    package let run: Run

    package init(_ definition: ToolDefinition, run: @escaping Run) {
        self.definition = definition
        self.run = run
    }
}

/// What `tools/list` says about a tool.
package struct ToolDefinition: Sendable {
    package var name: String
    package var title: String
    package var description: String
    /// JSON Schema of the arguments; its root is an object.
    package var inputSchema: JSON
    package var annotations: Annotations

    package init(name: String, title: String, description: String, inputSchema: JSON, annotations: Annotations) {
        self.name = name
        self.title = title
        self.description = description
        self.inputSchema = inputSchema
        self.annotations = annotations
    }

    /// Hints to the client about what a call may do; all are given because the defaults of the protocol are the
    /// most alarming ones.
    package struct Annotations: Sendable {
        package var readOnly: Bool
        package var destructive: Bool
        package var idempotent: Bool
        /// Reaches beyond the backend itself.
        package var openWorld: Bool

        package init(readOnly: Bool, destructive: Bool, idempotent: Bool, openWorld: Bool) {
            self.readOnly = readOnly
            self.destructive = destructive
            self.idempotent = idempotent
            self.openWorld = openWorld
        }
    }

    var json: JSON {
        [
            "name": .string(name), "title": .string(title), "description": .string(description),
            "inputSchema": inputSchema,
            "annotations": [
                "readOnlyHint": .bool(annotations.readOnly), "destructiveHint": .bool(annotations.destructive),
                "idempotentHint": .bool(annotations.idempotent), "openWorldHint": .bool(annotations.openWorld),
            ],
        ]
    }
}
