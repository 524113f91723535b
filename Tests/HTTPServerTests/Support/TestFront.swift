import Catalog
import Engine
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport
import Values

@testable import HTTPServer

/// A front on a free port, in front of one project on an ephemeral store.
struct TestFront: ProjectSource {
    let engine: Engine
    let port: Int

    func engine(of project: String) async throws(AppError) -> Engine {
        guard project == "default" else { throw AppError(.projectNotFound, "There is no such project.") }
        return engine
    }

    func administrator(session: String, of project: String) async throws(AppError) -> Actor {
        throw AppError(.userUnauthorized, "Nobody is an administrator here.")
    }

    /// Runs an operation as the project's owner.
    @discardableResult
    func run(_ operation: String, _ arguments: JSONObject = [:]) async throws -> JSON {
        try JSON(parsing: try await engine.execute(Invocation(operation, arguments)).encoded)
    }

    /// A table `shop/notes` that anybody may read and write, and the secret of a key for rows.
    func makeTable() async throws -> String {
        try await run("tablesDB.create", ["databaseId": "shop", "name": "Shop"])
        let everything: [JSON] = ["create", "read", "update", "delete"].map { "\($0)(\"any\")" }
        try await run(
            "tablesDB.createTable",
            [
                "databaseId": "shop", "tableId": "notes", "name": "Notes", "permissions": .array(everything),
                "columns": [
                    ["key": "title", "type": "varchar", "size": 100], ["key": "rank", "type": "bigint"],
                    ["key": "done", "type": "boolean"], ["key": "tags", "type": "varchar", "size": 20, "array": true],
                ],
            ]
        )
        let scopes: [JSON] = ["rows.read", "rows.write", "tables.read", "users.read"]
        let key = try await run("project.createKey", ["keyId": "k", "name": "Key", "scopes": .array(scopes)])
        return key["secret"]?.string ?? ""
    }
}

/// How a front of a test differs from what is usual.
struct FrontOptions: Sendable {
    var limits = HTTPLimits()
    var limitsRates = false
    var certificate: HTTPCertificate?
    var proxies = TrustedProxies()
    var realtime = RealtimeSettings()
    var hub = HubLimits()
    var clock = WallClock.system
    var access = Access()
}

/// Runs a test with a front that answers.
func withFront(
    limits: HTTPLimits = HTTPLimits(),
    limitsRates: Bool = false,
    _ body: @escaping @Sendable (TestFront) async throws -> Void
) async throws {
    try await withFront(FrontOptions(limits: limits, limitsRates: limitsRates)) { front, _ in try await body(front) }
}

/// Runs a test with a front that answers as the options say.
/// - Parameter body: its second parameter stops the front gracefully, without waiting for it.
func withFront(
    _ options: FrontOptions,
    _ body: @escaping @Sendable (TestFront, _ stop: @escaping @Sendable () async -> Void) async throws -> Void
) async throws {
    let configuration = SQLiteStore.Configuration(
        folder: .ephemeral,
        project: "default",
        syncsEveryCommit: false,
        systemTables: SystemTables.all
    )
    let engine = Engine(
        catalog: .embedded,
        store: SQLiteStore(configuration),
        access: options.access,
        key: .memory,
        limitsRates: options.limitsRates,
        clock: options.clock
    )
    let (ports, port) = AsyncStream<Int>.makeStream()
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    var front = HTTPFront(
        HTTPConfiguration(port: 0, limits: options.limits, tls: options.certificate, proxies: options.proxies),
        catalog: .embedded,
        projects: TestFront(engine: engine, port: 0),
        log: log
    ) { port.yield($0) }
    front.realtime = options.realtime
    front.hub = options.hub
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [front], logger: log))
    let server = Task { try await group.run() }
    var iterator = ports.makeAsyncIterator()
    let result: Result<Void, any Error>
    do {
        let port = await iterator.next()!
        result = .success(
            try await body(TestFront(engine: engine, port: port)) { await group.triggerGracefulShutdown() }
        )
    } catch { result = .failure(error) }
    server.cancel()
    _ = await server.result
    await engine.close()
    try result.get()
}
