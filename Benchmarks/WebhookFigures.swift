import Catalog
import Engine
import Foundation
import Outgoing
import Storage
import Synchronization
import Values

/// How fast webhooks are told what has happened, and how much memory it takes where they can't be told.
enum WebhookFigures {
    private static let count = 20_000
    /// As many requests as are on their way to one server at once.
    private static let width = 8
    private static let rows = 1000

    static func onSQLite(_ report: inout Report) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-webhooks-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        func store(_ project: String) -> any DocumentStore {
            SQLiteStore(.init(folder: .at(folder.path), project: project, systemTables: SystemTables.all))
        }
        try await addSpeed(store("speed"), "SQLite", &report)
        try await addMemory(store("memory"), &report)
    }

    /// Runs a body on an engine with the table `notes`, of whose rows a webhook is told.
    private static func withEngine<R: Sendable>(
        _ store: any DocumentStore,
        _ outgoing: any Outgoing,
        _ url: String,
        _ clock: WallClock = .system,
        _ body: @escaping @Sendable (Engine) async throws -> R
    ) async throws -> R {
        let engine = Engine(
            catalog: .embedded,
            store: store,
            key: .memory,
            limitsRates: false,
            outgoing: outgoing,
            clock: clock
        )
        _ = try await engine.execute(Invocation("tablesDB.create", ["databaseId": "shop", "name": "Shop"]))
        let columns: JSON = [
            ["key": "text", "type": "varchar", "size": 100], ["key": "number", "type": "integer"],
        ]
        let table: JSONObject = ["databaseId": "shop", "tableId": "notes", "name": "Notes", "columns": columns]
        _ = try await engine.execute(Invocation("tablesDB.createTable", table))
        let webhook: JSONObject = [
            "webhookId": "hook", "url": .string(url), "events": ["databases.shop.tables.notes.rows.*"],
        ]
        _ = try await engine.execute(Invocation("webhooks.create", webhook))
        let result = try await Task(executorPreference: engine.executor) { try await body(engine) }.value
        await engine.close()
        return result
    }

    private static func makeRows(_ count: Int, on engine: Engine) async throws {
        for start in stride(from: 0, to: count, by: 100) {
            let rows = (start..<start + 100).map { number -> JSON in
                ["$id": "n\(number)", "text": "a note of some words, number \(number)", "number": 0]
            }
            let bulk: JSONObject = ["databaseId": "shop", "tableId": "notes", "rows": .array(rows)]
            _ = try await engine.execute(Invocation("tablesDB.createRows", bulk))
        }
    }

    /// Deliveries per second, beside the same client that posts the same bytes to the same server in a loop.
    static func addSpeed(_ store: any DocumentStore, _ place: String, _ report: inout Report) async throws {
        let receiver = WebhookReceiver()
        let http = HTTPOutgoing(allowsPrivate: true)
        let outgoing = FirstRequest(http)
        let speed = try await withEngine(store, outgoing, receiver.origin + "/in") { engine in
            try await makeRows(count, on: engine)
            let start = seconds()
            let tries = try await engine.deliveries.drain()
            let end = seconds()
            precondition(tries == count && receiver.requests == count, "\(tries) tries, \(receiver.requests) arrived")
            return Double(tries) / (end - start)
        }
        let bare = try await loop(outgoing.first.withLock { $0 }!, over: http)
        await http.close()
        receiver.stop()
        report.add(
            "webhook deliveries to a server on this machine, a row each, on \(place)",
            "\(perSecond(speed)), the same requests in a bare loop \(perSecond(bare)): \(ratio(speed / bare))",
            target: place == "SQLite" ? "1,000/s" : "to compare with"
        )
    }

    /// How many of the same request are answered in a second.
    private static func loop(_ request: OutgoingRequest, over outgoing: HTTPOutgoing) async throws -> Double {
        let start = seconds()
        try await withThrowingTaskGroup { group in
            for _ in 0..<width {
                group.addTask { for _ in 0..<count / width { _ = try await outgoing.send(request) } }
            }
            try await group.waitForAll()
        }
        return Double(count) / (seconds() - start)
    }

    /// The memory that it takes when 100,000 events wait for a server that is down for ten minutes, and comes back.
    private static func addMemory(_ store: any DocumentStore, _ report: inout Report) async throws {
        let receiver = WebhookReceiver()
        let http = HTTPOutgoing(allowsPrivate: true)
        let outgoing = OrderCheck(http)
        let ahead = Ahead()
        let clock = WallClock {
            WallClock.system.microseconds() + ahead.seconds.withLock { $0 } * 1_000_000
        } uptime: {
            WallClock.system.uptime() + ahead.seconds.withLock { $0 } * 1000
        }
        let (growth, speed) = try await withEngine(store, outgoing, receiver.origin + "/in", clock) { engine in
            try await makeRows(rows, on: engine)
            _ = try await engine.deliveries.drain()
            for number in 1...100 {
                let data: JSON = ["number": .int(Int64(number))]
                let bulk: JSONObject = ["databaseId": "shop", "tableId": "notes", "data": data]
                _ = try await engine.execute(Invocation("tablesDB.updateRows", bulk))
            }
            let usual = residentBytes()
            let watch = Task.detached {
                var peak = 0
                while !Task.isCancelled {
                    peak = max(peak, residentBytes())
                    try? await Task.sleep(for: .milliseconds(5))
                }
                return peak
            }
            outgoing.isDown.withLock { $0 = true }
            for _ in 0..<60 {
                _ = try await engine.deliveries.drain()
                ahead.seconds.withLock { $0 += 10 }
            }
            outgoing.isDown.withLock { $0 = false }
            let (start, before) = (seconds(), receiver.requests)
            for _ in 0..<100 where receiver.requests < before + 100 * rows {
                _ = try await engine.deliveries.drain()
                ahead.seconds.withLock { $0 += 60 }
            }
            let end = seconds()
            watch.cancel()
            precondition(receiver.requests == before + 100 * rows, "\(receiver.requests - before) arrived")
            return (await watch.value - usual, Double(100 * rows) / (end - start))
        }
        await http.close()
        receiver.stop()
        report.add(
            "memory while a webhook is down for ten minutes and 100,000 events about 1,000 rows wait for it",
            "at most \(String(format: "%.1f", Double(growth) / 1e6)) MB more; afterwards "
                + "\(perSecond(speed)), all of them, each row's in order",
            target: "64 MB"
        )
    }
}

