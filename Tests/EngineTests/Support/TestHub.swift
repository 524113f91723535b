import Synchronization
import Values

@testable import Engine

/// A hub that makes the ids s1, s2, and so on.
struct TestHub {
    var hub: Hub

    init(_ change: (inout HubLimits) -> Void = { _ in }) {
        var limits = HubLimits()
        change(&limits)
        let counter = Counter()
        hub = Hub(limits: limits) { "s\(counter.next())" }
    }

    private final class Counter: Sendable {
        private let last = Mutex(0)

        func next() -> Int {
            last.withLock { last in
                last += 1
                return last
            }
        }
    }

    mutating func connect(_ listener: Listener = .guest) -> ConnectionID { try! hub.connect(listener) }

    /// A connection of a user with some roles besides those that every user has.
    mutating func connect(user: String, _ roles: String...) -> ConnectionID {
        connect(.user(user, roles: roles))
    }

    /// What waits for a connection, which then has sent it.
    mutating func hear(_ id: ConnectionID) -> [JSON] {
        var frames: [Frame] = []
        while true {
            let next = hub.take(id)
            if next.isEmpty { return frames.compactMap { try? JSON(parsing: $0.encoded) } }
            frames += next
        }
    }

    /// Sends a message and returns what is answered.
    @discardableResult
    mutating func say(_ text: String, _ id: ConnectionID) -> [JSON] {
        _ = hub.receive(Array(text.utf8), from: id)
        return hear(id)
    }

    /// Subscribes to channels under an id.
    mutating func subscribe(_ id: ConnectionID, _ name: String, _ channels: [String], _ queries: JSON...) {
        let request = SubscriptionRequest(id: name, channels: channels, queries: try! EventQueries(parsing: queries))
        _ = try! hub.subscribe(id, [request])
    }

    /// Tells an event on some channels to some roles.
    @discardableResult
    mutating func publish(_ channels: [String], to roles: [String], _ payload: JSON = [:]) -> [HubAction] {
        hub.publish(Self.event(channels, to: roles, payload))
    }

    static func event(_ channels: [String], to roles: [String], _ payload: JSON = [:]) -> RealtimeEvent {
        RealtimeEvent(
            names: EventNames(EventPath("things.[thingId].update", ["x"]), for: .webhooks),
            channels: channels,
            roles: roles,
            at: Timestamp(milliseconds: 1_795_335_000_123),
            payload: payload
        )
    }

    /// The ids of the subscriptions for which events wait, one text for each event.
    mutating func matches(_ id: ConnectionID) -> [String] {
        hear(id).compactMap { $0["data"]?["subscriptions"]?.strings?.joined(separator: " ") }
    }

    /// Whether nothing is left of connections that are gone.
    var isEmpty: Bool {
        hub.index.isEmpty && hub.count == 0 && hub.subscriptions.count == 0 && hub.groups.count == 0
            && hub.held.total == 0
    }
}
