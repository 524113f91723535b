import Logging
import Synchronization
import Testing
import Values

@testable import Telemetry

@Suite("The log as JSON")
struct JSONLogTests {
    /// Lines of a test.
    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])

        func add(_ bytes: [UInt8]) { kept.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }

        var all: [String] { kept.withLock { $0 } }
    }

    private let lines = Lines()

    private func logger(_ provider: Logger.MetadataProvider? = nil) -> Logger {
        Logger(label: "tandem") { [lines] label in
            JSONLogHandler(label: label, metadataProvider: provider) { lines.add($0) }
        }
    }

    private func only() throws -> JSON {
        let text = try #require(lines.all.first)
        #expect(lines.all.count == 1)
        #expect(text.last == "\n")
        #expect(text.dropLast().allSatisfy { !$0.isNewline })
        return try JSON(parsing: text)
    }

    @Test("Says what, when and where, and what else is known")
    func fields() throws {
        let log = logger()
        log.warning(
            "It \"broke\"\nhere",
            metadata: [
                "count": .stringConvertible(3), "ratio": .stringConvertible(1.5), "flag": .stringConvertible(true),
                "text": "a\tb", "list": ["x", .stringConvertible(2)], "object": ["k": "v"],
            ]
        )
        let json = try only()
        let time = try #require(json["ts"]?.string)
        #expect(Timestamp(parsing: time)?.text == time)
        #expect(json["level"] == "warning")
        #expect(json["logger"] == "tandem")
        #expect(json["message"] == "It \"broke\"\nhere")
        #expect(json["count"] == 3)
        #expect(json["ratio"] == .double(1.5))
        #expect(json["flag"] == true)
        #expect(json["text"] == "a\tb")
        #expect(json["list"] == ["x", 2])
        #expect(json["object"] == ["k": "v"])
    }

    @Test("Keeps what every line has, whatever else is called so")
    func reserved() throws {
        logger().error("a", metadata: ["message": "b", "ts": "c"])
        let json = try only()
        #expect(json["message"] == "a")
        #expect(json["_message"] == "b")
        #expect(json["_ts"] == "c")
    }

    @Test("Says to which trace a call belongs")
    func trace() throws {
        let trace = TraceContext()
        TraceContext.$current.withValue(trace) { logger(.trace).error("a") }
        let json = try only()
        #expect(json["trace_id"] == .string(trace.traceID))
        #expect(json["span_id"] == .string(trace.spanID))
    }

    @Test("Has no line below its level")
    func level() {
        var log = logger()
        log.logLevel = .warning
        log.info("a")
        #expect(lines.all.isEmpty)
    }

    @Test("Has a line for each call, if wanted")
    func calls() throws {
        var log = logger()
        var record = CallRecord("GET")
        record.operation = "health.get"
        record.status = 404
        record.bytes = 12
        record.project = "shop"
        record.caller = .jwt
        CallObserver("http", metrics: nil, log: log).ended(record, .microseconds(1_234))
        let json = try only()
        #expect(json["level"] == "info")
        #expect(json["message"] == "call")
        let fields: JSONObject = [
            "bytes": 12, "caller": "jwt", "duration_ms": .double(1.234), "front": "http", "method": "GET",
            "operation": "health.get", "project": "shop", "status": 404,
        ]
        for (key, value) in fields.members { #expect(json[key] == value, "\(key)") }
        log.logLevel = .notice
        CallObserver("http", metrics: nil, log: log).ended(record, .zero)
        #expect(lines.all.count == 1)
    }
}
