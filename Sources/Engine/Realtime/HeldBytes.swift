/// How much memory waiting frames take: the text of an event once, however many frames share it.
struct HeldBytes: Sendable {
    private(set) var total = 0
    private var events: [UInt64: (frames: Int, bytes: Int)] = [:]

    /// What a frame takes besides its bytes, about.
    private static let overhead = 96

    mutating func add(_ frame: Frame) {
        total += frame.ownBytes + Self.overhead
        guard let event = frame.event else { return }
        if events[event] == nil {
            let shared = frame.count - frame.ownBytes
            events[event] = (1, shared)
            total += shared
        } else {
            events[event]?.frames += 1
        }
    }

    mutating func remove(_ frames: [Frame]) {
        for frame in frames {
            total -= frame.ownBytes + Self.overhead
            guard let event = frame.event, let held = events[event] else { continue }
            if held.frames > 1 {
                events[event]?.frames -= 1
            } else {
                events[event] = nil
                total -= held.bytes
            }
        }
    }
}
