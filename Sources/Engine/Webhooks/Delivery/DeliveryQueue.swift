import Storage
import Values

/// Rows of the system table `deliveries` that are to be told.
///
/// What is about one resource is told to a webhook in order: of the deliveries of one lane only the oldest is tried. The
/// others are found out when somebody would try them, and then wait; whoever ends the oldest one lets the next one go.
/// Both change the row of the oldest one, so that on stores with optimistic transactions none is forgotten between them.
enum DeliveryQueue {
    /// How long a lease holds without being renewed. A request takes half of that at the most.
    static let leaseMilliseconds: Int64 = 30_000

    /// After so many tries a delivery is given up.
    static let maximumAttempts: Int64 = 12

    private static let table = WebhookTables.deliveries
    private static let place = table.part(["state", "lane"])

    /// Adds what a webhook is to be told.
    /// - Parameter trace: that of the call because of which it is told.
    static func add(
        _ event: EventRecord,
        _ path: EventPath,
        for listener: WebhookDirectory.Listener,
        id: String,
        trace: TraceContext?,
        to session: any WriteSession
    ) throws {
        let resource = path.resources.flatMap { [$0.kind, $0.id ?? "*"] }.joined(separator: "/")
        let fields: JSONObject = [
            "webhook": .string(listener.uid), "webhookId": .string(listener.id),
            "lane": .string("\(listener.uid)/\(resource)"), "resource": .string(resource),
            "event": .string(event.event), "ids": JSON(event.ids), "actor": .string(event.actor),
            "payload": .string(String(decoding: event.payload, as: UTF8.self)),
            "state": .string(Delivery.State.pending.rawValue), "attempts": 0, "due": .string(event.at.text),
            "owner": "",
            "followed": false, "tries": [], "answer": "", "trace": trace.map { .string($0.text) } ?? .null,
        ]
        let row = NewRow(id: id, createdAt: event.at, updatedAt: event.at, values: Record.values(table, fields))
        _ = try session.insert(row, into: table)
    }

    /// Who looks for deliveries, and which of them it may take.
    struct Seeker: Sendable {
        let owner: String
        /// What it has already: that is not given to it once more when its lease has run out.
        var held: Set<String> = []
        /// Whether the leases of others are left alone, although by the time of day they have run out.
        var sparesOthers = false
    }

    /// Whether there is anything to try.
    static func isDue(for webhook: String, to seeker: Seeker, at now: Timestamp, in session: any ReadSession) throws
        -> Bool
    {
        try !session.rows(due(webhook, seeker, now, limit: 1, columns: []), in: table).isEmpty
    }

    private static func due(_ webhook: String, _ seeker: Seeker, _ now: Timestamp, limit: Int, columns: [Int])
        -> RowQuery
    {
        var query = RowQuery(limit: limit)
        query.filters = [
            .compare("webhook", .equal, [.string(webhook)]),
            .compare("state", .equal, [.string(Delivery.State.pending.rawValue)]),
            .compare("due", .lessThanEqual, [.string(now.text)]),
        ]
        if seeker.sparesOthers { query.filters.append(.compare("owner", .equal, ["", .string(seeker.owner)])) }
        query.orders = [Query.Order("due"), Query.Order("$sequence")]
        query.columns = columns
        return query
    }

    /// How many deliveries are looked at for one lease. Those that have to wait take no room.
    private static let page = 500

