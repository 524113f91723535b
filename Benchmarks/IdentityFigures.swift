import Catalog
import Engine
import Foundation
import Storage
import Values

/// What it costs that somebody is known: to read a row as a user with many roles, and to sign in beside others' calls.
enum IdentityFigures {
    /// How many teams the user is in, with a role in each.
    private static let teams = 50
    private static let address: JSONObject = ["databaseId": "desk", "tableId": "notes", "rowId": "n1"]

    static func onSQLite(_ binary: String, _ report: inout Report) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-people-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = SQLiteStore(
            SQLiteStore.Configuration(folder: .at(folder.path), project: "default", systemTables: SystemTables.all)
        )
        let engine = Engine(catalog: .embedded, store: store)
        try await reads(engine, "", &report)
        await engine.close()
        try signIns(binary, &report)
    }

    /// `getRow` as the key and as a user whom the last of its teams lets read, in turns.
    static func reads(_ engine: Engine, _ place: String, _ report: inout Report) async throws {
        try await prepare(engine)
        let key = Invocation("tablesDB.getRow", address)
        let user = Invocation("tablesDB.getRow", address, as: .user("u1"))
        var (asKey, asUser): ([Double], [Double]) = ([], [])
        for _ in 0..<9 {
            asKey.append(try await Bench.medianTime(of: key, on: engine, 2000))
            asUser.append(try await Bench.medianTime(of: user, on: engine, 2000))
        }
        report.add(
            "`getRow` as a user with \(teams) team roles\(place)",
            "\(milliseconds(median(asUser))), as key \(milliseconds(median(asKey))): "
                + ratio(median(asUser) / median(asKey)),
            target: "at most 1.3"
        )
    }

    private static func prepare(_ engine: Engine) async throws {
        func run(_ operation: String, _ arguments: JSONObject) async throws {
            _ = try await engine.execute(Invocation(operation, arguments))
        }
        try await run("users.create", ["userId": "u1", "email": "u1@example.org"])
        for team in 0..<teams {
            let id = "t\(team)"
            try await run("teams.create", ["teamId": .string(id), "name": .string("Team \(team)")])
            try await run(
                "teams.createMembership",
                ["teamId": .string(id), "userId": "u1", "roles": ["editor"], "url": "http://localhost"]
            )
        }
        try await run("tablesDB.create", ["databaseId": "desk", "name": "Desk"])
        try await run(
            "tablesDB.createTable",
            [
                "databaseId": "desk", "tableId": "notes", "name": "Notes",
                "permissions": [.string("read(\"team:t\(teams - 1)/editor\")")],
                "columns": [["key": "text", "type": "varchar", "size": 100]],
            ]
        )
        var row = address
        row["data"] = ["text": "Water the plants"]
        try await run("tablesDB.createRow", row)
    }

    /// Sixteen people sign in at once, while somebody else asks for nothing but an answer.
    private static func signIns(_ binary: String, _ report: inout Report) throws {
        let client = try Client(binary, data: nil)
        client.handshake()
        let people = 16
        for person in 0..<people { _ = client.execute("users.create", login(person, "\"userId\":\"p\(person)\",")) }
        let quiet = median((0..<1000).map { _ in ping(client).time })
        let start = seconds()
        for person in 0..<people {
            let request = Client.request(person, "account.createEmailPasswordSession", login(person, ""))
            client.send(Array((request + "\n").utf8))
        }
        var times: [Double] = []
        var answers = 0
        while answers < people {
            let turn = ping(client)
            times.append(turn.time)
            answers += turn.others
        }
        let whole = seconds() - start
        client.end()
        times.sort()
        report.add(
            "`ping` while \(people) sign-ins run",
            "median \(milliseconds(median(times))), 99th percentile \(milliseconds(times[times.count * 99 / 100])), "
                + "longest \(milliseconds(times.last ?? 0)); alone \(milliseconds(quiet)); "
                + "\(milliseconds(whole / Double(people))) a sign-in",
            target: "under 5 ms"
        )
    }

    private static func login(_ person: Int, _ more: String) -> String {
        "{\(more)\"email\":\"p\(person)@example.org\",\"password\":\"correct horse battery \(person)\"}"
    }

    /// Sends a ping and waits for its answer.
    /// - Returns: the seconds, and how many other answers came before it.
    private static func ping(_ client: Client) -> (time: Double, others: Int) {
        let start = seconds()
        client.send(Array("{\"jsonrpc\":\"2.0\",\"id\":\"ping\",\"method\":\"ping\"}\n".utf8))
        var others = 0
        while true {
            let answer = (try? JSON(parsing: client.line())) ?? .null
            if answer["id"]?.string == "ping" { return (seconds() - start, others) }
            precondition(answer["result"]?["isError"] == nil, "a sign-in failed: \(answer.text)")
            others += 1
        }
    }
}
