import Storage
import Values

/// The project as Appwrite's clients know it.
struct ProjectAnswer: Sendable {
    let id: String

    func json(_ context: ReadContext) throws -> JSON {
        let settings = context.settings
        let disabled = try settings.disabled
        let times = try times(context)
        var object: JSONObject = [
            "$id": .string(id), "$createdAt": .string(times.created.text), "$updatedAt": .string(times.updated.text),
            "name": .string(id), "labels": JSON(try settings.labels),
            "authMethods": try settings.authMethods.json, "services": switches(ServiceSwitch.all, disabled.services),
            "protocols": switches(ProjectProtocol.allCases.map(\.rawValue), disabled.protocols),
        ]
        object.members += Self.place.members + Self.constants.members
        return .object(object)
    }

    /// The members of the organisation and the place, where nobody has said any.
    private static let place: JSONObject = ["teamId": "", "region": "default"]

    /// What clients expect to be there and Tandem has nothing to say about.
    static let constants: JSONObject = [
        "devKeys": [], "smtpEnabled": false, "smtpSenderName": "",
        "smtpSenderEmail": "", "smtpReplyToName": "", "smtpReplyToEmail": "", "smtpHost": "", "smtpPort": 0,
        "smtpUsername": "", "smtpPassword": "", "smtpSecure": "", "pingCount": 0, "pingedAt": "", "status": "active",
        "onboarding": [:], "blocks": [], "consoleAccessedAt": "", "wafEnabled": false,
    ]

    private func switches(_ all: [String], _ disabled: Set<String>) -> JSON {
        .array(all.map { ["$id": .string($0), "enabled": .bool(!disabled.contains($0))] })
    }

    /// A project is made at first use, without a row of its own: it is as old as the oldest that is in it.
    private func times(_ context: ReadContext) throws -> (created: Timestamp, updated: Timestamp) {
        let tables = [SystemTables.databases, IdentityTables.settings, IdentityTables.users, IdentityTables.keys]
        var first = RowQuery(limit: 1)
        first.orders = [Query.Order("$createdAt")]
        let created = try tables.compactMap { try context.session.rows(first, in: $0).first?.createdAt }.min()
        var last = RowQuery(limit: 1)
        last.orders = [Query.Order("$updatedAt", descending: true)]
        let updated = try context.session.rows(last, in: IdentityTables.settings).first?.updatedAt
        return (created ?? context.now, updated ?? created ?? context.now)
    }
}
