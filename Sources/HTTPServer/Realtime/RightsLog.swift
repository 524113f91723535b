import Engine

/// The last changes of rights that the event log has told.
///
/// Whoever reads what somebody may do, and only later lets it count, asks here whether that still holds.
struct RightsLog: Sendable {
    /// How many changes there were.
    private(set) var count = 0
    private var last: [RightsChange] = []

    private static let kept = 256

    mutating func note(_ change: RightsChange) {
        guard change != .none else { return }
        count += 1
        last.append(change)
        if last.count > Self.kept { last.removeFirst(Self.kept / 2) }
    }

    /// Whether what was read of users after so many changes may have changed since.
    func concerns(_ users: [String], since earlier: Int) -> Bool {
        guard !users.isEmpty, count > earlier else { return false }
        guard count - earlier <= last.count else { return true }
        return last.suffix(count - earlier).contains { change in
            switch change {
            case .none: false
            case .user(let id): users.contains(id)
            case .team: true
            }
        }
    }
}
