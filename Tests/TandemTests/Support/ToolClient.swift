import Testing
import Values

/// A client that has shaken hands and calls the two tools.
final class ToolClient {
    let process: TandemProcess
    private var lastID = 0

    init(_ arguments: [String]) throws {
        process = try TandemProcess(arguments)
        try process.send(request("initialize", id: "0", #"{"protocolVersion":"2025-11-25","capabilities":{}}"#))
        let answer = try JSON(parsing: try #require(try process.next()))
        try #require(answer["result"]?["protocolVersion"] == "2025-11-25")
    }

    /// Sends a call without waiting for its answer, and returns its id.
    @discardableResult
    func send(_ tool: String, _ arguments: JSONObject) throws -> Int {
        lastID += 1
        let params: JSON = ["name": .string(tool), "arguments": .object(arguments)]
        try process.send(request("tools/call", id: "\(lastID)", params.text))
        return lastID
    }

    /// The next message as JSON.
    func next() throws -> JSON { try JSON(parsing: try #require(try process.next())) }

    /// The whole result of a call.
    func call(_ tool: String, _ arguments: JSONObject) throws -> JSON {
        let id = try send(tool, arguments)
        let answer = try next()
        try #require(answer["id"] == .int(Int64(id)))
        return try #require(answer["result"])
    }

    func search(_ arguments: JSONObject) throws -> JSON {
        try #require(try call("catalog-search", arguments)["structuredContent"])
    }

    /// The result of an operation; fails the test when it was refused.
    @discardableResult
    func run(_ operation: String, _ arguments: JSONObject = [:], as actor: String? = nil) throws -> JSON {
        let result = try execute(operation, arguments, as: actor)
        try #require(result["isError"] == nil, "\(operation): \(result.text)")
        return try #require(try text(result)["result"])
    }

    /// The error of an operation; fails the test when it was not refused.
    func refusal(_ operation: String, _ arguments: JSONObject = [:], as actor: String? = nil) throws -> JSON {
        let result = try execute(operation, arguments, as: actor)
        try #require(result["isError"] == true, "\(operation): \(result.text)")
        return try #require(try text(result)["error"])
    }

    func execute(_ operation: String, _ arguments: JSONObject, as actor: String? = nil) throws -> JSON {
        var call: JSONObject = ["operation": .string(operation), "arguments": .object(arguments)]
        if let actor { call["as"] = .string(actor) }
        return try self.call("execute-operation", call)
    }

    /// What the text of a result says.
    func text(_ result: JSON) throws -> JSON {
        try JSON(parsing: try #require(result["content"]?.array?.first?["text"]?.string))
    }

    /// Makes the database `d` with the table `t`.
    func makeTable(_ columns: JSON = [["key": "n", "type": "integer"]], permissions: JSON = []) throws {
        try run("tablesDB.create", ["databaseId": "d", "name": "D"])
        try run(
            "tablesDB.createTable",
            ["databaseId": "d", "tableId": "t", "name": "T", "columns": columns, "permissions": permissions]
        )
    }
}

/// The arguments of a row operation on the table `t`.
func row(_ id: String, _ data: JSON? = nil) -> JSONObject {
    var arguments: JSONObject = ["databaseId": "d", "tableId": "t", "rowId": .string(id)]
    if let data { arguments["data"] = data }
    return arguments
}

let tableAddress: JSONObject = ["databaseId": "d", "tableId": "t"]
