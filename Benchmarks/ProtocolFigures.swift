import Foundation
import Values

extension Bench {
    /// From `exec` to the answer of `initialize`, beside an interpreter that does nothing.
    static func startUp(_ binary: String, _ report: inout Report) throws {
        var own: [Double] = []
        var python: [Double] = []
        for _ in 0..<30 {
            var start = seconds()
            let client = try Client(binary, data: "/nonexistent/tandem")
            client.handshake()
            own.append(seconds() - start)
            client.end()
            start = seconds()
            runToItsEnd(["/usr/bin/python3", "-c", "pass"])
            python.append(seconds() - start)
        }
        report.add(
            "start to the answer of `initialize`",
            "\(milliseconds(median(own))), python3 \(milliseconds(median(python))): \(ratio(median(own) / median(python)))",
            target: "at most 1.0 of `python3 -c pass`"
        )
    }

    /// Without Foundation's process, which takes its time to notice an end.
    private static func runToItsEnd(_ command: [String]) {
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        precondition(posix_spawn(&child, command[0], nil, nil, &words, environ) == 0, "\(command[0]) can't be run")
        var status: Int32 = 0
        waitpid(child, &status, 0)
    }

    static func protocolFigures(_ binary: String, _ report: inout Report) throws {
        let client = try Client(binary, data: nil)
        let instructions = client.handshake()["result"]?["instructions"]?.string ?? ""
        report.add("`instructions`", "\(instructions.count) characters", target: "at most 1,200 characters")
        let list = client.call("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")
        report.add(
            "`tools/list` result",
            "\(list["result"]?["tools"]?.array?.count ?? 0) tools, \((list["result"] ?? .null).encoded.count) bytes",
            target: "2 tools, at most 3,000 bytes"
        )
        let ping = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}"
        var times: [Double] = []
        for _ in 0..<5000 {
            let start = seconds()
            _ = client.call(ping)
            times.append(seconds() - start)
        }
        report.add("`ping` round trip, median", milliseconds(median(times)), target: "0.1 ms")
        let many = Array(String(repeating: ping + "\n", count: 2000).utf8)
        _ = client.pipelined(many, count: 2000)
        report.add("2,000 pipelined `ping`", perSecond(client.pipelined(many, count: 2000)), target: "20,000/s")
        client.end()
    }

    static func memory(_ binary: String, _ report: inout Report) throws {
        let client = try Client(binary, data: nil)
        client.handshake()
        prepareShop(client)
        var afterThousand = 0
        for index in 0..<10_000 {
            if index % 2 == 0 {
                _ = client.execute("tablesDB.createRow", newRow("m\(index)"))
            } else {
                _ = client.execute(
                    "tablesDB.listRows",
                    "{\"databaseId\":\"shop\",\"tableId\":\"products\",\"queries\":[{\"method\":\"limit\",\"values\":[5]}]}"
                )
            }
            if index == 999 { afterThousand = client.residentBytes }
        }
        let end = client.residentBytes
        report.add(
            "resident memory after 10,000 calls",
            String(
                format: "%.1f MB, growth after 1,000: %.2f MB",
                Double(end) / 1e6,
                Double(end - afterThousand) / 1e6
            ),
            target: "40 MB, under 2 MB"
        )
        client.end()
    }

    /// A database with one table of six columns and two indexes.
    static func prepareShop(_ client: Client) {
        _ = client.execute("tablesDB.create", "{\"databaseId\":\"shop\",\"name\":\"Shop\"}")
        _ = client.execute("tablesDB.createTable", shopTable)
    }

    static let shopTable = """
        {"databaseId":"shop","tableId":"products","name":"Products","columns":[\
        {"key":"title","type":"varchar","size":100,"required":true},{"key":"status","type":"varchar","size":20},\
        {"key":"price","type":"float"},{"key":"stock","type":"integer"},{"key":"active","type":"boolean"},\
        {"key":"seenAt","type":"datetime"}],"indexes":[]}
        """

    static func newRows(_ ids: [String]) -> String {
        let rows = ids.map { id in
            "{\"$id\":\"\(id)\",\"title\":\"Product \(id)\",\"status\":\"open\",\"price\":4.5,\"stock\":12,\"active\":true,"
                + "\"seenAt\":\"2026-11-22T08:15:00.000+00:00\"}"
        }
        return "{\"databaseId\":\"shop\",\"tableId\":\"products\",\"rows\":[\(rows.joined(separator: ","))]}"
    }

    static func newRow(_ id: String) -> String {
        "{\"databaseId\":\"shop\",\"tableId\":\"products\",\"rowId\":\"\(id)\",\"data\":{\"title\":\"Product \(id)\","
            + "\"status\":\"open\",\"price\":4.5,\"stock\":12,\"active\":true,"
            + "\"seenAt\":\"2026-11-22T08:15:00.000+00:00\"}}"
    }
}
