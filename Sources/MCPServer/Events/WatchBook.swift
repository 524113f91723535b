import Engine
import Values

/// Who wants to hear of which events, what is known about them, and who was told. It performs nothing.
///
/// Nobody is told of a resource again before it was read.
struct WatchBook: Sendable {
    /// Somebody who wants to hear.
    enum Listener: Sendable, Hashable {
        /// The client, by `resources/subscribe`.
        case client
        /// A `subscriptions/listen`, by the number of its stream.
        case stream(UInt64)
        /// The model, by notes in results.
        case model
    }

    /// What is asked about one watched resource.
    struct Look: Sendable, Equatable {
        let uri: EventURI
        let credential: Credential?
        let cursor: String?
        fileprivate let epoch: UInt64
    }

    private struct Watch: Sendable {
        let number: UInt64
        /// Who asks; nil for the actor of the process.
        var credential: Credential?
        /// Up to where there is nothing; nil for where the subscription is.
        var cursor: String?
        /// Counts readings, so that a look from before one says nothing after it.
        var epoch: UInt64 = 0
        var hasNews = false
        var listeners: Set<Listener> = []
        var told: Set<Listener> = []
    }

    private var watches: [EventURI: Watch] = [:]
    private var lastNumber: UInt64 = 0

    /// How many resources can be watched.
    static let maximum = 500
    /// How many subscriptions one note names.
    private static let maximumNamed = 5

    var isEmpty: Bool { watches.isEmpty }
    var uris: Set<EventURI> { Set(watches.keys) }

    /// Adds a listener.
    /// - Parameter cursor: from where on it is watched, if it is not watched already.
    /// - Returns: false when there are too many.
    @discardableResult
    mutating func watch(
        _ uri: EventURI,
        for listener: Listener,
        as credential: Credential? = nil,
        from cursor: String?
    ) -> Bool {
        if watches[uri] == nil {
            guard watches.count < Self.maximum else { return false }
            lastNumber += 1
            watches[uri] = Watch(number: lastNumber, credential: credential, cursor: cursor)
        }
        // Where the process itself may ask, no secret is needed that may end.
        if credential == nil { watches[uri]?.credential = nil }
        watches[uri]?.listeners.insert(listener)
        return true
    }

    mutating func unwatch(_ uri: EventURI, for listener: Listener) {
        watches[uri]?.listeners.remove(listener)
        watches[uri]?.told.remove(listener)
        if watches[uri]?.listeners.isEmpty == true { watches[uri] = nil }
    }

    mutating func unwatch(for listener: Listener) {
        for uri in watches.keys { unwatch(uri, for: listener) }
    }

    /// Forgets a resource that is gone.
    mutating func forget(_ uri: EventURI) { watches[uri] = nil }

    /// Notes that a resource was read.
    /// - Parameter cursor: up to where; nil for where the subscription is now.
    mutating func read(_ uri: EventURI, upTo cursor: String?) {
        watches[uri]?.cursor = cursor
        watches[uri]?.epoch += 1
        watches[uri]?.hasNews = false
        watches[uri]?.told = []
    }

    /// What has to be looked at when something may have happened.
    var looks: [Look] {
        watches.filter { !$0.value.hasNews }.sorted { $0.value.number < $1.value.number }.map { uri, watch in
            Look(uri: uri, credential: watch.credential, cursor: watch.cursor, epoch: watch.epoch)
        }
    }

    /// Notes what a look has found.
    mutating func saw(_ peek: EventPeek, at look: Look) {
        guard watches[look.uri]?.epoch == look.epoch else { return }
        watches[look.uri]?.hasNews = peek.hasNews
        if let cursor = peek.cursor { watches[look.uri]?.cursor = cursor }
    }

    /// Who is to be told now by notification. They count as told.
    /// - Parameter isReady: whether a listener can be told yet.
    mutating func takeAnnouncements(_ isReady: (Listener) -> Bool) -> [(uri: EventURI, listener: Listener)] {
        var taken: [(uri: EventURI, listener: Listener)] = []
        for (uri, watch) in watches.sorted(by: { $0.value.number < $1.value.number }) where watch.hasNews {
            for listener in watch.listeners.subtracting(watch.told) where listener != .model && isReady(listener) {
                watches[uri]?.told.insert(listener)
                taken.append((uri, listener))
            }
        }
        return taken
    }

    /// What the model is told with the next result. What it names counts as told.
    mutating func takeNote() -> String? {
        let news = watches.filter { _, watch in
            watch.hasNews && watch.listeners.contains(.model) && !watch.told.contains(.model)
        }
        guard !news.isEmpty else { return nil }
        let named = news.sorted { $0.value.number < $1.value.number }.prefix(Self.maximumNamed)
        for (uri, _) in named { watches[uri]?.told.insert(.model) }
        let calls = named.map { Self.call($0.key, $0.value.credential) }.joined(separator: ", ")
        return news.count == 1
            ? "1 subscription has news: realtime.wait \(calls)"
            : "\(news.count) subscriptions have news: realtime.wait \(calls)"
    }

    private static func call(_ uri: EventURI, _ credential: Credential?) -> String {
        var arguments = uri.question(from: nil)
        arguments["timeout"] = nil
        let text = JSON.object(arguments).text
        guard case .actor(let actor)? = credential else { return text }
        return "\(text) as \(actor)"
    }
}
