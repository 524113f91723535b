/// How much of an operation's limit a caller has left, which HTTP tells in the headers `X-RateLimit-Limit`,
/// `X-RateLimit-Remaining`, `X-RateLimit-Reset` and `Retry-After`.
package struct RateLimitState: Sendable, Equatable {
    /// How many calls there may be at once.
    package var limit: Int
    /// How many of them are left.
    package var remaining: Int
    /// When all of them are there again, in seconds since 1970.
    package var reset: Int64
    /// In how many seconds there may be another call; 0 where one is left.
    package var wait: Int64

    package init(limit: Int, remaining: Int, reset: Int64, wait: Int64) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
        self.wait = wait
    }
}
