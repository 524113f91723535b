package import Values

/// One call of an operation, however it came in.
package struct Invocation: Sendable {
    /// The operation's id in any spelling.
    package var operation: String
    package var arguments: JSONObject
    /// Who acts; nil for the actor of the process.
    package var actor: Actor?
    /// The secret by which the caller says who acts; ``Engine/authenticated(_:)`` makes an actor of it.
    package var credential: Credential?
    /// The user as whom the caller wants to act; ``Engine/impersonating(_:)`` makes an actor of it.
    package var impersonated: UserReference?
    /// Whether the actor has shown a secret, and is not just named by somebody who is believed.
    var isProven = false
    /// What must be stored of the secret of the API key that acts; nil where no secret was shown for this call.
    var keyDigest: String?
    /// Whether the caller has shown a key of developers, whom no limit binds.
    package var isDeveloping = false
    package var client: Client
    /// Whether rows go out or come in as they are: no text among their values is an operator, and a list of related rows
    /// may be of any length.
    package var movesRows: Bool
    /// When the caller last looked: a row that has changed since is not changed or removed, and the call fails.
    package var unchangedSince: Timestamp?

    package init(
        _ operation: String,
        _ arguments: JSONObject = JSONObject(),
        as actor: Actor? = nil,
        from client: Client = Client(),
        movesRows: Bool = false
    ) {
        self.operation = operation
        self.arguments = arguments
        self.actor = actor
        self.client = client
        self.movesRows = movesRows
    }
}

/// The answer of an operation in Appwrite's wire shape.
package struct Response: Sendable {
    /// Compact JSON text.
    package var encoded: [UInt8]
    /// Whether it holds an integer that a JavaScript number can't (beyond 2^53 - 1 either way).
    package var holdsUnsafeInteger: Bool
    /// What the caller has left of the operation's limit; nil where none binds the caller.
    package var limit: RateLimitState?
    /// Where the answer came from, for those that may be cached and were asked to be.
    package var cache: CacheOutcome?
    /// What has become of the caller's own session; nil where the call left it alone.
    package var session: SessionChange?

    package init(_ result: JSON) {
        self.init { writer in writer.write(result) }
    }

    /// What `body` writes: one JSON value.
    init(_ body: (inout JSONWriter) throws -> Void) rethrows {
        var writer = JSONWriter(reserving: 512)
        try body(&writer)
        holdsUnsafeInteger = writer.wroteUnsafeInteger
        encoded = writer.bytes
    }

    /// JSON text that is written already.
    init(encoded: [UInt8], holdsUnsafeInteger: Bool) {
        self.encoded = encoded
        self.holdsUnsafeInteger = holdsUnsafeInteger
    }
}

/// What a call did to the session of the guest or user who made it. Answers don't hold it, because they are shown and
/// logged; a front hands it over in the way that it has for that, as HTTP does in a cookie.
package enum SessionChange: Sendable, Equatable {
    /// The caller has signed in. The secret is given away this once.
    case begun(secret: String, expire: Timestamp)
    /// The caller is signed in no longer.
    case ended
}

/// Whether an answer came from the cache.
package enum CacheOutcome: String, Sendable {
    case hit, miss
}

/// What a body answers with: a value, or text that is encoded already because a value would cost more than the rest.
protocol Answer: Sendable {
    var response: Response { get }
}

extension JSON: Answer {
    var response: Response { Response(self) }
}

extension Response: Answer {
    var response: Response { self }
}
