import Synchronization

/// Progress on stderr, a line a second at the most.
final class ProgressConsole: Sendable {
    private let last = Mutex(ContinuousClock.now)

    /// Shows a line if one is due.
    func show(_ text: @autoclosure () -> String) {
        let isDue = last.withLock { last in
            guard ContinuousClock.now - last >= .seconds(1) else { return false }
            last = .now
            return true
        }
        if isDue { writeError(text()) }
    }
}
