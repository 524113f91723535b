import Engine
import Foundation
import Values

/// How fast the hub finds who hears an event and hands out what is to be sent. Nothing is sent.
enum HubFigures {
    private static let channel = "tablesdb.d.tables.t.rows"
    private static let listeners = 100

    static func add(to report: inout Report) throws {
        try addDeliveries(to: &report)
        try addMatching("to other tables", to: &report) { number in
            SubscriptionRequest(channels: ["tablesdb.d.tables.t\(number).rows"])
        }
        try addMatching("to the same table, with other values", to: &report) { number in
            let query: JSON = ["method": "equal", "attribute": "room", "values": [.int(Int64(number))]]
            return SubscriptionRequest(channels: [channel], queries: try EventQueries(parsing: [query]))
        }
        try addMatching("to the same table, of users who may not read the row", to: &report) { _ in
            SubscriptionRequest(channels: [channel])
        }
    }

    /// A row of about 200 bytes that the team may read.
    private static let record: EventRecord = {
        let text = """
            {"event":"databases.[databaseId].tables.[tableId].rows.[rowId].update","ids":["d","t","r"],"actor":"key",\
            "at":1795335000123,"payload":{"$id":"r","$sequence":"7","$createdAt":"2026-11-22T08:10:00.000+00:00",\
            "$updatedAt":"2026-11-22T08:10:00.123+00:00","$permissions":[],"title":"A row","room":-1,"n":12345,\
            "$tableId":"t","$databaseId":"d"}}
            """
        return EventRecord(parsing: Array(text.utf8))!
    }()

    private static var facts: RealtimeEvent.Facts {
        RealtimeEvent.Facts(
            project: "default",
            rights: { _ in ContainerRights(permissions: ["read(\"team:red\")"], hasItemSecurity: true) },
            isLegacy: { _ in false }
        )
    }

    /// A hub in which some members of the team have one subscription that hears the event, and so many others.
    private static func hub(others: Int) throws -> (hub: Hub, listening: [ConnectionID]) {
        var limits = HubLimits()
        limits.connections = 1_000_000
        var hub = Hub(limits: limits) {
            var random = SystemRandomNumberGenerator()
            return ID.make(microseconds: 1_795_335_000_000_000, using: &random)
        }
        let listening = try (0..<listeners).map { number in
            let id = try hub.connect(.user("m\(number)", roles: ["users/verified", "team:red", "member:m\(number)"]))
            _ = try hub.subscribe(id, [SubscriptionRequest(channels: [channel])])
            for other in 0..<others {
                let elsewhere = ["account", "files", "tablesdb.d.tables.t\(other).rows"]
                _ = try hub.subscribe(id, [SubscriptionRequest(channels: elsewhere)])
            }
            return id
        }
        return (hub, listening)
    }

    /// One of ten subscriptions on each connection hears the event.
    private static func addDeliveries(to report: inout Report) throws {
        var (hub, listening) = try hub(others: 9)
        let events = 3000
        var (deliveries, bytes) = (0, 0)
        let start = seconds()
        for _ in 0..<events {
            _ = hub.publish(try RealtimeEvent(record, facts))
            for id in listening {
                for frame in hub.take(id) {
                    bytes += frame.encoded.count
                    deliveries += 1
                }
            }
        }
        let time = seconds() - start
        precondition(deliveries == events * listeners)
        report.add(
            "hub, \(listeners) connections with 10 subscriptions, one of which hears: deliveries, from the record to the "
                + "bytes of each frame",
            "\(perSecond(Double(deliveries) / time)), \(bytes / deliveries) bytes each",
            target: "50,000/s"
        )
    }

    /// The time of an event among few and among many subscriptions that don't hear it.
    private static func addMatching(
        _ what: String,
        to report: inout Report,
        _ request: (Int) throws -> SubscriptionRequest
    ) throws {
        let few = try time(1000, request)
        let many = try time(100_000, request)
        report.add(
            "hub, time of an event with \(listeners) deliveries among 100,000 subscriptions \(what)",
            String(format: "%.1f µs, among 1,000 %.1f µs: %.2f", many * 1e6, few * 1e6, many / few),
            target: "flat"
        )
    }

    private static func time(_ count: Int, _ request: (Int) throws -> SubscriptionRequest) throws -> Double {
        var (hub, listening) = try hub(others: 0)
        for first in stride(from: 0, to: count, by: 100) {
            let id = try hub.connect(.user("u\(first)", roles: ["users/verified", "team:t\(first % 50)"]))
            for number in first..<(first + 100) { _ = try hub.subscribe(id, [request(number)]) }
        }
        let event = try RealtimeEvent(record, facts)
        var times: [Double] = []
        for _ in 0..<2000 {
            let start = seconds()
            _ = hub.publish(event)
            times.append(seconds() - start)
            for id in listening { precondition(hub.take(id).count == 1) }
        }
        return median(times)
    }
}
