import Storage
import Values

/// `project.createVariable`, `listVariables`, `getVariable`, `updateVariable`, `deleteVariable`.
enum VariableHandlers {
    static let all: [Handler] = [create, list, get, update, delete]

    private static let table = IdentityTables.variables
    /// What the variables of the project itself belong to.
    private static let project: Filter = .compare("resourceType", .equal, ["project"])

    private static let create = Handler.write(
        "project.createVariable",
        prepare: { $0.newID("variableId") }
    ) { id, context in
        let call = context.call
        let fields: JSONObject = [
            "resourceType": "project", "resourceId": "", "key": .string(call.string("key")),
            "value": .string(call.string("value")), "secret": .bool(call.bool("secret")),
        ]
        try refusingDuplicates(id, call) { try context.insert(id, fields, into: table) }
        context.eventIDs["variableId"] = id
        return try answer(id, context)
    }

    private static let list = Handler.read("project.listVariables") { context in
        try variables.answer(context, base: [project]) { json($0) }
    }

    private static let get = Handler.read("project.getVariable") { context in
        json(try variable(context.call.string("variableId"), context))
    }

    private static let update = Handler.write("project.updateVariable", prepare: { _ in }) { _, context in
        let call = context.call
        let old = try variable(call.string("variableId"), context)
        var fields: JSONObject = [:]
        for name in ["key", "value", "secret"] { fields[name] = call.optional(name) }
        if fields["secret"] == false, Record(old, table).bool("secret") {
            throw AppError(
                .variableCannotUnsetSecret,
                "The variable '\(old.id)' is secret and stays so.",
                argument: "secret",
                hint: "Delete it and make a new one, or leave out \"secret\"."
            )
        }
        try refusingDuplicates(old.id, call) {
            _ = try context.writer.update(old.id, Record.change(table, at: context.now, fields), in: table)
        }
        return try answer(old.id, context)
    }

    private static let delete = Handler.write("project.deleteVariable", prepare: { _ in }) { _, context in
        _ = try context.writer.delete(try variable(context.call.string("variableId"), context).id, from: table)
        return [:] as JSON
    }

    private static let variables = SystemList(
        table,
        name: "variables",
        idField: "$id",
        fields: ["$id", "key", "resourceType", "resourceId", "secret"].map { ($0, $0) }
    )

    /// The answer of a call that wrote a variable. Values are for programs, so no event tells them.
    private static func answer(_ id: String, _ context: WriteContext) throws -> JSON {
        let answer = json(try variable(id, context))
        context.eventPayload = answer.replacing("value", with: "")
        return answer
    }

    private static func variable(_ id: String, _ context: ReadContext) throws -> StoredRow {
        guard let row = try context.session.row(id, in: table),
            Record(row, table).string("resourceType") == "project"
        else {
            throw AppError(
                .variableNotFound,
                "There is no variable '\(id)'.",
                argument: "variableId",
                hint: "project.listVariables shows them."
            )
        }
        return row
    }

    private static func refusingDuplicates(_ id: String, _ call: Call, _ body: () throws -> Void) throws {
        do { try body() } catch let error as StoreError {
            switch error.kind {
            case .duplicateID:
                throw AppError(
                    .variableAlreadyExists,
                    "There is a variable with the id '\(id)' already.",
                    argument: "variableId",
                    hint: "Choose another id, \"unique()\", or use project.updateVariable."
                )
            case .uniqueViolation:
                throw AppError(
                    .variableAlreadyExists,
                    "There is a variable '\(call.string("key"))' already.",
                    argument: "key",
                    hint: "Choose another key, or change that one with project.updateVariable."
                )
            default: throw error
            }
        }
    }

    private static func json(_ row: StoredRow) -> JSON {
        let record = Record(row, table)
        let isSecret = record.bool("secret")
        return [
            "$id": .string(row.id), "$createdAt": .string(row.createdAt.text),
            "$updatedAt": .string(row.updatedAt.text), "key": record["key"],
            "value": .string(isSecret ? "" : record.string("value")), "secret": .bool(isSecret),
            "resourceType": record["resourceType"], "resourceId": .string(record.string("resourceId")),
        ]
    }
}
