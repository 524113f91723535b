import Storage
import Values

/// `presences.list`.
enum PresenceList {
    static let handler = Handler.read(
        "presences.list",
        prepare: { call throws(AppError) -> Query in try call.queries() }
    ) { _, context in
        let page = try page(context)
        return RowList.answer(try rows(page, context), total: context.call.bool("total") ? try total(page, context) : 0)
    }
    .cached(as: { ListRequest(ofPresences: $0) }) { _ in
        ListSource { context in
            RowList.place(of: try page(context))
        } load: { parts, context in
            let page = try page(context)
            return LoadedList(
                table: .presences,
                place: RowList.place(of: page),
                rows: parts == .total ? nil : try rows(page, context),
                total: parts == .rows ? nil : try total(page, context)
            )
        }
    }

    private static let presences = SystemList(
        IdentityTables.presences,
        name: "presences",
        idField: "$id",
        fields: [
            ("$id", "$id"), ("userId", "user"), ("status", "status"), ("source", "source"), ("expiresAt", "expiresAt"),
        ]
    )

    private static func page(_ context: ReadContext) throws -> RowQuery {
        var base: [Filter] = [.compare("expiresAt", .greaterThan, [.string(context.now.text)])]
        let caller = context.caller
        if !caller.isPrivileged {
            let isOpen: Filter = .compare("permissions", .containsAny, caller.grants(.read).map { .string($0) })
            base.append(
                caller.actor.userID.map { .or([isOpen, .compare("user", .equal, [.string($0)])]) } ?? isOpen
            )
        }
        return try presences.page(context, base: base)
    }

    /// The members of the answer behind its total, with the comma before them.
    private static func rows(_ page: RowQuery, _ context: ReadContext) throws -> Response {
        let rows = try context.session.rows(page, in: IdentityTables.presences)
        return Response { writer in
            writer.raw(",\"presences\":")
            writer.write(.array(rows.map { Presence($0).json }))
        }
    }

    private static func total(_ page: RowQuery, _ context: ReadContext) throws -> Int {
        try context.session.count(page, in: IdentityTables.presences, cap: SystemList.countCap)
    }
}
