/// Counts what somebody does in a minute.
struct MessageRate: Sendable {
    private var start: ContinuousClock.Instant?
    private var count = 0

    /// Whether there may be one more now.
    mutating func allows(_ limit: Int, at now: ContinuousClock.Instant = .now) -> Bool {
        if let start, now - start < .seconds(60) {
            count += 1
        } else {
            (start, count) = (now, 1)
        }
        return count <= limit
    }

    /// Whether the last minute is over.
    func isOver(at now: ContinuousClock.Instant) -> Bool { start.map { now - $0 >= .seconds(60) } ?? true }
}

/// Counts the connections from each address.
struct ConnectionRates: Sendable {
    private var rates: [String: MessageRate] = [:]

    /// How many addresses are remembered.
    private static let maximum = 10_000

    mutating func allows(_ key: String, _ limit: Int, at now: ContinuousClock.Instant = .now) -> Bool {
        if rates.count >= Self.maximum { rates = rates.filter { !$0.value.isOver(at: now) } }
        // Where that many addresses come within a minute, those that are not remembered are not counted.
        guard rates.count < Self.maximum || rates[key] != nil else { return true }
        return rates[key, default: MessageRate()].allows(limit, at: now)
    }
}
