import Glibc
package import Values

/// The time of day and fresh ids, as parameters.
package struct WallClock: Sendable {
    /// Microseconds since 1970 in UTC.
    package var microseconds: @Sendable () -> Int64
    /// Milliseconds since any moment, by a clock that nobody sets. It stands still while the machine sleeps.
    package var uptime: @Sendable () -> Int64

    package init(microseconds: @escaping @Sendable () -> Int64, uptime: @escaping @Sendable () -> Int64) {
        self.microseconds = microseconds
        self.uptime = uptime
    }

    package static let system = WallClock {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    } uptime: {
        let time = read(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }

    package var now: Timestamp { Timestamp(milliseconds: microseconds() / 1000) }

    /// Makes an id.
    func makeID() -> String {
        var random = SystemRandomNumberGenerator()
        return ID.make(microseconds: microseconds(), using: &random)
    }
}
