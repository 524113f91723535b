import Storage
import Values

/// `project.create…Platform`, `update…Platform`, `getPlatform`, `listPlatforms`, `deletePlatform`.
enum PlatformHandlers {
    static let all: [Handler] = PlatformKind.all.flatMap { [create($0), update($0)] } + [get, list, delete]

    private static let table = IdentityTables.platforms

    private static func create(_ kind: PlatformKind) -> Handler {
        .write("project.create\(kind.name)Platform", prepare: { $0.newID("platformId") }) { id, context in
            let call = context.call
            let fields: JSONObject = [
                "name": .string(call.string("name")), "type": .string(kind.type),
                kind.field: identifier(kind, call) ?? "",
            ]
            do { try context.insert(id, fields, into: table) } catch let error as StoreError
                where error.kind == .duplicateID
            {
                throw AppError(
                    .platformAlreadyExists,
                    "There is a platform '\(id)' already.",
                    argument: "platformId",
                    hint: "Choose another id, \"unique()\", or use project.update\(kind.name)Platform."
                )
            }
            context.eventIDs["platformId"] = id
            return json(try platform(id, context))
        }
    }

    private static func update(_ kind: PlatformKind) -> Handler {
        .write("project.update\(kind.name)Platform", prepare: { _ in }) { _, context in
            let call = context.call
            let old = try platform(call.string("platformId"), context)
            let type = Record(old, table).string("type")
            guard type == kind.type else {
                let right = PlatformKind.all.first { $0.type == type }?.name ?? ""
                throw AppError(
                    .platformMethodUnsupported,
                    "The platform '\(old.id)' is of the type \(type).",
                    argument: "platformId",
                    hint: "Use project.update\(right)Platform."
                )
            }
            var fields: JSONObject = ["name": .string(call.string("name"))]
            fields[kind.field] = identifier(kind, call)
            _ = try context.writer.update(old.id, Record.change(table, at: context.now, fields), in: table)
            return json(try platform(old.id, context))
        }
    }

    private static let get = Handler.read("project.getPlatform") { context in
        json(try platform(context.call.string("platformId"), context))
    }

    private static let list = Handler.read("project.listPlatforms") { context in
        try platforms.answer(context) { json($0) }
    }

    private static let delete = Handler.write("project.deletePlatform", prepare: { _ in }) { _, context in
        _ = try context.writer.delete(try platform(context.call.string("platformId"), context).id, from: table)
        return [:] as JSON
    }

    private static let platforms = SystemList(
        table,
        name: "platforms",
        idField: "$id",
        fields: (["$id", "type", "name"] + PlatformKind.all.map(\.field)).map { ($0, $0) }
    )

    /// Hosts compare without regard to case.
    private static func identifier(_ kind: PlatformKind, _ call: Call) -> JSON? {
        call.optional(kind.field)?.string.map { .string(kind.type == "web" ? $0.lowercased() : $0) }
    }

    private static func platform(_ id: String, _ context: ReadContext) throws -> StoredRow {
        guard let row = try context.session.row(id, in: table) else {
            throw AppError(
                .platformNotFound,
                "There is no platform '\(id)'.",
                argument: "platformId",
                hint: "project.listPlatforms shows them."
            )
        }
        return row
    }

    private static func json(_ row: StoredRow) -> JSON {
        let record = Record(row, table)
        let type = record.string("type")
        var object: JSONObject = [
            "$id": .string(row.id), "$createdAt": .string(row.createdAt.text),
            "$updatedAt": .string(row.updatedAt.text), "name": record["name"], "type": .string(type),
        ]
        if let field = PlatformKind.all.first(where: { $0.type == type })?.field {
            object[field] = .string(record.string(field))
        }
        return .object(object)
    }
}
