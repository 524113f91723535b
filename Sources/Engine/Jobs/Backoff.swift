/// How long to wait before something that failed is tried again.
struct Backoff: Sendable {
    /// In milliseconds, after the first try, the second, and so on; the last one also after all later tries.
    let pauses: [Int64]

    /// Milliseconds until the next try, with a random quarter on top, so that many that failed together do not come back
    /// together.
    /// - Parameter attempts: how many tries there were.
    func pause(after attempts: Int64) -> Int64 {
        let base = base(attempts)
        return base + Int64.random(in: 0...(base / 4))
    }

    /// The longest that ``pause(after:)`` may be; nothing before the first try.
    func longest(after attempts: Int64) -> Int64 {
        attempts == 0 ? 0 : base(attempts) + base(attempts) / 4
    }

    private func base(_ attempts: Int64) -> Int64 { pauses[Int(min(max(attempts, 1), Int64(pauses.count))) - 1] }

    /// Doubling from half a second to five minutes.
    static let jobs = Backoff(pauses: (0...10).map { min(300_000, Int64(500) << Int64($0)) })

    /// Eleven pauses over a day, about.
    static let deliveries = Backoff(
        pauses: [5, 15, 60, 180, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800].map { $0 * 1000 }
    )
}