    /// Leases what a webhook is to be told next.
    /// - Returns: the deliveries, and whether there may be more for which there is room.
    static func lease(
        for webhook: String,
        limit: Int,
        to seeker: Seeker,
        at now: Timestamp,
        in session: any WriteSession
    ) throws -> (deliveries: [Delivery], mayBeMore: Bool) {
        let due = due(webhook, seeker, now, limit: page, columns: [table.position(of: "lane")!])
        let candidates = try session.rows(due, in: table).map { Delivery($0) }
        var heads: [String: String] = [:]
        var first: [String] = []
        var late: [Delivery] = []
        for candidate in candidates {
            guard first.count < limit else { break }
            guard let lane = candidate.lane else { continue }
            let head = try heads[lane] ?? oldest(in: lane, session)?.id ?? candidate.id
            heads[lane] = head
            if head == candidate.id { first.append(candidate.id) } else { late.append(candidate) }
        }
        let leased = try read(first, session)
        if !leased.isEmpty {
            let until = now.adding(milliseconds: leaseMilliseconds)
            let fields: JSONObject = ["due": .string(until.text), "owner": .string(seeker.owner)]
            _ = try session.update(leased.map(\.id), Record.change(table, at: now, fields), in: table)
        }
        if !late.isEmpty {
            let ids = Set(late.compactMap { $0.lane.flatMap { heads[$0] } })
            _ = try session.update(Array(ids), Record.change(table, at: now, ["followed": true]), in: table)
            let waits: JSONObject = ["state": .string(Delivery.State.waiting.rawValue)]
            _ = try session.update(late.map(\.id), Record.change(table, at: now, waits), in: table)
        }
        return (leased.filter { !seeker.held.contains($0.id) }, first.count < limit && candidates.count == page)
    }

    /// Reads the first of these deliveries, as many as fit into memory.
    private static func read(_ ids: [String], _ session: any ReadSession) throws -> [Delivery] {
        var count = ids.count
        while true {
            var query = RowQuery(limit: count)
            query.filters = [.compare("$id", .equal, ids.prefix(count).map { .string($0) })]
            // An event has at most as many bytes, and one must fit.
            query.maximumBytes = 32 << 20
            do { return count == 0 ? [] : try session.rows(query, in: table).map { Delivery($0) } } catch let error
                as StoreError where error.kind == .tooLarge && count > 1
            {
                count = max(1, count / 4)
            }
        }
    }

    /// The oldest delivery of a lane that is not over.
    private static func oldest(in lane: String, besides id: String? = nil, _ session: any ReadSession) throws
        -> Delivery?
    {
        var query = RowQuery(limit: id == nil ? 1 : 2)
        query.filters = [.compare("lane", .equal, [.string(lane)])]
        return try session.rows(query, in: place).first { $0.id != id }.map { Delivery($0, place) }
    }

    /// Lets the oldest delivery of a lane go, after the one that was before it is over.
    /// - Parameter id: the one that is over, where it is still there.
    static func follow(_ lane: String, besides id: String? = nil, at now: Timestamp, in session: any WriteSession)
        throws
    {
        guard let next = try oldest(in: lane, besides: id, session) else { return }
        var fields: JSONObject = ["followed": true]
        if next.state == .waiting {
            fields["state"] = .string(Delivery.State.pending.rawValue)
            fields["due"] = .string(now.text)
        }
        _ = try session.update(next.id, Record.change(table, at: now, fields), in: table)
    }

    /// Prolongs the leases that an owner still has.
    /// - Returns: the ids of those.
    static func renew(_ ids: [String], for owner: String, at now: Timestamp, in session: any WriteSession) throws
        -> Set<String>
    {
        let held = try held(ids, by: owner, session).map(\.id)
        let until = now.adding(milliseconds: leaseMilliseconds)
        if !held.isEmpty {
            _ = try session.update(held, Record.change(table, at: now, ["due": .string(until.text)]), in: table)
        }
        return Set(held)
    }

    private static let hold = table.part(["state", "owner", "lane", "attempts", "followed", "tries", "webhook"])

    /// Those of these deliveries that an owner holds.
    static func held(_ ids: [String], by owner: String, _ session: any ReadSession) throws -> [Delivery] {
        var query = RowQuery(limit: ids.count)
        query.filters = [.compare("$id", .equal, ids.map { .string($0) })]
        return try session.rows(query, in: hold).map { Delivery($0, hold) }
            .filter { $0.owner == owner && $0.state == .pending }
    }
}
