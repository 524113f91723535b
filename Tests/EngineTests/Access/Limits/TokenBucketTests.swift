import Catalog
import Testing
import Values

@testable import Engine

@Suite("Buckets of calls")
struct TokenBucketTests {
    /// Ten calls an hour: one each six minutes.
    private let limit: RateLimit
    private let start: Int64 = 1_795_334_400_000
    private let hour: Int64 = 3_600_000
    private let interval: Int64 = 360_000

    init() throws {
        limit = try #require(Catalog.embedded.operation("account.createSession")?.rateLimit)
    }

    /// Takes as many tokens as there are.
    private func drain(_ bucket: inout TokenBucket, at moment: Int64) -> Int {
        let now = Timestamp(milliseconds: moment)
        bucket = bucket.corrected(limit, at: now)
        var count = 0
        while count < 1000, bucket.take(limit, at: now) == 0 { count += 1 }
        return count
    }

    private var fullOne: TokenBucket { TokenBucket(full: Timestamp(milliseconds: start)) }

    @Test func startFullAndFillEvenly() {
        var bucket = fullOne
        #expect(drain(&bucket, at: start) == 10)
        #expect(bucket.take(limit, at: Timestamp(milliseconds: start)) == interval)
        #expect(bucket.take(limit, at: Timestamp(milliseconds: start + 1)) == interval - 1)
        #expect(drain(&bucket, at: start + interval - 1) == 0)
        #expect(drain(&bucket, at: start + interval) == 1)
        #expect(drain(&bucket, at: start + 4 * interval + 5) == 3)
        #expect(drain(&bucket, at: start + 100 * hour) == 10)
    }

    @Test func tellWhatIsLeft() {
        var bucket = fullOne
        let now = Timestamp(milliseconds: start)
        #expect(
            bucket.state(limit, at: now) == RateLimitState(limit: 10, remaining: 10, reset: 1_795_334_400, wait: 0)
        )
        for _ in 0..<3 { _ = bucket.take(limit, at: now) }
        #expect(
            bucket.state(limit, at: now) == RateLimitState(limit: 10, remaining: 7, reset: 1_795_335_480, wait: 0)
        )
        #expect(drain(&bucket, at: start) == 7)
        #expect(
            bucket.state(limit, at: now, wait: 359_001)
                == RateLimitState(limit: 10, remaining: 0, reset: 1_795_338_000, wait: 360)
        )
    }

    @Test func aClockThatIsSetBackNeitherLocksOutNorGivesAway() {
        var bucket = fullOne
        #expect(drain(&bucket, at: start) == 10)
        // By half a window: what was used stays used for so much longer.
        #expect(drain(&bucket, at: start - hour / 2) == 0)
        #expect(drain(&bucket, at: start + interval) == 1)
        // By a year: the bucket is empty, and fills as ever.
        let past = start - 365 * 24 * hour
        #expect(drain(&bucket, at: past) == 0)
        #expect(drain(&bucket, at: past + interval) == 1)
        #expect(drain(&bucket, at: past + hour + interval) == 10)
    }

    @Test func twoClocksThatDisagreeGiveNothingAway() {
        var bucket = fullOne
        #expect(drain(&bucket, at: start) == 10)
        for _ in 0..<100 {
            #expect(drain(&bucket, at: start - hour * 9 / 10) == 0)
            #expect(drain(&bucket, at: start) == 0)
        }
    }
}
