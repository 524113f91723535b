import Glibc
import Synchronization

/// Makes sequences of rows: they rise in the order in which a process asks for them, and between processes as well as
/// their clocks agree.
///
/// 41 bits of milliseconds, 10 of the process and 12 of a counter (Twitter's Snowflake, 2010), so that no two writers
/// need to ask each other.
final class SequenceClock: Sendable {
    /// 2026-01-01T00:00:00Z in milliseconds.
    static let epoch: Int64 = 1_767_225_600_000
    static let nodeBits: Int64 = 10
    static let counterBits: Int64 = 12

    private let last = Mutex((millisecond: Int64(0), counter: Int64(0)))
    private let milliseconds: @Sendable () -> Int64

    init(
        milliseconds: @escaping @Sendable () -> Int64 = {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        }
    ) {
        self.milliseconds = milliseconds
    }

    /// How far ahead of the clock a sequence may be to be passed, in milliseconds. What is further ahead is of a clock
    /// that was quite wrong, and is left behind.
    static let reach: Int64 = 86_400_000

    /// Lets every sequence from now on be after this one, also where the clock has been set back since it was made.
    func pass(_ sequence: Int64) {
        let millisecond = sequence >> (Self.nodeBits + Self.counterBits)
        last.withLock { last in
            guard millisecond > last.millisecond, millisecond < milliseconds() - Self.epoch + Self.reach else { return }
            last = (millisecond + 1, 0)
        }
    }

    /// - Parameter node: tells processes apart; its low bits count.
    func next(node: Int64) -> Int64 {
        let (millisecond, counter) = last.withLock { last in
            let now = max(milliseconds() - Self.epoch, 0)
            if now > last.millisecond {
                // A random start keeps two processes with the same node from meeting within a millisecond.
                last = (now, Int64.random(in: 0..<1024))
            } else {
                last.counter += 1
                // A clock that stands still, or goes back, is waited for by running ahead of it.
                if last.counter >> Self.counterBits > 0 { last = (last.millisecond + 1, 0) }
            }
            return last
        }
        let process = node & ((1 << Self.nodeBits) - 1)
        return (millisecond << Self.nodeBits | process) << Self.counterBits | counter
    }
}
