import Storage
import Synchronization
import Values

/// Follows the event log on demand, so that the cache knows of every write, also those of other processes.
///
/// Following is one read of the store: the records since the place where the last one ended. Whoever comes while one runs
/// waits for the next, which begins after it came, and shares that with everybody else who waits.
final class LogFollower: Sendable {
    private struct State {
        var isRunning = false
        var waiting: [CheckedContinuation<Turn, Never>] = []
        /// nil while the log isn't followed.
        var place: EventCursor?
    }

    private enum Turn {
        case done(Bool)
        /// Runs for itself and for these.
        case mine([CheckedContinuation<Turn, Never>])
    }

    private let store: any DocumentStore
    private let schema: SchemaCache
    private let lists: ListCache
    private let clock: WallClock
    private let state = Mutex(State())

    /// More records than this are not looked at one by one.
    private static let maximumRecords = 500

    init(_ store: any DocumentStore, _ schema: SchemaCache, _ lists: ListCache, _ clock: WallClock) {
        self.store = store
        self.schema = schema
        self.lists = lists
        self.clock = clock
    }

    /// Returns when the cache knows of everything that was committed before this was called.
    /// - Returns: false when that can't be told.
    func catchUp() async -> Bool {
        let turn = await withCheckedContinuation { (continuation: CheckedContinuation<Turn, Never>) in
            let isFirst = state.withLock { state in
                guard state.isRunning else {
                    state.isRunning = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFirst { continuation.resume(returning: .mine([])) }
        }
        guard case .mine(let companions) = turn else {
            guard case .done(let succeeded) = turn else { return false }
            return succeeded
        }
        let succeeded = (try? await follow()) ?? false
        for companion in companions { companion.resume(returning: .done(succeeded)) }
        let next = state.withLock { state in
            let next = state.waiting
            state.waiting = []
            state.isRunning = !next.isEmpty
            return next
        }
        next.first?.resume(returning: .mine(Array(next.dropFirst())))
        return succeeded
    }

    private func follow() async throws -> Bool {
        let place = state.withLock { $0.place }
        let glance = schema.glance(at: clock.now)
        let (news, version) = try await store.read { session in
            (try session.news(after: place, limit: Self.maximumRecords), try session.schemaVersion())
        }
        schema.found(version, glance)
        guard let news else {
            // Whatever was kept may be out of date, and so is the place.
            lists.follow(.everything)
            state.withLock { $0.place = nil }
            return false
        }
        lists.follow(place == nil ? .everything : said(by: news.records))
        state.withLock { $0.place = news.end }
        return true
    }

    private func said(by records: [[UInt8]]) -> FollowedLog.News {
        var groups: Set<String> = []
        for record in records {
            switch Self.subject(of: record) {
            case .group(let group): groups.insert(group)
            case .noList: continue
            case .anything: return .everything
            }
        }
        return .groups(groups)
    }

    /// Which lists a record of the log is about.
    enum Subject: Equatable {
        /// Those of a table, as `<databaseId>/<tableId>`, or ``ListRequest/presences``.
        case group(String)
        /// None: rights of callers, for example, are part of what lists are kept under.
        case noList
        /// Those of more than one table, or it can't be told.
        case anything
    }

    static func subject(of record: [UInt8]) -> Subject {
        // The answer of the operation, which may be long, comes last.
        guard let end = record.firstRange(of: Array(",\"actor\":".utf8))?.lowerBound,
            let head = try? JSON(parsing: record[..<end] + [UInt8(ascii: "}")]), let event = head["event"]?.string
        else { return .anything }
        if event.hasPrefix("presences.") || event == "users.[userId].delete" { return .group(ListRequest.presences) }
        if event.hasPrefix("users.") || event.hasPrefix("teams.") { return .noList }
        guard let ids = head["ids"]?.strings, ids.count >= 2,
            ["databases.[databaseId].tables.[tableId].", "databases.[databaseId].collections.[collectionId]."]
                .contains(where: event.hasPrefix)
        else { return .anything }
        return .group("\(ids[0])/\(ids[1])")
    }
}
