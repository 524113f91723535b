/// Which tables were written to, as far as this process knows from the event log.
///
/// Marks only rise. What was read when the mark was `m` holds everything that was known of then; it is current as long as
/// its table was not marked since. Before a reader who wants the last write is answered, the log is followed up to a
/// moment after the reader came, see ``LogFollower``.
struct FollowedLog: Sendable {
    /// Whether the log is followed from some place on.
    var isFollowed = false
    private(set) var now: UInt64 = 0
    private var marks: [String: UInt64] = [:]
    /// The mark of every table that has none of its own.
    private var others: UInt64 = 0

    private static let maximumMarks = 10_000

    /// What a part of the log says.
    enum News: Sendable {
        /// Only these tables were written to.
        case groups(Set<String>)
        case everything
    }

    mutating func mark(_ group: String) {
        if marks.count >= Self.maximumMarks { return markAll() }
        now += 1
        marks[group] = now
    }

    mutating func markAll() {
        now += 1
        marks.removeAll()
        others = now
    }

    /// - Parameter group: nil for what depends on any table.
    func isCurrent(_ mark: UInt64?, in group: String?) -> Bool {
        guard let mark, isFollowed else { return false }
        guard let group else { return now <= mark }
        return (marks[group] ?? others) <= mark
    }
}
