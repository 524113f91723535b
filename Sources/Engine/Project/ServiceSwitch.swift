import Catalog
import Storage
import Synchronization
package import Values

/// A way to reach a project that its owner can close to guests and users.
package enum ProjectProtocol: String, Sendable, CaseIterable {
    case rest, websocket
}

/// Services and protocols that the owner of the project can close to guests and users.
///
/// Which ones are closed is kept in memory as of one version of the schema, which moves when that changes.
final class ServiceSwitch: Sendable {
    /// The services, as callers name them. Clients know no others: SDKs refuse an answer that names one more.
    static let all = ["account", "databases", "tablesdb", "project", "teams", "users"]

    private typealias Closed = (services: Set<String>, protocols: Set<String>)

    private let known = Mutex<(version: Int64, closed: Closed)?>(nil)

    /// - Throws: 403 `general_service_disabled` for an operation of a service that is closed, 403 `general_api_disabled`
    ///   for a call that came by a protocol that is.
    func check(_ call: Call, _ context: ReadContext) throws {
        let closed = try closed(context)
        if closed.services.contains(call.operation.service.lowercased()) {
            throw AppError(
                .generalServiceDisabled,
                "The service '\(call.operation.service)' is switched off for guests and users.",
                hint: "The owner of the project switches it on with project.updateService."
            )
        }
        if let way = call.client.way, closed.protocols.contains(way.rawValue) { throw way.isClosed }
    }

    /// Whether it is known, without asking the store, that the service of a call is open. What is known may be a second
    /// old, unless this process itself has changed something since.
    func areKnownOpen(_ call: Call, _ cache: SchemaCache) -> Bool {
        let schema = cache.known(call.string("tableId"), in: call.string("databaseId"), at: call.now)
        guard let version = schema.version, let known = known.withLock({ $0 }), known.version == version else {
            return false
        }
        return !known.closed.services.contains(call.operation.service.lowercased())
            && call.client.way.map { known.closed.protocols.contains($0.rawValue) } != true
    }

    private func closed(_ context: ReadContext) throws -> Closed {
        // A session that changed something itself sees what may never be committed.
        let isCommitted = context.seesCommittedSchema
        if isCommitted, let known = known.withLock({ $0 }), known.version == (try context.schemaVersion()) {
            return known.closed
        }
        let closed = try context.settings.disabled
        if isCommitted, !(context is WriteContext) {
            let version = try context.schemaVersion()
            known.withLock { $0 = (version, closed) }
        }
        return closed
    }
}

extension ProjectProtocol {
    /// What somebody is refused with who comes that way while it is closed.
    fileprivate var isClosed: AppError {
        AppError(
            .generalApiDisabled,
            "The protocol '\(rawValue)' is switched off for guests and users.",
            hint: "The owner of the project switches it on with project.updateProtocol."
        )
    }
}

extension Engine {
    /// Makes sure that sockets may be opened.
    /// - Throws: 403 `general_api_disabled` where this process serves none, or the project's owner has switched them
    ///   off; 503 `store_unavailable`.
    package func checkSockets() async throws(AppError) {
        guard servesRealtime else { throw AppError(.generalApiDisabled, "This process does not serve realtime.") }
        let store = pipeline.store
        let disabled = try await translating("The check of a protocol") { () async throws -> Bool in
            try await store.read {
                try ProjectSettings($0).disabled.protocols.contains(ProjectProtocol.websocket.rawValue)
            }
        }
        if disabled { throw ProjectProtocol.websocket.isClosed }
    }
}
