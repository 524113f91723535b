import Catalog
import Engine
import Foundation
import Storage
import Values

/// The benchmark report: ratios against baselines of the same run, on this machine.
///
/// Takes the path of the release binary, and optionally `--rows N` for the size of the large table.
@main
struct Bench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "--serve-bytes", let count = Int(arguments[2]) {
            return try await HTTPFigures.serveBytes(count)
        }
        guard arguments.count >= 2 else {
            print("usage: tandem-bench PATH-OF-TANDEM [--rows N]")
            exit(2)
        }
        let binary = URL(fileURLWithPath: arguments[1]).path
        let rows = arguments.firstIndex(of: "--rows").flatMap { Int(arguments[$0 + 1]) } ?? 1_000_000
        var report = Report()
        if arguments.contains("--mongodb-only") {
            let environment = ProcessInfo.processInfo.environment
            let python = environment["TANDEM_BENCH_PYTHON"] ?? "python3"
            let figures = MongoFigures(binary: binary, uri: environment["TANDEM_TEST_MONGODB_URI"]!, python: python)
            if arguments.contains("--bulks") {
                try figures.addBulks(to: &report)
            } else {
                try await figures.add(rows: rows, to: &report)
            }
            return report.print()
        }
        if arguments.contains("--relations-only") {
            try await RelationFigures.onSQLite(&report)
            if let uri = ProcessInfo.processInfo.environment["TANDEM_TEST_MONGODB_URI"] {
                let python = ProcessInfo.processInfo.environment["TANDEM_BENCH_PYTHON"] ?? "python3"
                try await MongoFigures(binary: binary, uri: uri, python: python).addRelations(to: &report)
            }
            return report.print()
        }
        if arguments.contains("--identity-only") {
            try await IdentityFigures.onSQLite(binary, &report)
            if let uri = ProcessInfo.processInfo.environment["TANDEM_TEST_MONGODB_URI"] {
                try await MongoFigures(binary: binary, uri: uri, python: "").addIdentity(to: &report)
            }
            return report.print()
        }
        if arguments.contains("--sockets-only") {
            try SocketFigures.onSQLite(binary, &report)
            return report.print()
        }
        if arguments.contains("--http-only") {
            try HTTPFigures.onSQLite(binary, &report)
            return report.print()
        }
        if arguments.contains("--webhooks-only") {
            try await WebhookFigures.onSQLite(&report)
            if let uri = ProcessInfo.processInfo.environment["TANDEM_TEST_MONGODB_URI"] {
                try await MongoFigures(binary: binary, uri: uri, python: "").addWebhooks(to: &report)
            }
            return report.print()
        }
        if arguments.contains("--events-only") {
            try HubFigures.add(to: &report)
            try await EventFigures.onSQLite(&report)
            try await WebhookFigures.onSQLite(&report)
            if let uri = ProcessInfo.processInfo.environment["TANDEM_TEST_MONGODB_URI"] {
                try await MongoFigures(binary: binary, uri: uri, python: "").addEvents(to: &report)
            }
            return report.print()
        }
        try startUp(binary, &report)
        try protocolFigures(binary, &report)
        try searchFigures(binary, &report)
        try memory(binary, &report)
        try rowFigures(binary, &report)
        try batchFigures(binary, &report)
        try await pageFigures(rows, &report)
        try await RelationFigures.onSQLite(&report)
        try await IdentityFigures.onSQLite(binary, &report)
        try cachedOverStdio(binary, &report)
        try HubFigures.add(to: &report)
        try await EventFigures.onSQLite(&report)
        try await WebhookFigures.onSQLite(&report)
        try HTTPFigures.onSQLite(binary, &report)
        try SocketFigures.onSQLite(binary, &report)
        // Where `make bench` could start a server; a machine that can't says so in the report.
        let environment = ProcessInfo.processInfo.environment
        if let uri = environment["TANDEM_TEST_MONGODB_URI"] {
            let python = environment["TANDEM_BENCH_PYTHON"] ?? "python3"
            try await MongoFigures(binary: binary, uri: uri, python: python).add(rows: rows, to: &report)
        } else {
            report.add("MongoDB", "no server", target: "")
        }
        report.print()
    }
}

extension Bench {
    /// The median of the seconds that an operation takes in the engine, over so many calls one after the other.
    static func medianTime(of invocation: Invocation, on engine: Engine, _ count: Int) async throws -> Double {
        try await Task(executorPreference: engine.executor) {
            var times: [Double] = []
            for _ in 0..<count {
                let start = seconds()
                _ = try await engine.execute(invocation)
                times.append(seconds() - start)
            }
            return median(times)
        }.value
    }
}

/// The rows of the report.
struct Report {
    private var lines: [(figure: String, value: String, target: String)] = []

    mutating func add(_ figure: String, _ value: String, target: String) {
        lines.append((figure, value, target))
        FileHandle.standardError.write(Data("\(figure): \(value)\n".utf8))
    }

    func print() {
        let now = ISO8601DateFormatter().string(from: Date()).prefix(10)
        Swift.print("\(now), \(Self.machine)\n")
        Swift.print("| figure | measured | reach |\n|---|---|---|")
        for line in lines { Swift.print("| \(line.figure) | \(line.value) | \(line.target) |") }
    }

    private static var machine: String {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model =
            info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last.map(
                String.init
            )
            ?? " unknown processor"
        return "\(ProcessInfo.processInfo.activeProcessorCount) cores of\(model), "
            + "\(ProcessInfo.processInfo.physicalMemory >> 30) GiB"
    }
}

/// Seconds on the monotonic clock.
func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func milliseconds(_ value: Double) -> String { String(format: "%.3f ms", value * 1000) }

func perSecond(_ value: Double) -> String { "\(Int(value))/s" }

func ratio(_ value: Double) -> String { String(format: "%.2f", value) }
