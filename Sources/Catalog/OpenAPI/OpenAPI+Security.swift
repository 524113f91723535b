import Values

extension OpenAPI {
    /// The ways in which a caller says who asks; each of them names the project.
    static let securitySchemes: JSON = [
        "Project": header("X-Appwrite-Project", "The id of the project."),
        "Key": header("X-Appwrite-Key", "The secret of an API key, which has scopes."),
        "Session": header("X-Appwrite-Session", "The secret of a session of a user."),
        "JWT": header("X-Appwrite-JWT", "A JWT of a user."),
    ]

    private static func header(_ name: String, _ description: String) -> JSON {
        ["type": "apiKey", "in": "header", "name": .string(name), "description": .string(description)]
    }

    /// The answers that any operation may have besides its own.
    static let responses: JSON = [
        "Refused": failure("It was refused, and nothing was changed."),
        "TooMany": failure("It was asked for too often."),
        "Failed": failure("It failed on this side."),
    ]

    private static func failure(_ description: String) -> JSON {
        [
            "description": .string(description),
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/error"]]],
        ]
    }

    /// Who may ask for an operation: any one of these. A key needs one of the scopes, which are its roles here.
    func security(of operation: Operation) -> JSON {
        var ways: [JSON] = []
        if operation.auth.contains("Key") {
            let roles = operation.scopes.isEmpty ? [[]] : operation.scopes.map { [$0] }
            ways += roles.map { ["Project": [], "Key": JSON($0)] }
        }
        if operation.auth.contains("Session") { ways.append(["Project": [], "Session": []]) }
        if operation.auth.contains("JWT") { ways.append(["Project": [], "JWT": []]) }
        if isOpenToGuests(operation) { ways.append(["Project": []]) }
        return .array(ways)
    }
}
