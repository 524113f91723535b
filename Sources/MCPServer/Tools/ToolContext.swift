import Synchronization
import Values

/// What a running call may do besides returning.
package struct ToolContext: Sendable {
    private let reporter: ProgressReporter?
    /// What the client calls itself; empty where it does not say.
    package let client: String
    /// Where subscriptions are mentioned; nil where no events are told.
    let events: EventWatcher?

    /// A context that reports to nobody.
    package init() {
        reporter = nil
        client = ""
        events = nil
    }

    init(reporter: ProgressReporter?, client: String, events: EventWatcher? = nil) {
        self.reporter = reporter
        self.client = client
        self.events = events
    }

    /// True when the client asked to hear of progress, so that it is worth computing.
    package var wantsProgress: Bool { reporter != nil }

    /// Tells the client how far the call is; does nothing when it did not ask.
    ///
    /// A report that is not beyond the one before is dropped, and so is one after the call was cancelled or answered.
    ///
    /// - Parameters:
    ///   - done: How much is done, in any unit.
    ///   - total: How much there is in the same unit, where that is known.
    ///   - message: A sentence for a person.
    package func progress(_ done: Double, total: Double? = nil, message: String? = nil) {
        reporter?.report(done, total: total, message: message)
    }
}

/// Sends the progress of one call.
final class ProgressReporter: Sendable {
    private let token: JSON
    private let last = Mutex(-Double.infinity)
    /// Sends a line unless the call is over.
    private let send: @Sendable ([UInt8]) -> Void

    init(token: JSON, send: @escaping @Sendable ([UInt8]) -> Void) {
        self.token = token
        self.send = send
    }

    /// The lock is held while the line is queued, so that two threads can't swap their reports on the wire.
    func report(_ done: Double, total: Double?, message: String?) {
        guard done.isFinite else { return }
        last.withLock { last in
            guard done > last else { return }
            last = done
            send(line(done, total: total, message: message))
        }
    }

    private func line(_ done: Double, total: Double?, message: String?) -> [UInt8] {
        var params: JSONObject = ["progressToken": token, "progress": Self.number(done)]
        if let total, total.isFinite { params["total"] = Self.number(total) }
        if let message { params["message"] = .string(message) }
        let notification: JSON = [
            "jsonrpc": "2.0", "method": "notifications/progress", "params": .object(params),
        ]
        return notification.encoded + [0x0A]
    }

    /// Whole numbers are written without a fraction.
    private static func number(_ value: Double) -> JSON { Int64(exactly: value).map { .int($0) } ?? .double(value) }
}
