import Values

/// The mail that tells a user that somebody has signed in as it, where the project wants that.
enum SessionAlert {
    /// How long it waits in the outbox, in seconds.
    private static let time: Int64 = 7 * 86_400

    /// Puts the mail into the outbox. Who has no address gets none, nor does who has just read its mail to sign in, nor
    /// anybody about a session that the project has made.
    static func send(about session: Session, to user: User, _ context: WriteContext) throws {
        guard !user.email.isEmpty, !isNoNews(session) else { return }
        let client = context.call.client
        let device = device(client.userAgent)
        let mail = Mail(
            template: .sessionAlert,
            purpose: "session-alert",
            values: [.device: device, .ip: client.ip, .time: context.now.text],
            details: ["sessionId": .string(session.id), "ip": .string(client.ip), "device": .string(device)]
        )
        try mail.send(to: user, at: user.email, until: context.now.adding(seconds: time), context)
    }

    private static func isNoNews(_ session: Session) -> Bool {
        switch session.provider {
        case "magic-url", "anonymous", "server": true
        case "email": session.factors == ["email"]
        default: false
        }
    }

    /// What somebody has signed in with, as far as its program says: `Firefox 120.0 on Windows 10`.
    private static func device(_ userAgent: String) -> String {
        let details = ClientDetails(userAgent: userAgent)
        func joined(_ parts: String...) -> String { parts.filter { !$0.isEmpty }.joined(separator: " ") }
        let program = joined(details.clientName, details.clientVersion)
        let system = joined(details.osName, details.osVersion)
        return [program, system].filter { !$0.isEmpty }.joined(separator: " on ")
    }
}
