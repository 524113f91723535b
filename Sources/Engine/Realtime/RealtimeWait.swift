import Storage
import Values

/// `realtime.wait`: answers as soon as something was heard, or when the time is over.
///
/// What the caller may hear is decided by its rights of that moment, in the session that reads the log.
struct RealtimeWait: Sendable {
    static let handler = Handler(ids: ["realtime.wait"]) { call in
        let wait = try RealtimeWait(call)
        return Work(body: .apart { pipeline in try await wait.answer(call, pipeline) })
    }

    /// What to wait for; nil where a subscription says it.
    private let wish: EventWish?
    /// From where on; nil for where the subscription is, or from now on.
    private let start: WaitPlace?
    private let timeout: Duration
    private let maximum: Int
    /// How many bytes the events of an answer may have where there are several.
    private let room: Int

    /// How many records are read at once, and how many in one session.
    private static let page = 200
    private static let reach = 5000
    /// The room where the caller takes answers of any length.
    private static let usualRoom = 48_000

    init(_ call: Call) throws(AppError) {
        let hasChannels = call.optional("channels") != nil
        guard hasChannels != (call.optional("subscriptionId") != nil) else {
            throw AppError(
                .generalArgumentInvalid,
                "Name either 'subscriptionId' or 'channels'.",
                argument: "subscriptionId",
                hint: "realtime.subscribe makes a subscription; channels are enough to hear of what comes from now on."
            )
        }
        wish = hasChannels ? try EventWish(call) : nil
        start = try call.optional("cursor")?.string.map { (text) throws(AppError) in try WaitPlace(parsing: text) }
        timeout = .seconds(call.arguments["timeout"]?.int ?? 25)
        maximum = Int(call.arguments["max"]?.int ?? 100)
        // A fifth of the answer is for what stands around the events.
        room = call.client.answerBytes.map { min($0 / 5 * 4, Self.usualRoom) } ?? Self.usualRoom
    }

    private struct Found: Sendable {
        var events: [JSON] = []
        var bytes = 0
        var place: WaitPlace
        var isDropped = false
        /// Whether the log was not read to its end.
        var hasMore = false
        /// Where the subscription stands; nil where there is none.
        var kept: WaitPlace?
    }

    private func answer(_ call: Call, _ pipeline: Pipeline) async throws -> Response {
        let end = ContinuousClock.now + timeout
        // Before the first look, so that nothing falls in between.
        let bell = EventBell(pipeline.feed)
        var place = start
        while true {
            let from = place
            let isLate = ContinuousClock.now >= end
            let found = try await pipeline.read(call) { context in try look(from, isLast: isLate, context) }
            place = found.place
            if !found.events.isEmpty || found.isDropped || isLate { return try await told(found, call, pipeline) }
            guard !found.hasMore else { continue }
            _ = try await bell.wait(until: end)
        }
    }

    /// Whether there is something to tell now. Nothing counts as told.
    func peek(_ call: Call, _ pipeline: Pipeline) async throws -> EventPeek {
        var place = start
        while true {
            let from = place
            let found = try await pipeline.read(call) { context in try look(from, isLast: true, context) }
            if !found.events.isEmpty || found.isDropped { return EventPeek(hasNews: true) }
            guard found.hasMore else { return EventPeek(hasNews: false, cursor: found.place.text) }
            place = found.place
        }
    }

    private func look(_ from: WaitPlace?, isLast: Bool, _ context: ReadContext) throws -> Found {
        let subscription = try wish == nil ? context.ownSubscription() : nil
        let ear = EventEar(try subscription?.wish() ?? wish!, for: Listener(context.caller))
        // Where nobody has heard anything yet, it begins now.
        guard let from = from ?? subscription?.place else {
            return Found(place: WaitPlace(try context.session.lastEvent()))
        }
        do {
            var found = try read(from, ear, isLast: isLast, context)
            found.kept = subscription?.place
            return found
        } catch let error as StoreError where error.kind == .historyLost {
            return Found(place: WaitPlace(try context.session.lastEvent()), isDropped: true)
        }
    }

    /// - Parameter isLast: whether nothing is waited for any more.
    private func read(_ from: WaitPlace, _ ear: EventEar, isLast: Bool, _ context: ReadContext) throws -> Found {
        // A log in which nothing happens moves on as well, and forgets.
        let end = isLast ? try context.session.lastEvent() : nil
        let facts = context.eventFacts
        var found = Found(place: from)
        var seen = 0
        while seen < Self.reach {
            let records = try context.session.events(after: found.place.record, limit: Self.page)
            for record in records {
                if found.events.count == maximum { return found }
                seen += 1
                let events = EventRecord(parsing: record.record)?.single ?? []
                let skipped = found.place.rows
                for (index, event) in events.enumerated().dropFirst(skipped) {
                    if let heard = try ear.hear(event, facts) {
                        let bytes = heard.encoded.count
                        if !found.events.isEmpty, found.bytes + bytes > room { return found }
                        found.bytes += bytes
                        found.events.append(heard)
                    }
                    found.place.rows = index + 1
                    if found.events.count == maximum, index + 1 < events.count { return found }
                }
                found.place = WaitPlace(record.cursor)
            }
            guard records.count == Self.page else {
                if records.isEmpty, seen == 0, let end { found.place = WaitPlace(end) }
                return found
            }
        }
        found.hasMore = true
        return found
    }

    /// The answer; what it tells counts as heard.
    private func told(_ found: Found, _ call: Call, _ pipeline: Pipeline) async throws -> Response {
        if wish == nil, found.kept != found.place, !pipeline.isReadOnly {
            let (id, place, now) = (call.string("subscriptionId"), found.place.text, call.now)
            try await pipeline.store.write { session in
                let change = Record.change(RealtimeTables.subscriptions, at: now, ["place": .string(place)])
                _ = try session.update(id, change, in: RealtimeTables.subscriptions)
            }
        }
        return Response(
            [
                "events": .array(found.events), "cursor": .string(found.place.text),
                "dropped": .bool(found.isDropped),
            ] as JSON
        )
    }
}