/// By so many seconds a clock is ahead.
private final class Ahead: Sendable {
    let seconds = Mutex<Int64>(0)
}

/// The memory of this process in bytes.
private func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
}

/// Keeps the first request that goes over it.
private final class FirstRequest: Outgoing {
    let first = Mutex<OutgoingRequest?>(nil)
    private let base: HTTPOutgoing

    init(_ base: HTTPOutgoing) { self.base = base }

    func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingAnswer {
        first.withLock { first in if first == nil { first = request } }
        return try await base.send(request)
    }
}

/// Can't be reached while it is down, and stops the program where what arrives about a row is not the next about it.
private final class OrderCheck: Outgoing {
    let isDown = Mutex(false)
    private let base: HTTPOutgoing
    private let arrived = Mutex<[String: Int64]>([:])

    init(_ base: HTTPOutgoing) { self.base = base }

    func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingAnswer {
        if isDown.withLock({ $0 }) { throw OutgoingError(.unreachable, "The server is down.") }
        let row = (try? JSON(parsing: request.body ?? [])) ?? .null
        let (id, number) = (row["$id"]?.string ?? "", row["number"]?.int ?? -1)
        arrived.withLock { arrived in
            precondition(arrived[id, default: -1] + 1 == number, "row \(id): \(number) came out of its order")
            arrived[id] = number
        }
        return try await base.send(request)
    }
}
