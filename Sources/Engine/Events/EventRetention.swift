import Logging
import Storage
import Values

/// How long the event log keeps records, by age and by size: whichever is reached first.
package struct EventRetention: Sendable, Equatable {
    /// nil for any age.
    package var seconds: Int64?
    /// nil for any size.
    package var bytes: Int64?

    /// A week, and a gigabyte.
    package static let standard = EventRetention(seconds: 7 * 86_400, bytes: 1_000_000_000)

    package init(seconds: Int64? = nil, bytes: Int64? = nil) {
        self.seconds = seconds
        self.bytes = bytes
    }

    private static let ages: [String: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    private static let sizes: [String: Int64] = ["B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000]

    /// Reads an age such as `7d`, a size such as `1GB`, both with a comma between them, or `off`.
    package init?(_ text: String) {
        self.init()
        guard text != "off" else { return }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            (number: Int64(part.prefix { $0.isNumber }), unit: String(part.drop { $0.isNumber }))
        }
        for (number, unit) in parts {
            guard let number, number > 0 else { return nil }
            if let factor = Self.ages[unit], seconds == nil {
                let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
                guard !isTooLarge, product <= 100 * 366 * 86_400 else { return nil }
                seconds = product
            } else if let factor = Self.sizes[unit], bytes == nil {
                let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
                guard !isTooLarge else { return nil }
                bytes = product
            } else {
                return nil
            }
        }
    }

    func bounds(at now: Timestamp) -> LogBounds {
        LogBounds(oldest: seconds.map { now.adding(seconds: -$0) }, present: now, bytes: bytes)
    }
}

extension Engine {
    /// How often the log is trimmed.
    private static let trimmingInterval = Duration.seconds(600)

    /// Forgets the events that are older, or more, than are to be kept.
    /// - Returns: how many records there were.
    @discardableResult
    package func trimLog() async throws -> Int {
        guard retention != EventRetention() else { return 0 }
        return try await store.trimLog(to: retention.bounds(at: clock.now))
    }

    /// Forgets what webhooks were told, and were not, before the oldest event that is kept.
    package func trimDeliveries() async throws {
        try await deliveries.trim(createdBefore: retention.bounds(at: clock.now).oldest)
    }

    /// What goes on in the background until it is cancelled: jobs, webhooks, and the end of old events.
    package func keepHouse() async {
        await withTaskGroup { group in
            group.addTask { await self.jobs.run() }
            group.addTask { await self.deliveries.run() }
            group.addTask {
                // Not while the first calls run.
                try? await Task.sleep(for: .seconds(10))
                while !Task.isCancelled {
                    do {
                        try await self.trimLog()
                        try await self.trimDeliveries()
                        // Another machine may have a clock that is ahead.
                        self.deliveries.lookAgain()
                    } catch { self.log.warning("old events can't be removed: \(error)") }
                    try? await Task.sleep(for: Self.trimmingInterval)
                }
            }
        }
    }
}
