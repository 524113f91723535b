/// The `subscriptions/listen` requests that are open. They perform nothing.
struct Streams: Sendable {
    struct Stream: Sendable {
        let id: RequestID
        /// Whether the client was told that it is open; nothing else may be sent before.
        var isOpen = false
    }

    private var streams: [UInt64: Stream] = [:]
    private var lastNumber: UInt64 = 0

    /// How many may be open.
    static let maximum = 100

    subscript(number: UInt64) -> Stream? { streams[number] }

    func contains(_ id: RequestID) -> Bool { streams.values.contains { $0.id == id } }

    /// - Returns: its number; nil when there are too many.
    mutating func add(_ id: RequestID) -> UInt64? {
        guard streams.count < Self.maximum else { return nil }
        lastNumber += 1
        streams[lastNumber] = Stream(id: id)
        return lastNumber
    }

    /// - Returns: false when it has ended already.
    mutating func open(_ number: UInt64) -> Bool {
        streams[number]?.isOpen = true
        return streams[number] != nil
    }

    mutating func remove(_ number: UInt64) { streams[number] = nil }

    /// - Returns: the numbers of those that have ended.
    mutating func remove(_ id: RequestID) -> [UInt64] {
        let ended = streams.filter { $0.value.id == id }.map(\.key)
        for number in ended { streams[number] = nil }
        return ended
    }

    /// Ends all.
    /// - Returns: those that were open, in the order in which they were opened.
    mutating func removeAll() -> [RequestID] {
        let ended = streams.filter(\.value.isOpen).sorted { $0.key < $1.key }.map(\.value.id)
        streams = [:]
        return ended
    }
}
