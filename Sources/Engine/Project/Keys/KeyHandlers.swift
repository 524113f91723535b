import Storage
import Values

/// `project.createKey`, `createEphemeralKey`, `listKeys`, `getKey`, `updateKey`, `deleteKey`.
enum KeyHandlers {
    static func all(_ grants: KeyGrants, _ project: String) -> [Handler] {
        [create(grants), createEphemeral(grants, project), list, get, update(grants), delete]
    }

    private static let table = IdentityTables.keys

    /// An id and a secret, made before the body, which may run again.
    private static func create(_ grants: KeyGrants) -> Handler {
        .write(
            "project.createKey",
            prepare: { call in (id: call.newID("keyId"), secret: APIKey.newSecret()) }
        ) { new, context in
            let call = context.call
            let scopes = try grants.checked(call.arguments["scopes"]?.strings ?? [], context)
            let fields: JSONObject = [
                "name": .string(call.string("name")), "scopes": JSON(scopes), "expire": expire(call),
                "secret": .string(Secret.digest(new.secret)), "sdks": [],
            ]
            do { try context.insert(new.id, fields, into: table) } catch let error as StoreError
                where error.kind == .duplicateID
            {
                throw AppError(
                    .keyAlreadyExists,
                    "There is an API key '\(new.id)' already.",
                    argument: "keyId",
                    hint: "Choose another id, \"unique()\", or use project.updateKey."
                )
            }
            context.eventIDs["keyId"] = new.id
            let answer = try json(key(new.id, context))
            context.eventPayload = answer
            return answer.replacing("secret", with: .string(new.secret))
        }
    }

    private static func createEphemeral(_ grants: KeyGrants, _ project: String) -> Handler {
        .write("project.createEphemeralKey", prepare: { $0.clock.makeID() }) { id, context in
            let call = context.call
            let scopes = try grants.checked(call.arguments["scopes"]?.strings ?? [], context)
            let seconds = call.arguments["duration"]?.int ?? 0
            let key = EphemeralKey(
                id: id,
                scopes: scopes,
                expire: Timestamp(milliseconds: (call.now.milliseconds / 1000 + seconds) * 1000)
            )
            let answer: JSON = [
                "$id": .string(id), "$createdAt": .string(call.now.text), "$updatedAt": .string(call.now.text),
                "name": .string(EphemeralKey.name), "expire": .string(key.expire.text), "scopes": JSON(scopes),
                "secret": "", "accessedAt": "", "sdks": [],
            ]
            context.eventIDs["keyId"] = id
            context.eventPayload = answer
            return answer.replacing("secret", with: .string(try key.secret(of: project, context)))
        }
    }

    private static let list = Handler.read("project.listKeys") { context in
        try keys.answer(context) { json($0) }
    }

    private static let get = Handler.read("project.getKey") { context in
        json(try key(context.call.string("keyId"), context))
    }

    private static func update(_ grants: KeyGrants) -> Handler {
        .write("project.updateKey", prepare: { _ in }) { _, context in
            let call = context.call
            let old = try key(call.string("keyId"), context)
            let scopes = try grants.checked(call.arguments["scopes"]?.strings ?? [], context)
            let fields: JSONObject = [
                "name": .string(call.string("name")), "scopes": JSON(scopes), "expire": expire(call),
            ]
            _ = try context.writer.update(old.id, Record.change(table, at: context.now, fields), in: table)
            return json(try key(old.id, context))
        }
    }

    private static let delete = Handler.write("project.deleteKey", prepare: { _ in }) { _, context in
        _ = try context.writer.delete(try key(context.call.string("keyId"), context).id, from: table)
        return [:] as JSON
    }

    private static let keys = SystemList(
        table,
        name: "keys",
        idField: "$id",
        fields: [
            ("$id", "$id"), ("name", "name"), ("scopes", "scopes"), ("expire", "expire"), ("accessedAt", "accessedAt"),
        ]
    )

    private static func expire(_ call: Call) -> JSON {
        call.optional("expire")?.string.flatMap { Timestamp(parsing: $0) }.map { .string($0.text) } ?? .null
    }

    private static func key(_ id: String, _ context: ReadContext) throws -> StoredRow {
        guard let row = try context.session.row(id, in: table) else {
            throw AppError(
                .keyNotFound,
                "There is no API key '\(id)'.",
                argument: "keyId",
                hint: "project.listKeys shows the keys."
            )
        }
        return row
    }

    /// A key as it is answered; its secret was shown when it was made, and can't be any more.
    private static func json(_ row: StoredRow) -> JSON {
        let record = Record(row, table)
        return [
            "$id": .string(row.id), "$createdAt": .string(row.createdAt.text),
            "$updatedAt": .string(row.updatedAt.text), "name": record["name"],
            "expire": .string(record.string("expire")), "scopes": JSON(record.strings("scopes")), "secret": "",
            "accessedAt": .string(record.string("accessedAt")), "sdks": JSON(record.strings("sdks")),
        ]
    }
}
