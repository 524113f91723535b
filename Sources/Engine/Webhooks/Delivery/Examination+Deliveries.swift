import Storage
import Values

extension Examination {
    /// How many of one kind are counted.
    private static let cap = 10_000

    /// What webhooks are still to be told, and what was given up; nil when there is neither.
    static func deliveries(_ session: any ReadSession) throws -> Finding? {
        var (waiting, dead) = (0, 0)
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
            waiting += try count(.pending) + count(.waiting)
            dead += try count(.dead)
        }
        guard dead == 0 else {
            return Finding(
                .warning,
                "webhooks",
                "\(dead) events were given up and \(waiting) wait; webhooks.listDeliveries says why, "
                    + "webhooks.replayDeliveries sends what was given up again"
            )
        }
        return waiting == 0
            ? nil : Finding(.ok, "webhooks", "\(waiting) events wait; any running 'tandem mcp' sends them")
    }

    private static let webhooks = WebhookTables.webhooks.part(["uid"])
}
