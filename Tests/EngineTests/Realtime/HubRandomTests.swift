import TestSupport
import Testing
import Values

@testable import Engine

@Suite("The hub finds the same as looking through everything")
struct HubRandomTests {
    private static let channels = [
        "rows", "documents", "files", "account", "account.update", "rows.create", "account.u1", "account.u2.update",
    ]
    private static let roles = ["users", "guests", "any", "team:a", "team:b", "label:x", "user:u1", "user:u2"]

    private static func listener(_ random: inout SplitMix64) -> Listener {
        if random.once(in: 10) { return .key }
        if random.once(in: 4) { return .guest }
        return .user(random.pick(["u1", "u2", "u3"]), roles: some(["team:a", "team:b", "label:x"], &random))
    }

    private static func some<T>(_ choices: [T], _ random: inout SplitMix64) -> [T] {
        choices.filter { _ in random.once(in: 3) }
    }

    private static func value(_ random: inout SplitMix64) -> JSON {
        random.pick([0, 1, 2, 1.0, 1.5, "1", "a", "b", true, nil, ["a"]])
    }

    private static func leaf(_ random: inout SplitMix64) -> JSON {
        let field = random.pick(["a", "b", "c"])
        return switch random.below(8) {
        case 0...3: query("equal", field, value(&random))
        case 4: query("equal", field, value(&random), value(&random), value(&random))
        case 5: query("notEqual", field, value(&random))
        case 6:
            query(random.pick(["lessThan", "lessThanEqual", "greaterThan", "greaterThanEqual"]), field, value(&random))
        default: query(random.pick(["isNull", "isNotNull"]), field)
        }
    }

    private static func queries(_ random: inout SplitMix64) -> [JSON] {
        (0..<random.below(3)).map { _ in
            random.once(in: 4) ? query(random.pick(["and", "or"]), nil, leaf(&random), leaf(&random)) : leaf(&random)
        }
    }

    private static func payload(_ random: inout SplitMix64) -> JSON {
        var object = JSONObject()
        for field in ["a", "b", "c"] where !random.once(in: 4) { object[field] = value(&random) }
        return .object(object)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func overThousandsOfSteps(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var hub = TestHub()
        var naive = NaiveHub()
        var ids: [ConnectionID] = []
        var matched = 0
        for step in 0..<1500 {
            let id = ids.randomElement(using: &random)
            switch random.below(12) {
            case 0:
                let listener = Self.listener(&random)
                let new = hub.connect(listener)
                #expect(naive.connections[new] == nil)
                naive.connections[new] = NaiveHub.Connection(listener: listener)
                ids.append(new)
            case 1 where random.once(in: 3):
                guard let id else { continue }
                hub.hub.disconnect(id)
                naive.connections[id] = nil
                ids.removeAll { $0 == id }
            case 1, 2:
                guard let id else { continue }
                let listener = Self.listener(&random)
                hub.hub.identify(id, as: listener)
                naive.identify(id, listener)
            case 3:
                guard let id else { continue }
                let names = Self.some(["s0", "s1", "s2", "s3"], &random)
                #expect(hub.hub.unsubscribe(id, names) == naive.unsubscribe(id, names))
            case 4...7:
                guard let id else { continue }
                let requests = try (0...random.below(3)).map { _ in
                    SubscriptionRequest(
                        id: random.pick(["s0", "s1", "s2", "s3"]),
                        channels: Self.some(Self.channels, &random),
                        queries: try EventQueries(parsing: Self.queries(&random))
                    )
                }
                _ = try hub.hub.subscribe(id, requests)
                naive.subscribe(id, requests)
            default:
                let channels = Self.some(Self.channels, &random)
                let event = TestHub.event(channels, to: Self.some(Self.roles, &random), Self.payload(&random))
                _ = hub.hub.publish(event)
                let expected = naive.matches(event)
                for id in ids {
                    let heard = hub.matches(id)
                    let wanted = expected[id].map { [$0.sorted().joined(separator: " ")] } ?? []
                    matched += wanted.count
                    #expect(heard == wanted, "seed \(seed), step \(step)")
                }
            }
        }
        #expect(matched > 200)
        for id in ids { hub.hub.disconnect(id) }
        #expect(hub.isEmpty)
    }
}

/// What a hub does, by looking through everything.
private struct NaiveHub {
    struct Connection {
        var listener: Listener
        /// The channels of each subscription, with their queries.
        var wishes: [String: [(channel: String, queries: EventQueries)]] = [:]
    }

    var connections: [ConnectionID: Connection] = [:]

    mutating func subscribe(_ id: ConnectionID, _ requests: [SubscriptionRequest]) {
        for (index, request) in requests.enumerated()
        where !requests[(index + 1)...].contains(where: { $0.id == request.id }) {
            var wishes = connections[id]!.wishes[request.id!] ?? []
            wishes.removeAll { request.channels.contains($0.channel) }
            wishes += request.channels.map { ($0, request.queries) }
            connections[id]!.wishes[request.id!] = wishes
        }
    }

    mutating func unsubscribe(_ id: ConnectionID, _ names: [String]) -> [Bool] {
        names.map { connections[id]!.wishes.removeValue(forKey: $0) != nil }
    }

    mutating func identify(_ id: ConnectionID, _ listener: Listener) {
        let old = connections[id]!.listener
        connections[id]!.listener = listener
        connections[id]!.wishes = connections[id]!.wishes.mapValues { wishes in
            wishes.map { (AccountChannels.rebound($0.channel, from: old, to: listener), $0.queries) }
        }
    }

    func matches(_ event: RealtimeEvent) -> [ConnectionID: [String]] {
        var result: [ConnectionID: [String]] = [:]
        for (id, connection) in connections where hears(connection.listener, event) {
            let ids = connection.wishes.filter { _, wishes in
                wishes.contains { channel, queries in
                    !Set(AccountChannels.names(channel, for: connection.listener)).isDisjoint(with: event.channels)
                        && queries.match(event.payload)
                }
            }.keys
            if !ids.isEmpty { result[id] = Array(ids) }
        }
        return result
    }

    private func hears(_ listener: Listener, _ event: RealtimeEvent) -> Bool {
        if listener == .key || event.roles.contains("any") { return true }
        return switch listener {
        case .user(let id, let roles): !Set(roles + ["users", "user:\(id)"]).isDisjoint(with: event.roles)
        default: event.roles.contains("guests")
        }
    }
}
