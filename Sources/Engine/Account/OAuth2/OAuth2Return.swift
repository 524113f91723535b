import Catalog
import Storage
import Values

/// `account.getSessionsOAuth2Redirect`: the user comes back from the provider, and is signed in.
struct OAuth2Return: Sendable {
    let catalog: Catalog
    let outgoing: any Outgoing
    let project: String

    var all: [Handler] {
        [
            Handler(ids: ["account.getSessionsOAuth2Redirect"]) { call in
                Work(body: .apart { pipeline in try await finish(call, pipeline) })
            }
        ]
    }

    /// A sign-in whose state was shown, and with what it goes on.
    private struct Found: Sendable {
        var attempt: OAuth2Attempt
        var settings: OAuth2Settings
    }

    private func finish(_ call: Call, _ pipeline: Pipeline) async throws -> Response {
        if let id = call.optional("projectId")?.string, id != project {
            throw AppError(
                .projectNotFound,
                "The project '\(id)' is not the one of this process.",
                argument: "projectId",
                hint: "Start Tandem with --project \(id), or leave the argument out."
            )
        }
        let found = try await take(call, pipeline)
        do { return try await complete(found, call, pipeline) } catch let error as AppError {
            let failure = found.attempt.failure
            guard !failure.isEmpty else { throw error }
            let report: JSON = [
                "message": .string(error.message), "type": .string(error.code.type),
                "code": .int(Int64(error.code.status)),
            ]
            return Response(["url": .string(URLText.adding([("error", report.text)], to: failure))])
        }
    }

    /// Uses the state up, in a transaction of its own: whatever comes afterwards, it is good once.
    private func take(_ call: Call, _ pipeline: Pipeline) async throws -> Found {
        let provider = OAuth2Provider.named(call.string("provider"))!
        let found = try await pipeline.store.write { session -> Found? in
            let context = try WriteContext(call, writing: session, pipeline)
            guard let attempt = try OAuth2Attempt.find(call.string("state"), context) else { return nil }
            try context.checkIsOf(attempt)
            try attempt.end(context)
            guard attempt.expire > context.now, attempt.provider == provider.id else { return nil }
            return Found(attempt: attempt, settings: try context.enabled(provider))
        }
        guard let found else { throw AppError.unknownState }
        return found
    }

    private func complete(_ found: Found, _ call: Call, _ pipeline: Pipeline) async throws -> Response {
        let (attempt, provider) = (found.attempt, found.settings.provider)
        if let word = call.optional("error")?.string, !word.isEmpty { throw AppError.turnedAway(provider, word) }
        guard let code = call.optional("code")?.string, !code.isEmpty else {
            throw AppError(
                .userOauth2BadRequest,
                "'code' is missing, and so is 'error': one of them comes back from the provider.",
                argument: "code",
                hint: "Pass on the whole query with which the user has come back."
            )
        }
        let client = try await OAuth2Client.make(found.settings, outgoing, at: call.now)
        let tokens = try await client.tokens(code: code, attempt.proof, callback: attempt.callback)
        let profile = try await client.profile(tokens, attempt.proof)
        // The event is that of the operation with which the sign-in began.
        var call = call
        call.operation = catalog.operation(attempt.outcome.operation) ?? call.operation
        let work = Work(
            body: .write { context in
                Response(try OAuth2Arrival(attempt: attempt, profile: profile, tokens: tokens, context).answer())
            }
        )
        return try await pipeline.store.write { [call] session in
            try Pipeline.perform(work, try WriteContext(call, writing: session, pipeline))
        }
    }
}

extension ReadContext {
    /// Refuses to end a sign-in that somebody else has begun.
    ///
    /// Otherwise somebody could have a user come back with a state of its own, and get the user's identity or have the
    /// user act in a foreign account.
    /// - Throws: 401 `user_unauthorized`, 401 `user_session_already_exists`.
    fileprivate func checkIsOf(_ attempt: OAuth2Attempt) throws {
        if caller.isPrivileged { return }
        guard !attempt.user.isEmpty else { return try checkNotSignedIn() }
        guard caller.actor.userID == attempt.user else {
            throw AppError(
                .userUnauthorized,
                "Another user has begun this sign-in.",
                argument: "as",
                hint: "Whoever began it while signed in must be signed in at its end."
            )
        }
    }
}
