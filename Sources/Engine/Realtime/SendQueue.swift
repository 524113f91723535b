/// What waits for a connection, and what it was given and has not sent yet. Both count against the bounds.
struct SendQueue: Sendable {
    private var waiting: [Frame] = []
    private var taken: [Frame] = []
    private(set) var bytes = 0
    /// Whether whoever sends has nothing to do and must be woken.
    private var isAsleep = true

    private var count: Int { waiting.count + taken.count }

    /// Whether a frame has room.
    func hasRoom(for frame: Frame, _ limits: HubLimits) -> Bool {
        count == 0 || count < limits.queuedFrames && bytes + frame.count <= limits.queuedBytes
    }

    /// - Returns: whether somebody must be woken to send it.
    mutating func append(_ frame: Frame) -> Bool {
        waiting.append(frame)
        bytes += frame.count
        defer { isAsleep = false }
        return isAsleep
    }

    /// Says that what was taken last is sent, and takes more. Whoever gets nothing is woken when there is something.
    mutating func take(_ limits: HubLimits) -> (sent: [Frame], next: [Frame]) {
        let sent = taken
        bytes -= sent.reduce(0) { $0 + $1.count }
        var size = 0
        let fitting = waiting.prefix { frame in
            defer { size += frame.count }
            return size == 0 || size + frame.count <= limits.batchBytes
        }
        taken = Array(fitting)
        waiting.removeFirst(taken.count)
        isAsleep = taken.isEmpty
        return (sent, taken)
    }

    var all: [Frame] { taken + waiting }
}
