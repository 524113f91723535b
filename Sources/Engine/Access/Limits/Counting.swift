import Storage
import Values

/// Counts calls against their limits, in one session.
struct Counting {
    /// What became of one call.
    struct Outcome: Sendable, Equatable {
        var isRefused: Bool
        /// Of the bucket that has the least left.
        var state: RateLimitState
    }

    private struct Bucket {
        /// As it is kept; nil for one that isn't.
        var kept: TokenBucket?
        /// As it was before anything was taken.
        var before: TokenBucket
        var now: TokenBucket
    }

    private let session: any WriteSession
    private let now: Timestamp
    private var buckets: [String: Bucket] = [:]

    /// How many full buckets one call removes at most.
    private static let cleaned = 64

    /// Takes for each charge a token from each of its buckets, or from none of them where one is empty.
    /// - Parameter together: whether nothing is taken for any of the charges where one is refused.
    /// - Returns: what became of the charges, up to the first that was refused if they go together.
    static func take(
        _ charges: [Charge],
        together: Bool,
        at now: Timestamp,
        in session: any WriteSession
    ) throws -> [Outcome] {
        var counting = Counting(session, now)
        var outcomes: [Outcome] = []
        for charge in charges {
            outcomes.append(try counting.take(charge))
            guard outcomes.last?.isRefused == true, together else { continue }
            counting.giveBack()
            break
        }
        try counting.keep()
        return outcomes
    }

    private init(_ session: any WriteSession, _ now: Timestamp) {
        self.session = session
        self.now = now
    }

    private mutating func take(_ charge: Charge) throws -> Outcome {
        var taken: [TokenBucket] = []
        var worst: RateLimitState?
        for id in charge.buckets {
            var bucket = try bucket(id, of: charge).now
            let wait = bucket.take(charge.limit, at: now)
            let state = bucket.state(charge.limit, at: now, wait: wait)
            if worst.map({ (state.wait, $0.remaining) > ($0.wait, state.remaining) }) ?? true { worst = state }
            taken.append(bucket)
        }
        // A limit has one key at least.
        let state = worst!
        if state.wait == 0 { for (id, bucket) in zip(charge.buckets, taken) { buckets[id]?.now = bucket } }
        return Outcome(isRefused: state.wait > 0, state: state)
    }

    private mutating func bucket(_ id: String, of charge: Charge) throws -> Bucket {
        if let known = buckets[id] { return known }
        let row = try session.row(id, in: IdentityTables.limits)
        let kept = row.flatMap { $0.values[0].string }.flatMap { Timestamp(parsing: $0) }.map { TokenBucket(full: $0) }
        let before = (kept ?? TokenBucket(full: now)).corrected(charge.limit, at: now)
        let bucket = Bucket(kept: kept, before: before, now: before)
        buckets[id] = bucket
        return bucket
    }

    private mutating func giveBack() {
        buckets = buckets.mapValues { Bucket(kept: $0.kept, before: $0.before, now: $0.before) }
    }

    private func keep() throws {
        var cleans = false
        for (id, bucket) in buckets where bucket.now != bucket.kept && bucket.now.full > now {
            let value = JSON.string(bucket.now.full.text)
            if bucket.kept != nil {
                let change = RowChange(updatedAt: now, values: [(0, value)])
                _ = try session.update(id, change, in: IdentityTables.limits)
            } else {
                let row = NewRow(id: id, createdAt: now, updatedAt: now, values: [value])
                _ = try session.insert(row, into: IdentityTables.limits)
                // With one new bucket in sixteen, so that more are removed than come.
                cleans = cleans || id.utf8.first == UInt8(ascii: "0")
            }
        }
        if cleans { try clean() }
    }

    /// Removes buckets that are full. Those that were just taken from are not, once that is written.
    private func clean() throws {
        var query = RowQuery(limit: Self.cleaned)
        query.filters = [.compare("reset", .lessThanEqual, [.string(now.text)])]
        query.orders = [Query.Order("reset"), Query.Order("$sequence")]
        query.columns = []
        let full = try session.rows(query, in: IdentityTables.limits).map(\.id)
        if !full.isEmpty { _ = try session.delete(full, from: IdentityTables.limits) }
    }
}
