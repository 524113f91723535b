import Catalog
import Values

/// How many calls somebody has left: a bucket of tokens, each good for one call. It starts full and is filled evenly, so a
/// tenth of the window brings back a tenth of the calls, and within any window there are at most twice as many calls as
/// the limit says.
///
/// All that has to be kept of a bucket is the moment at which it is full again; one that is full need not be kept.
struct TokenBucket: Equatable {
    /// When it is full again; a moment that has passed stands for a full bucket.
    var full: Timestamp

    /// The bucket as it counts from now on.
    ///
    /// Clocks may be set back, and processes on one store may disagree about the time. A bucket that takes much longer to
    /// fill than an empty one does was emptied by a clock that was ahead, and counts as empty. A smaller difference, up to
    /// one more window, is waited for: if it was forgiven, two clocks could hand tokens to each other.
    func corrected(_ limit: RateLimit, at now: Timestamp) -> TokenBucket {
        guard full.milliseconds - now.milliseconds > 2 * limit.window else { return self }
        return TokenBucket(full: Timestamp(milliseconds: now.milliseconds + limit.window))
    }

    /// Takes a token.
    /// - Returns: for how many milliseconds there will be none; 0 when one was there and was taken.
    mutating func take(_ limit: RateLimit, at now: Timestamp) -> Int64 {
        let next = max(full, now).milliseconds + limit.interval
        guard next <= now.milliseconds + limit.window else { return next - limit.window - now.milliseconds }
        full.milliseconds = next
        return 0
    }

    /// - Parameter wait: for how many milliseconds there is no token.
    func state(_ limit: RateLimit, at now: Timestamp, wait: Int64 = 0) -> RateLimitState {
        let missing = max(0, full.milliseconds - now.milliseconds)
        return RateLimitState(
            limit: limit.calls,
            remaining: Int(max(0, limit.window - missing) / limit.interval),
            reset: (now.milliseconds + missing + 999) / 1000,
            wait: (wait + 999) / 1000
        )
    }
}

extension RateLimit {
    /// In how many milliseconds an empty bucket is full.
    fileprivate var window: Int64 { Int64(seconds) * 1000 }
    /// In how many milliseconds one token comes.
    fileprivate var interval: Int64 { window / Int64(calls) }
}
