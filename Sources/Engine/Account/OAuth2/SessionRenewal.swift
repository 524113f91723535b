import Storage
import Synchronization
import Values

/// `account.updateSession`: the session lasts longer, and the provider's tokens with which it began are renewed once they
/// have ended.
enum SessionRenewal {
    /// What the provider has given before the session of the store is open.
    private final class Renewed: Sendable {
        let tokens = Mutex<(session: String, tokens: OAuth2Tokens)?>(nil)
    }

    static func handler(_ outgoing: any Outgoing) -> Handler {
        .write(
            "account.updateSession",
            prepare: { _ in Renewed() },
            ahead: { renewed, call, pipeline in
                guard let due = try await pipeline.look(call, { try Self.due($0) }) else { return }
                let client = try await OAuth2Client.make(due.settings, outgoing, at: call.now)
                let tokens = try await client.tokens(refreshing: due.token)
                renewed.tokens.withLock { $0 = (due.session, tokens) }
            },
            body: { renewed, context in try extend(renewed.tokens.withLock { $0 }, context) }
        )
    }

    /// A session whose provider has to be asked.
    private struct Due: Sendable {
        var session: String
        var settings: OAuth2Settings
        var token: String
    }

    private static func due(_ context: ReadContext) throws -> Due? {
        let session = try context.ownSession(of: try context.ownUser())
        guard let provider = OAuth2Provider.named(session.provider), !session.providerRefreshToken.isEmpty,
            let end = session.providerExpire, end <= context.now
        else { return nil }
        let settings = try context.settings.oauth2(provider)
        guard settings.isEnabled else { return nil }
        return Due(session: session.id, settings: settings, token: session.providerRefreshToken)
    }

    private static func extend(
        _ renewed: (session: String, tokens: OAuth2Tokens)?,
        _ context: WriteContext
    ) throws -> JSON {
        let user = try context.ownUser()
        let session = try context.ownSession(of: user)
        let end = try context.now.adding(seconds: context.settings.policies.sessionDuration)
        var fields: JSONObject = ["expire": .string(end.text)]
        if let renewed, renewed.session == session.id {
            fields.members += renewed.tokens.columns.members
            if let identity = try context.identity(session.provider, session.providerUid) {
                try context.refresh(identity, renewed.tokens)
            }
        }
        let row = try context.change(session.id, fields, in: IdentityTables.sessions)
        try context.moveStamp(of: user.id)
        let changed = Session(row)
        context.eventIDs["userId"] = user.id
        context.eventIDs["sessionId"] = session.id
        context.eventPayload = changed.event
        return changed.json(for: context.caller)
    }
}
