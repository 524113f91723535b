import Storage
import Synchronization
import Values

/// Which webhooks listen to what.
///
/// It is kept in memory as of one version of the schema, which moves when that changes, so that what nobody listens to
/// costs nothing.
final class WebhookDirectory: Sendable {
    /// A webhook that is enabled.
    struct Listener: Sendable {
        let id: String
        let uid: String
        let patterns: [String]
        /// The words with which its patterns begin.
        let kinds: Set<String>

        init(_ row: StoredRow) {
            let record = Record(row, WebhookDirectory.part)
            id = row.id
            uid = record.string("uid")
            patterns = record.strings("events").map { WebhookPattern($0).full }
            kinds = Set(patterns.map { String($0.prefix { $0 != "." }) })
        }
    }

    private let known = Mutex<(version: Int64, listeners: [Listener])?>(nil)

    private static let part = WebhookTables.webhooks.part(["uid", "events", "enabled"])

    /// The webhooks that are enabled.
    func listeners(_ context: ReadContext) throws -> [Listener] {
        // A session that changed something itself sees what may never be committed.
        guard context.seesCommittedSchema else { return try Self.listeners(in: context.session) }
        let version = try context.schemaVersion()
        if let known = known.withLock({ $0 }), known.version == version { return known.listeners }
        let listeners = try Self.listeners(in: context.session)
        known.withLock { known in
            if known.map({ $0.version < version }) ?? true { known = (version, listeners) }
        }
        return listeners
    }

    /// The same, as a session sees it.
    static func listeners(in session: any ReadSession) throws -> [Listener] {
        var query = RowQuery(limit: maximum)
        query.filters = [.compare("enabled", .equal, [true])]
        return try session.rows(query, in: part).map { Listener($0) }
    }

    /// How many webhooks are told something at the most.
    private static let maximum = 5000
}
