import Foundation
import Values

/// What realtime sockets cost, and how soon an event is with everybody who listens. The clients are one process on the
/// same machine, so that it takes its part of the processors.
enum SocketFigures {
    static func onSQLite(_ binary: String, _ report: inout Report) throws {
        let place = FileManager.default.temporaryDirectory.path + "/tandem-bench-sockets-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let errors = place + ".log"
        let arguments = ["--http", "127.0.0.1:0", "--no-rate-limits"]
        let client = try Client(binary, data: place, arguments: arguments, errors: errors)
        defer { client.end() }
        client.handshake()
        let key = client.execute(
            "project.createKey",
            "{\"keyId\":\"bench\",\"name\":\"Bench\",\"scopes\":[\"rows.write\"]}"
        )
        let secret = key["result"]?["structuredContent"]?["result"]?["secret"]?.string ?? ""
        _ = client.execute("tablesDB.create", "{\"databaseId\":\"shop\",\"name\":\"Shop\"}")
        _ = client.execute(
            "tablesDB.createTable",
            """
            {"databaseId":"shop","tableId":"notes","name":"Notes","permissions":["read(\\"any\\")"],\
            "columns":[{"key":"title","type":"varchar","size":100}]}
            """
        )
        let port = try HTTPFigures.address(in: errors).split(separator: ":").last.map(String.init) ?? ""
        let fan = try load([port, "\(client.pid)", "1000", "100", secret])
        let delays = fan["delays"] ?? .null
        report.add(
            "one event to 1,000 sockets, from the request that causes it to the arrival at the median socket",
            "\(milliseconds(Double(delays["median"]?.int ?? 0) / 1e6)), the last socket of any event "
                + milliseconds(Double(delays["worst"]?.int ?? 0) / 1e6),
            target: "30 ms"
        )
        let idle = try load([port, "\(client.pid)", "10000"])
        report.add(
            "10,000 idle sockets: memory of the process",
            "\((idle["total"]?.int ?? 0) >> 20) MB, opened in \(idle["milliseconds"]?.int ?? 0) ms",
            target: "400 MB"
        )
    }

    /// Runs the load client.
    private static func load(_ arguments: [String]) throws -> JSON {
        let process = Process()
        let python = ProcessInfo.processInfo.environment["TANDEM_BENCH_PYTHON"] ?? "python3"
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, "Benchmarks/sockets.py"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        precondition(process.terminationStatus == 0, "the load client failed")
        return try JSON(parsing: Array(text))
    }
}
