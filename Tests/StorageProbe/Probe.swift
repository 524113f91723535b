import Glibc
import Storage
import Values

/// A second process for the tests of the embedded store: works on a folder as it is told, and says on its standard
/// output what was acknowledged.
@main
enum Probe {
    private static let table = TableLayout(
        databaseID: nil,
        tableID: "probe",
        incarnation: "1",
        columns: [ColumnLayout("text", .text)]
    )

    private static func store(_ folder: DataFolder) -> SQLiteStore {
        SQLiteStore(.init(folder: folder, project: "test", systemTables: [SystemTable(table)]))
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "write": try await write(to: store(.at(arguments[2])), prefix: arguments[3], count: Int(arguments[4])!)
        case "limited": try await writeWithLimit(store(.at(arguments[2])))
        case "ephemeral": try await ephemeral(waits: arguments.count > 2)
        default: exit(64)
        }
    }

    /// Adds rows, each with its event, from four tasks at once.
    private static func write(to store: SQLiteStore, prefix: String, count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<count {
                        let id = "\(prefix)-\(task)-\(number)"
                        try await insert(id, text: String(repeating: "x", count: number % 500), into: store)
                        say(id)
                    }
                }
            }
            try await group.waitForAll()
        }
        await store.close()
    }

    /// Adds rows until no file may grow any more, then some with the limit lifted.
    private static func writeWithLimit(_ store: SQLiteStore) async throws {
        signal(SIGXFSZ, SIG_IGN)
        let text = String(repeating: "x", count: 10_000)
        try await insert("first", text: text, into: store)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(1), &limit)
        let old = limit
        limit.rlim_cur = 400_000
        setrlimit(__rlimit_resource_t(1), &limit)
        var count = 1
        do {
            while count < 10_000 {
                try await insert("row\(count)", text: text, into: store)
                count += 1
            }
            say("never full")
        } catch let error as StoreError {
            say("\(error.kind)")
        }
        say("\(count) \(try await self.count(store))")
        limit = old
        setrlimit(__rlimit_resource_t(1), &limit)
        try await insert("last", text: text, into: store)
        say("\(try await self.count(store))")
        await store.close()
    }

    private static func ephemeral(waits: Bool) async throws {
        let store = store(.ephemeral)
        try await insert("one", text: "x", into: store)
        say("ready")
        if waits { while true { sleep(60) } }
        await store.close()
    }

    private static func insert(_ id: String, text: String, into store: SQLiteStore) async throws {
        let now = Timestamp(milliseconds: 0)
        try await store.write { session in
            let row = NewRow(id: id, createdAt: now, updatedAt: now, values: [.string(text)])
            _ = try session.insert(row, into: table)
            try session.append(event: Array(id.utf8))
        }
    }

    private static func count(_ store: SQLiteStore) async throws -> Int {
        try await store.read { try $0.count(RowQuery(limit: 1), in: table, cap: 100_000) }
    }

    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(1, bytes, bytes.count)
    }
}
