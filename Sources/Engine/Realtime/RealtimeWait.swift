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
        /// Where the subscription stood; nil where there is none.
        var kept: WaitPlace?
    }

    private func answer(_ call: Call, _ pipeline: Pipeline) async throws -> Response {
        let end = ContinuousClock.now + timeout
        // Before the first look, so that nothing falls in between.
        let bell = EventBell(pipeline.feed)
        var last: Found?
        while true {
            let before = last
            let isLate = ContinuousClock.now >= end
            let found = try await lasting(until: before == nil ? .now : end) { _ in
                try await pipeline.read(call) { context in try look(after: before, isLast: isLate, context) }
            }
            last = found
            if !found.events.isEmpty || found.isDropped || isLate {
                if try await keep(found, call, pipeline, until: end) { return response(found) }
                // Somebody else who waits with the subscription has told it meanwhile.
                continue
            }
            guard !found.hasMore else { continue }
            _ = try await bell.wait(until: end)
        }
    }

    /// Tries again while the store is away: who waits does not mind.
    private func lasting<R>(
        until end: ContinuousClock.Instant,
        _ body: (_ isAgain: Bool) async throws -> R
    ) async throws -> R {
        var isAgain = false
        while true {
            do { return try await body(isAgain) } catch let error as StoreError
                where error.kind == .unavailable && ContinuousClock.now < end
            {
                try await Task.sleep(for: .milliseconds(200))
                isAgain = true
            }
        }
    }

    /// Whether there is something to tell now. Nothing counts as told.
    func peek(_ call: Call, _ pipeline: Pipeline) async throws -> EventPeek {
        var last: Found?
        while true {
            let before = last
            let found = try await pipeline.read(call) { context in try look(after: before, isLast: true, context) }
            if !found.events.isEmpty || found.isDropped { return EventPeek(hasNews: true) }
            guard found.hasMore else { return EventPeek(hasNews: false, cursor: found.place.text) }
            last = found
        }
    }

    /// - Parameter last: what the look before this one has found.
    private func look(after last: Found?, isLast: Bool, _ context: ReadContext) throws -> Found {
        let subscription = try wish == nil ? context.ownSubscription() : nil
        let ear = EventEar(try subscription?.wish() ?? wish!, for: Listener(context.caller))
        // What somebody else was told meanwhile with the same subscription is not told again.
        let isMoved = start == nil && last != nil && subscription?.place != last?.kept
        // Where nobody has heard anything yet, it begins now.
        guard let from = (isMoved ? nil : last?.place ?? start) ?? subscription?.place else {
            return Found(place: WaitPlace(try context.session.lastEvent()))
        }
        do {
            var found = try read(from, ear, isLast: isLast, context)
            found.kept = subscription?.place
            return found
        } catch let error as StoreError where error.kind == .historyLost {
            let end = WaitPlace(try context.session.lastEvent())
            return Found(place: end, isDropped: true, kept: subscription?.place)
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

    /// Lets what was found count as heard.
    /// - Returns: false where it was told to somebody else meanwhile, who waits with the same subscription.
    private func keep(
        _ found: Found,
        _ call: Call,
        _ pipeline: Pipeline,
        until end: ContinuousClock.Instant
    ) async throws -> Bool {
        guard wish == nil, found.kept != found.place, !pipeline.isReadOnly else { return true }
        let (id, place, now, goesBack) = (call.string("subscriptionId"), found.place.text, call.now, start != nil)
        return try await lasting(until: end) { isAgain in
            try await pipeline.store.write { session in
                let table = RealtimeTables.subscriptions
                let known = try session.row(id, in: table).map { StoredSubscription(row: $0).place }
                // It may have been written although the store could not say so.
                if isAgain, known == found.place { return true }
                guard goesBack || known == nil || known == found.kept else { return false }
                _ = try session.update(id, Record.change(table, at: now, ["place": .string(place)]), in: table)
                return true
            }
        }
    }

    private func response(_ found: Found) -> Response {
        Response(
            [
                "events": .array(found.events), "cursor": .string(found.place.text),
                "dropped": .bool(found.isDropped),
            ] as JSON
        )
    }
}
