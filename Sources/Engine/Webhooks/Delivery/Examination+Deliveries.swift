import Storage
import Values

extension Examination {
    /// What webhooks are still to be told, and what was given up; nil when there is neither.
    static func deliveries(_ session: any ReadSession) throws -> Finding? {
        let size = try QueueSize.deliveries(session)
        guard size.dead == 0 else {
            return Finding(
                .warning,
                "webhooks",
                "\(size.dead) events were given up and \(size.waiting) wait; webhooks.listDeliveries says why, "
                    + "webhooks.replayDeliveries sends what was given up again"
            )
        }
        return size.waiting == 0
            ? nil : Finding(.ok, "webhooks", "\(size.waiting) events wait; any running 'tandem mcp' sends them")
    }
}
