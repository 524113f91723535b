import Catalog
import Engine
import Foundation
import Storage
import Synchronization
import Values

/// How long it takes until those who listen hear of a commit, in the same process and in another one on the same store.
enum EventFigures {
    private static let count = 400

    static func onSQLite(_ report: inout Report) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-events-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        func store() -> any DocumentStore {
            SQLiteStore(
                SQLiteStore.Configuration(folder: .at(folder.path), project: "default", systemTables: SystemTables.all)
            )
        }
        try await add(store, "", &report)
    }

    /// - Parameter store: opens the same store once more, as another process does.
    static func add(_ store: () -> any DocumentStore, _ place: String, _ report: inout Report) async throws {
        let engines = [Engine(catalog: .embedded, store: store()), Engine(catalog: .embedded, store: store())]
        _ = try await engines[0].execute(Invocation("tablesDB.create", ["databaseId": "feed", "name": "Feed"]))
        let table: JSONObject = [
            "databaseId": "feed", "tableId": "notes", "name": "Notes",
            "columns": [["key": "text", "type": "varchar", "size": 100]],
        ]
        _ = try await engines[0].execute(Invocation("tablesDB.createTable", table))
        let own = try await delays(writing: engines[0], hearing: engines[0])
        report.add(
            "from a commit to who listens in the same process\(place)",
            "median \(milliseconds(median(own))), 99th percentile \(milliseconds(own.sorted()[own.count * 99 / 100]))",
            target: "2 ms"
        )
        let others = try await delays(writing: engines[0], hearing: engines[1])
        report.add(
            "from a commit to who listens in another process\(place)",
            "median \(milliseconds(median(others))), "
                + "99th percentile \(milliseconds(others.sorted()[others.count * 99 / 100]))",
            target: "50 ms"
        )
        for engine in engines { await engine.close() }
    }

    /// Seconds from the answer of each call, just after its commit, until its event was heard.
    private static func delays(writing: Engine, hearing: Engine) async throws -> [Double] {
        let heard = Mutex<(begins: Int, times: [Double])>((0, []))
        let listening = hearing.feed.listen { news in
            let now = seconds()
            heard.withLock { heard in
                switch news {
                case .begins: heard.begins += 1
                case .records(let records): heard.times += records.map { _ in now }
                }
            }
        }
        while heard.withLock({ $0.begins == 0 }) { try await Task.sleep(for: .milliseconds(1)) }
        var delays: [Double] = []
        for number in 0..<count {
            let row: JSONObject = [
                "databaseId": "feed", "tableId": "notes", "rowId": .string(ID.unique), "data": ["text": "n \(number)"],
            ]
            let invocation = Invocation("tablesDB.createRow", row)
            _ = try await Task(executorPreference: writing.executor) { try await writing.execute(invocation) }.value
            let committed = seconds()
            while heard.withLock({ $0.times.count <= number }) { try await Task.sleep(for: .microseconds(50)) }
            delays.append(max(0, heard.withLock { $0.times[number] } - committed))
        }
        withExtendedLifetime(listening) {}
        return delays
    }
}
