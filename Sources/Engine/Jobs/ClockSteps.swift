import Values

/// Notices when the time of day was set, by comparing it with a clock that nobody sets.
struct ClockSteps: Sendable {
    enum Step: Sendable {
        case none, forward, back
    }

    /// Steps of so many milliseconds are none: what is under way has more time than that left.
    private static let tolerance: Int64 = 5000

    private var last: (time: Int64, uptime: Int64)?

    /// What has happened to the time of day since the last look.
    mutating func look(at clock: WallClock) -> Step {
        let (time, uptime) = (clock.now.milliseconds, clock.uptime())
        defer { last = (time, uptime) }
        guard let last else { return .none }
        let step = (time - last.time) - (uptime - last.uptime)
        if step < -Self.tolerance { return .back }
        return step > Self.tolerance ? .forward : .none
    }
}
