import Storage
import Values

/// `users.createToken` and `createJWT`.
enum UserTokens {
    static let all: [Handler] = [createToken, createJWT]

    private struct NewToken: Sendable {
        let secret: String
        let seconds: Int64
    }

    static let createToken = Handler.write(
        "users.createToken",
        prepare: { call in
            NewToken(
                secret: Secret.random(length: Int(call.arguments["length"]?.int ?? 6)),
                seconds: call.arguments["expire"]?.int ?? 900
            )
        },
        body: { new, context in
            let user = try context.user()
            let token = try context.addToken(.generic, new.secret, for: user.id, seconds: new.seconds)
            context.eventIDs["tokenId"] = token.id
            context.eventPayload = token.json()
            return token.json(secret: new.secret)
        }
    )

    /// What stands for the newest session.
    private static let recent = "recent"

    static let createJWT = Handler.write("users.createJWT", prepare: { _ in }) { _, context in
        let user = try context.user()
        let id = context.call.string("sessionId")
        let session =
            id == recent ? try context.sessions(of: user.id).last : try context.openSession(id, of: user.id)
        let token = UserToken(user: user.id, session: session?.id)
        return ["jwt": .string(try token.text(seconds: context.call.arguments["duration"]?.int ?? 900, context))]
            as JSON
    }
}
