import Synchronization
import Values

@testable import Engine

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
    /// 2026-11-22T08:00:00Z.
    private let time = Mutex<Int64>(1_795_334_400_000_000)
    /// How far it was set from what has passed, in microseconds.
    private let offset = Mutex<Int64>(0)

    var wallClock: WallClock {
        WallClock {
            self.time.withLock { $0 }
        } uptime: {
            (self.time.withLock { $0 } - self.offset.withLock { $0 }) / 1000
        }
    }

    /// Lets time pass.
    func advance(milliseconds: Int64) { time.withLock { $0 += milliseconds * 1000 } }

    /// Lets time pass until a moment.
    func set(milliseconds: Int64) { time.withLock { $0 = milliseconds * 1000 } }

    /// Sets the time of day without any time passing, as somebody who corrects a clock.
    func step(milliseconds: Int64) {
        time.withLock { time in
            time += milliseconds * 1000
            offset.withLock { $0 += milliseconds * 1000 }
        }
    }
}
