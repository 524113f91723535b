import Foundation
import GRDB
import Values

extension Bench {
    /// `getRow` and `createRow` over stdio, pipelined, beside pings and a bare loop of the same run.
    static func rowFigures(_ binary: String, _ report: inout Report) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-bench-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let client = try Client(binary, data: folder.path)
        client.handshake()
        prepareShop(client)
        _ = client.execute("tablesDB.createRow", newRow("r1"))

        let count = 40_000
        let ping = lines(count) { "{\"jsonrpc\":\"2.0\",\"id\":\($0),\"method\":\"ping\"}" }
        let get = lines(count) {
            Client.request($0, "tablesDB.getRow", "{\"databaseId\":\"shop\",\"tableId\":\"products\",\"rowId\":\"r1\"}")
        }
        var pings: [Double] = []
        var gets: [Double] = []
        for _ in 0..<5 {
            pings.append(client.pipelined(ping, count: count))
            gets.append(client.pipelined(get, count: count))
        }
        report.add("`ping`, pipelined", perSecond(median(pings)), target: "20,000/s")
        report.add(
            "`getRow`, pipelined",
            "\(perSecond(median(gets))), \(ratio(median(gets) / median(pings))) of `ping`",
            target: "15,000/s, 0.3 of `ping`"
        )

        let writes = 20_000
        var creates: [Double] = []
        var bare: [Double] = []
        for round in 0..<3 {
            let create = lines(writes) { Client.request($0, "tablesDB.createRow", newRow("c\(round)-\($0)")) }
            creates.append(client.pipelined(create, count: writes))
            bare.append(try bareLoop(folder.appendingPathComponent("bare\(round).sqlite").path, writes))
        }
        client.end()
        report.add(
            "`createRow`, pipelined",
            "\(perSecond(median(creates))), bare loop \(perSecond(median(bare))): \(ratio(median(creates) / median(bare)))",
            target: "0.5 of a bare GRDB loop"
        )
    }

    private static func lines(_ count: Int, _ line: (Int) -> String) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<count {
            bytes += line(index).utf8
            bytes.append(0x0A)
        }
        return bytes
    }

    /// What a program without a server would do: a row and an event record in one transaction each.
    private static func bareLoop(_ path: String, _ count: Int) throws -> Double {
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    CREATE TABLE products (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
                      createdAt INTEGER, updatedAt INTEGER, permissions TEXT, title TEXT, status TEXT, price REAL,
                      stock INTEGER, active INTEGER, seenAt INTEGER) STRICT;
                    CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL) STRICT;
                    """
            )
        }
        let record = "{\"event\":\"row.create\",\"ids\":[\"shop\",\"products\",\"x\"],\"payload\":\(newRow("x"))}"
        let start = seconds()
        for index in 0..<count {
            try queue.write { database in
                let insert = try database.cachedStatement(
                    sql:
                        "INSERT INTO products (id, createdAt, updatedAt, permissions, title, status, price, stock, active, seenAt) "
                        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                )
                try insert.execute(arguments: [
                    "b\(index)", 1_793_000_000_000, 1_793_000_000_000, nil, "Product \(index)", "open", 4.5, 12, 1,
                    1_793_000_000_000,
                ])
                let event = try database.cachedStatement(sql: "INSERT INTO events (record) VALUES (?)")
                try event.execute(arguments: [record])
            }
        }
        return Double(count) / (seconds() - start)
    }
}
