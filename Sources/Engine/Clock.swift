import Glibc
package import Values

/// The time of day and fresh ids, as parameters.
package struct WallClock: Sendable {
    /// Microseconds since 1970 in UTC.
    package var microseconds: @Sendable () -> Int64

    package init(microseconds: @escaping @Sendable () -> Int64) {
        self.microseconds = microseconds
    }

    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    package var now: Timestamp { Timestamp(milliseconds: microseconds() / 1000) }

    /// Makes an id.
    func makeID() -> String {
        var random = SystemRandomNumberGenerator()
        return ID.make(microseconds: microseconds(), using: &random)
    }
}
