import Storage
import Values

/// `health.*`: whether the parts of this process do their work, found out when that is asked.
///
/// A store that can't be read is the error of the call, as it is for every other operation.
struct HealthHandlers: Sendable {
    let lists: ListCache
    let feed: EventFeed

    var all: [Handler] { [whole, version, part("health.getDB", store), cache, events, queue, stats] }

    private var whole: Handler {
        .read("health.get") { context in
            let status = try HealthStatus("http") { try store(context).isWell && log(context).isWell && memory.isWell }
            return status.json
        }
    }

    private let version = Handler.read("health.getVersion") { _ in ["version": .string(Release.version)] }

    private var cache: Handler { part("health.getCache") { _ in memory } }

    private var events: Handler { part("health.getPubSub", log) }

    private var stats: Handler {
        .read("health.getStats") { context in
            [
                "jobs": try QueueSize.jobs(context.session).json,
                "deliveries": try QueueSize.deliveries(context.session).json, "cache": lists.statistics.json,
            ]
        }
    }

    private let queue = Handler.read("health.getFailedJobs") { context in
        let size =
            switch context.call.string("name") {
            case "v1-webhooks": try QueueSize.deliveries(context.session).dead
            default: try QueueSize.jobs(context.session).dead
            }
        guard size < context.call.arguments["threshold"]?.int ?? .max else {
            throw AppError(
                .healthQueueSizeExceeded,
                "\(size) of the queue '\(context.call.string("name"))' were given up.",
                hint: "'tandem doctor' says which jobs they are, webhooks.listDeliveries which events."
            )
        }
        return ["size": .int(Int64(size))]
    }

    private func part(_ id: String, _ status: @escaping @Sendable (ReadContext) throws -> HealthStatus) -> Handler {
        .read(id) { context in HealthStatus.list([try status(context)]) }
    }

    /// Reads a row where there is one.
    private func store(_ context: ReadContext) throws -> HealthStatus {
        try HealthStatus("store") {
            _ = try context.session.rows(RowQuery(limit: 1), in: SystemTables.databases)
            return true
        }
    }

    /// Looks for the end of the event log, and whether those who follow it in this process hear of it.
    private func log(_ context: ReadContext) throws -> HealthStatus {
        try HealthStatus("events") {
            _ = try context.session.lastEvent()
            return !feed.isInterrupted
        }
    }

    /// Whether the cache of lists keeps within its memory.
    private var memory: HealthStatus {
        HealthStatus("lists") {
            let statistics = lists.statistics
            return statistics.bytes <= statistics.maximumBytes
        }
    }
}
