import Storage
import Values

/// How much of one kind is still to be done, and how much was given up.
package struct QueueSize: Sendable, Equatable {
    package var waiting: Int
    package var dead: Int

    /// How many of one kind are counted; a queue that is longer is said to have so many.
    static let cap = 10_000

    /// The jobs that follow changes of the schema and of the key.
    static func jobs(_ session: any ReadSession) throws -> QueueSize {
        func count(_ state: JSON) throws -> Int {
            var query = RowQuery(limit: 1)
            query.filters = [.compare("state", .equal, [state])]
            return try session.count(query, in: SystemTables.jobs, cap: cap)
        }
        return QueueSize(waiting: try count("pending"), dead: try count("dead"))
    }

    /// The events that webhooks are to be told.
    static func deliveries(_ session: any ReadSession) throws -> QueueSize {
        var size = QueueSize(waiting: 0, dead: 0)
        var query = RowQuery(limit: 5000)
        query.columns = [0]
        for row in try session.rows(query, in: webhooks) {
            func count(_ state: Delivery.State) throws -> Int {
                var query = RowQuery(limit: cap)
                query.filters = [
                    .compare("webhook", .equal, [row.values[0]]),
                    .compare("state", .equal, [.string(state.rawValue)]),
                ]
                return try session.count(query, in: WebhookTables.deliveries, cap: cap)
            }
            size.waiting += try count(.pending) + count(.waiting)
            size.dead += try count(.dead)
        }
        return size
    }

    private static let webhooks = WebhookTables.webhooks.part(["uid"])

    var json: JSON { ["waiting": .int(Int64(waiting)), "dead": .int(Int64(dead))] }
}
