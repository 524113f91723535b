import Engine
import Synchronization
import Values

/// The present moment as HTTP writes it, made once a second.
final class CurrentDate: Sendable {
    private let clock: WallClock
    private let made = Mutex((second: Int64.min, text: ""))

    init(_ clock: WallClock = .system) { self.clock = clock }

    var text: String {
        let now = clock.now
        return made.withLock { made in
            let second = now.milliseconds / 1000
            if made.second != second { made = (second, HTTPDate.text(now)) }
            return made.text
        }
    }
}
