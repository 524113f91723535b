import Synchronization
import Values

/// The lists that this process keeps, and the reads of lists that are under way.
///
/// A list is kept under everything that its answer depends on, the roles of the caller among it, so two callers with
/// different rights never share one. It is used as long as the reader's `ttl` allows, whatever that of the call was which
/// brought it, and only while the table is as it was: see ``TableFingerprint``.
final class ListCache: Sendable {
    fileprivate struct State {
        var lists: S3FIFO<ByteKey, CachedList>
        var flights: [UInt64: Flight] = [:]
        var current: [FlightKey: UInt64] = [:]
        var lastFlight: UInt64 = 0
        var log = FollowedLog()
        var hits = 0
        var misses = 0
        var waits = 0
    }

    private let state: Mutex<State>

    /// - Parameter bytes: how much memory lists may take; 0 keeps none.
    init(bytes: Int) {
        state = Mutex(State(lists: S3FIFO(limit: bytes)))
    }

    /// What a call does next.
    enum Step: Sendable {
        /// Answers with this.
        case use(CachedList)
        /// Asks the store for the state of the table, because what is known of it is too old.
        case verify(Flight.Ticket)
        /// Reads what is missing.
        case load(ListSource.Parts, Flight.Ticket)
        /// Waits for another call that reads the same.
        case wait(Flight.Ticket)
    }

    /// - Parameters:
    ///   - key: that of the request, with the place of its cursor.
    ///   - known: the state of the table where that is known well enough.
    func step(_ request: ListRequest, _ key: [UInt8], _ known: SchemaCache.Known, at now: Timestamp) -> Step {
        let place = ByteKey(key)
        return state.withLock { state in
            var parts: ListSource.Parts = request.wantsTotal ? .rowsAndTotal : .rows
            if let list = state.lists.peek(place), request.accepts(list.readAt, at: now),
                !request.isStrict || state.log.isCurrent(list.mark, in: list.schema == nil ? request.group : nil)
            {
                guard let fingerprint = known.fingerprint else {
                    return state.share(.table(request.group), request, known.changes, now) { .verify($0) }
                }
                if list.table == fingerprint, list.schema == nil || list.schema == known.version {
                    let hasTotal = list.total.map { request.accepts($0.readAt, at: now) } ?? false
                    if hasTotal || !request.wantsTotal {
                        state.lists.use(place)
                        state.hits += 1
                        return .use(list)
                    }
                    parts = .total
                }
            }
            return state.share(.list(key, parts), request, known.changes, now) { .load(parts, $0) }
        }
    }

    /// Waits for a read that another call began.
    func landing(of flight: Flight.Ticket) async -> Flight.Landing {
        await withCheckedContinuation { continuation in
            let hasLanded = state.withLock { state in
                guard state.flights[flight.id] != nil else { return true }
                state.flights[flight.id]!.waiting.append(continuation)
                state.waits += 1
                return false
            }
            if hasLanded { continuation.resume(returning: .again) }
        }
    }

    /// Ends a read: tells those who wait for it.
    func land(_ flight: Flight.Ticket, _ landing: Flight.Landing) {
        let waiting = state.withLock { state in
            guard let ended = state.flights.removeValue(forKey: flight.id) else { return [Flight.Waiting]() }
            if state.current[ended.key] == flight.id { state.current[ended.key] = nil }
            if case .list = landing { state.hits += ended.waiting.count }
            return ended.waiting
        }
        for waiting in waiting { waiting.resume(returning: landing) }
    }

    /// Keeps what a read brought.
    /// - Parameter now: the moment before it.
    /// - Returns: what to answer with; nil when the total does not fit to the rows that are kept.
    func keep(
        _ loaded: LoadedList,
        _ request: ListRequest,
        _ key: [UInt8],
        _ flight: Flight.Ticket,
        at now: Timestamp
    ) -> CachedList? {
        let place = ByteKey(key)
        return state.withLock { state in
            let total = loaded.total.map { CachedList.Total(count: $0, readAt: now) }
            let group = loaded.schema == nil ? request.group : nil
            guard let rows = loaded.rows else {
                guard var list = state.lists.peek(place), list.table == loaded.table, list.schema == loaded.schema,
                    request.accepts(list.readAt, at: now),
                    !request.isStrict
                        || [list.mark, flight.mark].allSatisfy({ state.log.isCurrent($0, in: group) })
                else { return nil }
                list.total = total
                state.lists.replace(list, for: place)
                state.lists.use(place)
                state.hits += 1
                return list
            }
            state.misses += 1
            let list = CachedList(
                table: loaded.table,
                schema: loaded.schema,
                rows: rows,
                readAt: now,
                total: total,
                mark: flight.mark,
                isStrict: request.isStrict
            )
            // What was written meanwhile may be missing from the rows: a reader who wants the last write would be wrong.
            if !request.isStrict || state.log.isCurrent(flight.mark, in: group) {
                state.lists.insert(list, for: place, in: request.group, cost: list.cost(key))
            }
            return list
        }
    }

    /// Counts an answer that neither came from here nor could be kept.
    func countMiss() { state.withLock { $0.misses += 1 } }

    /// Takes note of what the log says was written before a moment, up to which it is followed from now on.
    func follow(_ news: FollowedLog.News) {
        state.withLock { state in
            switch news {
            case .groups(let groups):
                for group in groups {
                    state.log.mark(group)
                    state.lists.remove(group: group) { $0.isStrict }
                }
            case .everything:
                state.log.markAll()
                state.lists.removeAll { $0.isStrict }
            }
            state.log.isFollowed = true
        }
    }

    var statistics: CacheStatistics {
        state.withLock { state in
            CacheStatistics(
                entries: state.lists.count,
                bytes: state.lists.cost,
                maximumBytes: state.lists.limit,
                hits: state.hits,
                misses: state.misses,
                waits: state.waits,
                evictions: state.lists.evictions
            )
        }
    }
}

extension ListCache.State {
    /// Joins the read of this that is under way, or begins one.
    fileprivate mutating func share(
        _ key: FlightKey,
        _ request: ListRequest,
        _ schema: UInt64,
        _ now: Timestamp,
        _ begin: (Flight.Ticket) -> ListCache.Step
    ) -> ListCache.Step {
        if let id = current[key], let flight = flights[id], flight.schema == schema,
            SchemaCache.isRecent(flight.beganAt, at: now),
            !request.isStrict || log.isCurrent(flight.mark, in: nil)
        {
            return .wait(Flight.Ticket(id: id, mark: flight.mark))
        }
        lastFlight += 1
        let mark = log.isFollowed ? log.now : nil
        flights[lastFlight] = Flight(key: key, schema: schema, beganAt: now, mark: mark)
        current[key] = lastFlight
        return begin(Flight.Ticket(id: lastFlight, mark: mark))
    }
}
