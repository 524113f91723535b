import Synchronization
package import Values

/// Whose secrets were shown in the last seconds, so that a call needs no look at the store to find that out.
///
/// Nothing is allowed on the strength of it: every call looks up in its own session whether a session still is, and
/// whether a key of that id still has that secret.
final class KnownSecrets: Sendable {
    struct Owner: Sendable {
        let actor: Actor
        /// What is stored of an API key's secret; nil for others.
        var keyDigest: String?
    }

    private struct State {
        var owners: [Credential: Owner] = [:]
        /// When all of it is forgotten.
        var end = Timestamp(milliseconds: 0)
    }

    private let state = Mutex(State())

    /// How many milliseconds something is known, and of how many.
    private static let (lifetime, maximum) = (Int64(10_000), 10_000)

    func owner(of credential: Credential, at now: Timestamp) -> Owner? {
        state.withLock { state in
            guard now < state.end, state.end.milliseconds - now.milliseconds <= Self.lifetime else {
                state.owners.removeAll(keepingCapacity: true)
                return nil
            }
            return state.owners[credential]
        }
    }

    func keep(_ owner: Owner, of credential: Credential, at now: Timestamp) {
        state.withLock { state in
            if state.owners.isEmpty { state.end = Timestamp(milliseconds: now.milliseconds + Self.lifetime) }
            if state.owners.count < Self.maximum { state.owners[credential] = owner }
        }
    }

    func forget(_ credential: Credential) {
        state.withLock { $0.owners[credential] = nil }
    }
}

extension Engine {
    /// Runs one operation for somebody who shows a secret.
    /// - Returns: nil for a secret that opens nothing; nothing was done then.
    /// - Throws: as ``execute(_:)``.
    package func execute(_ invocation: Invocation, showing credential: Credential) async throws(AppError) -> Response? {
        if let owner = secrets.owner(of: credential, at: clock.now) {
            do throws(AppError) { return try await execute(invocation, of: owner) } catch {
                // A secret that opens nothing any longer is found out by the call itself, before it does anything.
                guard error.code.status == 401, error.argument == "as" else { throw error }
                secrets.forget(credential)
            }
        }
        let actor: Actor
        do throws(AppError) { actor = try await self.actor(of: credential) } catch {
            guard error.code == .userUnauthorized else { throw error }
            return nil
        }
        var owner = KnownSecrets.Owner(actor: actor)
        switch (actor, credential) {
        case (.apiKey, .key(let secret)): owner.keyDigest = Secret.digest(secret)
        case (.session, .session): break
        // A token says itself until when it is good, which must be read each time.
        default: return try await execute(invocation, of: owner)
        }
        secrets.keep(owner, of: credential, at: clock.now)
        return try await execute(invocation, of: owner)
    }

    private func execute(_ invocation: Invocation, of owner: KnownSecrets.Owner) async throws(AppError) -> Response {
        var invocation = invocation
        invocation.actor = owner.actor
        invocation.keyDigest = owner.keyDigest
        invocation.isProven = true
        return try await execute(invocation)
    }
}
