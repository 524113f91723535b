import Synchronization
import Values

@testable import Engine

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
    /// 2026-11-22T08:00:00Z.
    private let time = Mutex<Int64>(1_795_334_400_000_000)

    var wallClock: WallClock { WallClock { self.time.withLock { $0 } } }

    func advance(milliseconds: Int64) { time.withLock { $0 += milliseconds * 1000 } }

    func set(milliseconds: Int64) { time.withLock { $0 = milliseconds * 1000 } }
}
