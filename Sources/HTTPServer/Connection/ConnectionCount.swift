import CoreMetrics
import Hummingbird
import HummingbirdCore

/// Takes connections as long as there may be more of them, and tells how many there are.
struct ConnectionCount: AvailableConnectionsDelegate {
    private let maximum: Int
    private let meters: FrontMeters?
    private var count = 0

    init(_ maximum: Int, _ meters: FrontMeters? = nil) {
        self.maximum = maximum
        self.meters = meters
    }

    mutating func connectionOpened() {
        count += 1
        meters?.connections.set(count)
    }

    mutating func connectionClosed() {
        count -= 1
        meters?.connections.set(count)
    }

    func isAcceptingNewConnections() -> Bool {
        guard count >= maximum else { return true }
        meters?.full.increment()
        return false
    }
}
