import Glibc
import Logging
import Synchronization
import Values

/// Writes each line as an object: `ts`, `level`, `logger`, `message`, and what else is known of it.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info
    private let label: String
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes one line with its end.
    init(
        label: String,
        metadataProvider: Logger.MetadataProvider? = nil,
        write: @escaping @Sendable ([UInt8]) -> Void = { StandardError.write($0) }
    ) {
        self.label = label
        self.metadataProvider = metadataProvider
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        write(line(event, at: now))
    }

    func line(_ event: LogEvent, at now: Timestamp) -> [UInt8] {
        var object: JSONObject = [
            "ts": .string(now.text), "level": .string(event.level.rawValue), "logger": .string(label),
            "message": .string(event.message.description),
        ]
        if let error = event.error { object["error"] = .string("\(error)") }
        var fields = metadata
        for (key, value) in metadataProvider?.get() ?? [:] { fields[key] = value }
        for (key, value) in event.metadata ?? [:] { fields[key] = value }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            // What every line has keeps its meaning.
            object[object[key] == nil ? key : "_\(key)"] = Self.json(value)
        }
        return JSON.object(object).encoded + [0x0A]
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): return .string(text)
        case .stringConvertible(let number as Int): return .int(Int64(number))
        case .stringConvertible(let number as Double) where number.isFinite: return .double(number)
        case .stringConvertible(let flag as Bool): return .bool(flag)
        case .stringConvertible(let other): return .string("\(other)")
        case .array(let items): return .array(items.map(json))
        case .dictionary(let members):
            var object = JSONObject()
            for (key, member) in members.sorted(by: { $0.key < $1.key }) { object[key] = json(member) }
            return .object(object)
        }
    }
}

/// The end of the log that others see.
enum StandardError {
    private static let turn = Mutex(())

    /// Writes a line, one after the other.
    static func write(_ line: [UInt8]) {
        turn.withLock { _ in
            var offset = 0
            while offset < line.count {
                let count = line[offset...].withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
