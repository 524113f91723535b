import Synchronization

/// The memory that bodies take which are being read, all together, so that many long ones at once find an end too.
final class BodyRoom: Sendable {
    /// A body up to this length takes no place.
    static let small = 64 << 10

    private let limit: Int
    private let taken = Mutex(0)

    init(_ limit: Int) { self.limit = limit }

    /// The part of one body.
    struct Place: ~Copyable {
        private let room: BodyRoom
        private var bytes = 0

        fileprivate init(_ room: BodyRoom) { self.room = room }

        /// - Parameter length: how much of the body there is by now.
        /// - Returns: whether there is room for it.
        mutating func grow(to length: Int) -> Bool {
            guard length > BodyRoom.small, length > bytes else { return true }
            let more = length - bytes
            guard room.take(more) else { return false }
            bytes = length
            return true
        }

        deinit { room.giveBack(bytes) }
    }

    func place() -> Place { Place(self) }

    private func take(_ bytes: Int) -> Bool {
        taken.withLock { taken in
            guard taken + bytes <= limit else { return false }
            taken += bytes
            return true
        }
    }

    private func giveBack(_ bytes: Int) { if bytes > 0 { taken.withLock { $0 -= bytes } } }
}
