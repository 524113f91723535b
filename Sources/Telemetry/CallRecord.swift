package import Logging

/// What is known of a call when it has been answered. None of it is text that a caller has written.
package struct CallRecord: Sendable {
    /// How it came: the method of HTTP, or the name of a tool.
    package var method: String
    /// The id of its operation in the catalog.
    package var operation = CallMeter.noOperation
    /// How it ended, as HTTP says it.
    package var status = 200
    /// How long the answer is; nil where that is not known.
    package var bytes: Int?
    /// The project that carried it out; nil where it did not come so far.
    package var project: String?
    /// By what the caller is known: a key, a session, a JWT, an administrator, or nothing.
    package var caller: Caller?

    package enum Caller: String, Sendable {
        case guest, user, key, session, jwt, admin
    }

    package init(_ method: String) { self.method = method }

    func metadata(_ front: String, _ duration: Duration) -> Logger.Metadata {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        var fields: Logger.Metadata = [
            "front": .string(front), "method": .string(method), "operation": .string(operation),
            "status": .stringConvertible(status), "duration_ms": .stringConvertible(Double(microseconds) / 1000),
        ]
        if let bytes { fields["bytes"] = .stringConvertible(bytes) }
        if let project { fields["project"] = .string(project) }
        if let caller { fields["caller"] = .string(caller.rawValue) }
        return fields
    }
}

/// Hears of every call of a front once it has been answered: counts it, and writes a line of the log.
package struct CallObserver: Sendable {
    private let front: String
    private let meter: CallMeter?
    private let log: Logger

    /// - Parameters:
    ///   - front: how the calls come in: `http` or `mcp`.
    ///   - metrics: where they are counted; nil for nowhere.
    package init(_ front: String, metrics: MetricsRegistry?, log: Logger) {
        self.front = front
        meter = metrics.map { CallMeter($0, front: front) }
        self.log = log
    }

    /// To be called in the task of the call, so that the line says to which trace it belongs.
    package func ended(_ record: CallRecord, _ duration: Duration) {
        meter?.record(record.operation, status: record.status, duration)
        guard log.logLevel <= .info else { return }
        log.info("call", metadata: record.metadata(front, duration))
    }
}
