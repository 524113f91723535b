import Engine
import Synchronization
import Values

@testable import MCPServer

/// A backend that has nothing but events: a test says what there is to hear.
final class TestEvents: Sendable {
    private struct State {
        /// By the id of a subscription, or channels separated by commas.
        var events: [String: [String]] = [:]
        var told: [String: Int] = [:]
        var heard: [Int: @Sendable () -> Void] = [:]
        var lastFollower = 0
        var peeks = 0
        var isDown = false
    }

    private final class Following: Sendable {
        let end: @Sendable () -> Void
        init(_ end: @escaping @Sendable () -> Void) { self.end = end }
        deinit { end() }
    }

    private let state = Mutex(State())

    init(_ subscriptions: String...) {
        state.withLock { state in
            for id in subscriptions { state.events[id] = [] }
        }
    }

    /// How many follow the log, and how often it was looked into.
    var followers: Int { state.withLock { $0.heard.count } }
    var peeks: Int { state.withLock { $0.peeks } }

    func happen(_ name: String, to place: String) {
        state.withLock { $0.events[place]?.append(name) }
        ring()
    }

    /// Ends a subscription.
    func end(_ id: String) {
        state.withLock { $0.events[id] = nil }
        ring()
    }

    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    private func ring() {
        for heard in state.withLock({ Array($0.heard.values) }) { heard() }
    }

    var source: EventSource {
        EventSource(
            subscriptions: { [self] () async throws(AppError) -> [JSON] in
                state.withLock { Array($0.events.keys) }.sorted().map { id -> JSON in
                    ["subscriptionId": .string(id), "channels": ["rows"], "expire": "soon"]
                }
            },
            wait: { [self] arguments async throws(AppError) -> [UInt8] in
                let (place, start, events) = try find(arguments)
                state.withLock { $0.told[place] = events.count }
                let answer: JSON = [
                    "events": JSON(Array(events.dropFirst(start))), "cursor": .string(String(events.count)),
                    "dropped": false,
                ]
                return answer.encoded
            },
            peek: { [self] invocation async throws(AppError) -> EventPeek in
                state.withLock { $0.peeks += 1 }
                let (_, start, events) = try find(invocation.arguments)
                return start < events.count
                    ? EventPeek(hasNews: true) : EventPeek(hasNews: false, cursor: String(events.count))
            },
            follow: { [self] heard in
                let number = state.withLock { state in
                    state.lastFollower += 1
                    state.heard[state.lastFollower] = heard
                    return state.lastFollower
                }
                return Following { [self] in state.withLock { _ = $0.heard.removeValue(forKey: number) } }
            }
        )
    }

    private func find(_ arguments: JSONObject) throws(AppError) -> (place: String, start: Int, events: [String]) {
        let channels = arguments["channels"]?.strings
        let place = channels?.joined(separator: ",") ?? arguments["subscriptionId"]?.string ?? ""
        let (events, told, isDown) = state.withLock { state in
            if channels != nil, state.events[place] == nil { state.events[place] = [] }
            return (state.events[place], state.told[place], state.isDown)
        }
        if isDown { throw AppError(.storeUnavailable, "The store is down.") }
        guard let events else { throw AppError(.rowNotFound, "There is no such subscription.") }
        let start = arguments["cursor"]?.string.flatMap { Int($0) } ?? (channels != nil ? events.count : told ?? 0)
        return (place, start, events)
    }
}
