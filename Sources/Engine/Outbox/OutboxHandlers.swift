import Storage
import Values

/// `outbox.list` and `get`: the messages that wait, for the key only, because they hold what signs users in.
enum OutboxHandlers {
    static let all: [Handler] = [list, get]

    static let list = Handler.read("outbox.list") { context in
        let isOpen: Filter = .compare("expire", .greaterThan, [.string(context.now.text)])
        return try messages.answer(context, base: [isOpen]) { try OutboxMessage($0).json() }
    }

    static let get = Handler.read("outbox.get") { context in
        let id = context.call.string("messageId")
        guard let message = try context.session.row(id, in: IdentityTables.outbox).map({ OutboxMessage($0) }),
            message.expire > context.now
        else {
            throw AppError(
                .messageNotFound,
                "No message '\(id)' waits; it may have expired.",
                argument: "messageId",
                hint: "outbox.list shows those that wait."
            )
        }
        return try message.json()
    }

    private static let messages = SystemList(
        IdentityTables.outbox,
        name: "messages",
        idField: "$id",
        fields: [
            ("$id", "$id"), ("kind", "kind"), ("purpose", "purpose"), ("userId", "user"), ("recipient", "recipient"),
            ("state", "state"), ("expire", "expire"),
        ]
    )
}
