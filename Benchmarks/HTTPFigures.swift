import Foundation
import Hummingbird
import NIOCore
import Values

/// REST over HTTP, beside a hummingbird handler that returns the same bytes from memory. The load comes from `wrk` on the
/// same machine, so that it takes its part of the processors in both.
enum HTTPFigures {
    static func onSQLite(_ binary: String, _ report: inout Report) throws {
        guard let wrk = Load.program else { return report.add("HTTP", "no wrk", target: "") }
        let place = FileManager.default.temporaryDirectory.path + "/tandem-bench-http-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let errors = place + ".log"
        let client = try Client(binary, data: place, arguments: ["--http", "127.0.0.1:0"], errors: errors)
        defer { client.end() }
        client.handshake()
        let key = client.execute(
            "project.createKey",
            "{\"keyId\":\"bench\",\"name\":\"Bench\",\"scopes\":[\"rows.read\",\"rows.write\"]}"
        )
        let secret = key["result"]?["structuredContent"]?["result"]?["secret"]?.string ?? ""
        _ = client.execute("tablesDB.create", "{\"databaseId\":\"shop\",\"name\":\"Shop\"}")
        _ = client.execute("tablesDB.createTable", Bench.cachedTable)
        for index in 0..<1000 { _ = client.execute("tablesDB.createRow", Bench.cachedRow(index)) }
        let tandem = Load(wrk, base: try address(in: errors), key: secret)
        let rows = "/v1/tablesdb/shop/tables/notes/rows"
        let query = [
            #"{"method":"equal","attribute":"status","values":["state7"]}"#,
            #"{"method":"orderAsc","attribute":"rank"}"#,
            #"{"method":"limit","values":[25]}"#,
        ].enumerated().map { "queries[\($0)]=\(URLText.encoded($1))" }.joined(separator: "&")
        for (name, path, reach) in [
            ("getRow over HTTP", "\(rows)/n7", "0.5"),
            ("cached list of 25 rows over HTTP", "\(rows)?ttl=3600&\(query)", "0.7"),
        ] {
            let baseline = try Baseline(bytes: try tandem.length(of: path))
            defer { baseline.end() }
            let plain = Load(wrk, base: baseline.address, key: "")
            _ = try (tandem.run(path, seconds: 1), plain.run("/bytes", seconds: 1))
            // By turns, because the machine is not the same at all times.
            let pairs = try (0..<3).map { _ in (try plain.run("/bytes"), try tandem.run(path)) }
            let ours = pairs.map(\.1).sorted { $0.rate < $1.rate }[1]
            let ratios = pairs.map { $1.rate / $0.rate }
            report.add(
                "\(name), 64 connections",
                "\(perSecond(ours.rate)), \(ratio(median(ratios))) of hummingbird's \(perSecond(median(pairs.map(\.0.rate))))",
                target: reach
            )
            report.add(
                "\(name): 99th percentile",
                "\(milliseconds(ours.late)), \(ratio(ours.late / ours.median)) of the median",
                target: "10"
            )
        }
    }

    /// The address that a process says on stderr.
    static func address(in file: String) throws -> String {
        for _ in 0..<100 {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            if let start = text.firstRange(of: "http://"), let end = text[start.lowerBound...].firstRange(of: "/v1") {
                return String(text[start.lowerBound..<end.lowerBound])
            }
            usleep(50_000)
        }
        preconditionFailure("the server says no address")
    }

    /// Answers every request with so many bytes.
    static func serveBytes(_ count: Int) async throws {
        let router = Router()
        let text = ByteBuffer(repeating: UInt8(ascii: "x"), count: count)
        router.get("bytes") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: text)
            )
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                let line = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1\n"
                FileHandle.standardOutput.write(Data(line.utf8))
            }
        )
        try await application.run()
    }

    /// This program as the server of ``serveBytes(_:)``.
    private final class Baseline {
        let address: String
        private let process = Process()

        init(bytes: Int) throws {
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = ["--serve-bytes", String(bytes)]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            address = String(line.prefix { $0 != "\n" }.dropLast("/v1".count))
        }

        func end() {
            process.terminate()
            process.waitUntilExit()
        }
    }
}

/// Requests without a pause from 64 connections.
struct Load {
    struct Result {
        /// Answers per second.
        var rate: Double
        /// Seconds that half of the answers took at the most, and those that 99 of 100 took.
        var median: Double
        var late: Double
    }

    /// Where `wrk` is; nil where it is not installed.
    static let program: String? = ["/usr/bin/wrk", "/usr/local/bin/wrk"].first(
        where: FileManager.default.isExecutableFile
    )

    private let wrk: String
    private let base: String
    private let fields: [String]

    init(_ wrk: String, base: String, key: String) {
        self.wrk = wrk
        self.base = base
        fields = ["-H", "X-Appwrite-Project: default"] + (key.isEmpty ? [] : ["-H", "X-Appwrite-Key: \(key)"])
    }

    func run(_ path: String, seconds: Int = 5) throws -> Result {
        let arguments = ["-t1", "-c64", "-d\(seconds)s", "--latency"] + fields + [base + path]
        let text = try output(wrk, arguments)
        precondition(!text.contains("Non-2xx"), "\(path) was refused: \(text)")
        func value(after mark: String) -> Substring {
            guard let start = text.firstRange(of: mark) else { preconditionFailure("wrk says: \(text)") }
            return text[start.upperBound...].drop { $0 == " " }.prefix { !$0.isWhitespace }
        }
        return Result(
            rate: Double(value(after: "Requests/sec:")) ?? 0,
            median: Self.time(value(after: "50%")),
            late: Self.time(value(after: "99%"))
        )
    }

    /// How many bytes an answer has.
    func length(of path: String) throws -> Int {
        try output("/usr/bin/curl", ["-s", "-g"] + fields + [base + path]).utf8.count
    }

    /// Reads `1.50ms`, `320.00us` or `1.02s`.
    private static func time(_ text: Substring) -> Double {
        let number = Double(text.prefix { $0.isNumber || $0 == "." }) ?? 0
        return text.hasSuffix("us") ? number / 1e6 : text.hasSuffix("ms") ? number / 1e3 : number
    }

    private func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
