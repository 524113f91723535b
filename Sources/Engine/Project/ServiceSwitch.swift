import Catalog
import Synchronization
import Values

/// Services that the owner of the project can close to guests and users.
///
/// Which ones are closed is kept in memory as of one version of the schema, which moves when that changes.
final class ServiceSwitch: Sendable {
    /// The services, as callers name them. Clients know no others: SDKs refuse an answer that names one more.
    static let all = ["account", "databases", "tablesdb", "project", "teams", "users"]

    private let known = Mutex<(version: Int64, closed: Set<String>)?>(nil)

    /// - Throws: 403 `general_service_disabled` for an operation of a service that is closed.
    func check(_ operation: Operation, _ context: ReadContext) throws {
        guard try closed(context).contains(operation.service.lowercased()) else { return }
        throw AppError(
            .generalServiceDisabled,
            "The service '\(operation.service)' is switched off for guests and users.",
            hint: "The owner of the project switches it on with project.updateService."
        )
    }

    /// Whether it is known, without asking the store, that the service of a call is open. What is known may be a second
    /// old, unless this process itself has changed something since.
    func areKnownOpen(_ call: Call, _ cache: SchemaCache) -> Bool {
        let schema = cache.known(call.string("tableId"), in: call.string("databaseId"), at: call.now)
        guard let version = schema.version, let known = known.withLock({ $0 }), known.version == version else {
            return false
        }
        return !known.closed.contains(call.operation.service.lowercased())
    }

    private func closed(_ context: ReadContext) throws -> Set<String> {
        // A session that changed something itself sees what may never be committed.
        let isCommitted = context.seesCommittedSchema
        if isCommitted, let known = known.withLock({ $0 }), known.version == (try context.schemaVersion()) {
            return known.closed
        }
        let closed = try context.settings.disabledServices
        if isCommitted, !(context is WriteContext) {
            let version = try context.schemaVersion()
            known.withLock { $0 = (version, closed) }
        }
        return closed
    }
}
