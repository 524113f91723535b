import Storage
import Values

/// `users.createToken`.
enum UserTokens {
    static let all: [Handler] = [createToken]

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
}
