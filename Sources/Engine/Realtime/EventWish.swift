import Values

/// What somebody wants to hear of, without a connection: channels, and queries that the payload must match.
struct EventWish: Sendable {
    let channels: [String]
    let queries: EventQueries

    /// - Throws: `general_query_invalid`.
    init(channels: [String], queries: [JSON]) throws(AppError) {
        self.channels = channels
        do throws(AppError) { self.queries = try EventQueries(parsing: queries) } catch {
            throw AppError(
                .generalQueryInvalid,
                Prose(quoting: error.message),
                argument: "queries",
                hint: error.hint.map { Prose(quoting: $0) }
            )
        }
    }

    /// Reads the arguments `channels` and `queries` of a call.
    init(_ call: Call) throws(AppError) {
        try self.init(
            channels: call.arguments["channels"]?.strings ?? [],
            queries: call.arguments["queries"]?.array ?? []
        )
    }
}

/// Decides what of the event log one listener hears.
struct EventEar {
    private let wish: EventWish
    private let channels: Set<String>
    private let roles: Set<String>

    init(_ wish: EventWish, for listener: Listener) {
        self.wish = wish
        channels = Set(wish.channels.flatMap { AccountChannels.names($0, for: listener) })
        roles = Set(listener.roles)
    }

    /// An event as it is told, when it is to be told.
    /// - Parameters:
    ///   - record: that of a single operation, see ``EventRecord/single``.
    func hear(_ record: EventRecord, _ facts: RealtimeEvent.Facts) throws -> JSON? {
        // Most events are about something else, and that costs least to find out.
        let heard = heard(EventPath(record), project: facts.project)
        guard !heard.isEmpty else { return nil }
        let event = try RealtimeEvent(record, facts)
        guard mayHear(event.roles), wish.queries.match(event.payload) else { return nil }
        return [
            "event": .string(record.name), "channels": JSON(heard), "timestamp": .string(event.at.text),
            "payload": event.payload,
        ]
    }

    /// On which of its channels an event is told.
    func heard(_ path: EventPath, project: String) -> [String] {
        path.channels(project: project).filter(channels.contains)
    }

    /// Whether what these roles may hear is open to the listener.
    func mayHear(_ audience: [String]) -> Bool { !roles.isDisjoint(with: Listener.roles(hearing: audience)) }
}
