import Catalog
import Engine
import Foundation
import Storage
import Values

/// Lists of 25 rows of about 200 bytes from the cache, beside the same lists from MongoDB and over a pipe.
extension Bench {
    static let cachedTable = """
        {"databaseId":"shop","tableId":"notes","name":"Notes","columns":[\
        {"key":"title","type":"varchar","size":100,"required":true},{"key":"status","type":"varchar","size":20},\
        {"key":"text","type":"varchar","size":200},{"key":"rank","type":"integer"}],\
        "indexes":[{"key":"by_status","type":"key","columns":["status","rank"]}]}
        """

    static func cachedRow(_ index: Int) -> String {
        "{\"databaseId\":\"shop\",\"tableId\":\"notes\",\"rowId\":\"n\(index)\",\"data\":{\"title\":\"Note \(index)\","
            + "\"status\":\"state\(index % 10)\",\"text\":\"\(String(repeating: "words ", count: 22))\","
            + "\"rank\":\(index)}}"
    }

    private static func list(ttl: Int) -> String {
        "{\"databaseId\":\"shop\",\"tableId\":\"notes\",\"ttl\":\(ttl),\"queries\":["
            + "{\"method\":\"equal\",\"attribute\":\"status\",\"values\":[\"state7\"]},"
            + "{\"method\":\"orderAsc\",\"attribute\":\"rank\"},{\"method\":\"limit\",\"values\":[25]}]}"
    }

    /// Answers per second over stdio.
    static func cachedOverStdio(_ binary: String, _ report: inout Report) throws {
        let client = try Client(binary, data: nil)
        client.handshake()
        _ = client.execute("tablesDB.create", "{\"databaseId\":\"shop\",\"name\":\"Shop\"}")
        _ = client.execute("tablesDB.createTable", cachedTable)
        for index in 0..<1000 { _ = client.execute("tablesDB.createRow", cachedRow(index)) }
        let answer = client.execute("tablesDB.listRows", list(ttl: 3600))
        let count = 20_000
        var requests: [UInt8] = []
        for index in 0..<count { requests += (Client.request(index, "tablesDB.listRows", list(ttl: 3600)) + "\n").utf8 }
        let rates = (0..<3).map { _ in client.pipelined(requests, count: count) }
        client.end()
        report.add(
            "cached list of 25 rows over stdio, pipelined",
            "\(perSecond(median(rates))), \(answer.encoded.count) bytes each",
            target: "15,000/s"
        )
    }

    /// Engine time of a hit, and of the same list from the store.
    static func cachedInProcess(_ engine: Engine, _ store: String, _ report: inout Report) async throws {
        func run(_ operation: String, _ arguments: String) async throws -> Response {
            guard case .object(let object) = try JSON(parsing: arguments) else { preconditionFailure("a literal") }
            return try await engine.execute(Invocation(operation, object))
        }
        _ = try await run("tablesDB.createTable", cachedTable)
        for index in 0..<1000 { _ = try await run("tablesDB.createRow", cachedRow(index)) }
        func time(ttl: Int, _ count: Int) async throws -> Double {
            guard case .object(let object) = try JSON(parsing: list(ttl: ttl)) else { preconditionFailure("a literal") }
            let invocation = Invocation("tablesDB.listRows", object)
            return try await Bench.medianTime(of: invocation, on: engine, count)
        }
        _ = try await time(ttl: 0, 100)
        let uncached = try await time(ttl: 0, 400)
        _ = try await time(ttl: 3600, 100)
        let cached = try await time(ttl: 3600, 10_000)
        report.add(
            "list of 25 rows with its total, cached, \(store)",
            String(
                format: "%.4f ms, from the store %.3f ms: %.0f times",
                cached * 1000,
                uncached * 1000,
                uncached / cached
            ),
            target: store == "MongoDB" ? "50 times faster" : "to compare with"
        )
    }
}
