import Catalog
import Logging
import Storage
import Synchronization
import Testing
import Values

@testable import Engine

/// An engine on a store of its own, with a clock that the test moves, and without limits unless a test is about them.
struct TestEngine: Sendable {
    let engine: Engine
    let store: any DocumentStore
    let clock: ManualClock
    let backend: Backend
    let folder: TemporaryFolder
    let key: KeySource
    private let users = KnownUsers()

    init(
        _ backend: Backend,
        _ folder: TemporaryFolder,
        access: Access = Access(),
        clock: ManualClock = ManualClock(),
        catalog: Catalog = .embedded,
        key: KeySource = .nowhere,
        indexCheck: Int? = nil,
        limits: Bool = false,
        outgoing: any Outgoing = NoOutgoing(),
        deliveryTimeout: Duration = DeliveryRequest.timeout,
        log: Logger = Logger(label: "test")
    ) {
        store = backend.store(folder)
        self.clock = clock
        self.backend = backend
        self.folder = folder
        self.key = key
        engine = Engine(
            catalog: catalog,
            store: store,
            access: access,
            key: key,
            indexCheck: indexCheck,
            limitsRates: limits,
            outgoing: outgoing,
            deliveryTimeout: deliveryTimeout,
            clock: clock.wallClock,
            log: log
        )
    }

    /// An engine that somebody else has made.
    init(_ engine: Engine, _ backend: Backend, _ folder: TemporaryFolder, clock: ManualClock, key: KeySource) {
        self.engine = engine
        store = engine.store
        self.clock = clock
        self.backend = backend
        self.folder = folder
        self.key = key
    }

    /// Makes the user who acts, without anything else that making a user does.
    func makeUser(of actor: Actor) async throws {
        guard case .user(let id) = actor, users.add(id) else { return }
        let (now, users) = (clock.wallClock.now, IdentityTables.users)
        let fields: JSONObject = [
            "status": true, "stamp": .int(Identity.newStamp()), "registration": .string(now.text),
            "accessedAt": .string(now.text),
        ]
        // Another engine on the same store may have been first.
        do {
            try await store.write { session in
                let row = NewRow(id: id, createdAt: now, updatedAt: now, values: Record.values(users, fields))
                _ = try session.insert(row, into: users)
            }
        } catch let error as StoreError where error.kind == .duplicateID {}
    }

    /// Runs an operation, whose answer has to be what its model says.
    @discardableResult
    func call(_ operation: String, _ arguments: JSONObject = [:], as actor: Actor? = nil) async throws -> JSON {
        if let actor { try await makeUser(of: actor) }
        return try await answer(Invocation(operation, arguments, as: actor))
    }

    /// Runs an operation of `tablesDB` on the table `t` of the database `d`.
    @discardableResult
    func on(_ method: String, _ arguments: JSONObject = [:], as actor: Actor? = nil) async throws -> JSON {
        try await call("tablesDB." + method, Self.addressed(arguments), as: actor)
    }

    /// What an operation is refused with; fails the test when it is not.
    func refusal(
        _ operation: String,
        _ arguments: JSONObject = [:],
        as actor: Actor? = nil,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Refusal {
        Refusal(try await error(operation, arguments, as: actor, at: location))
    }

    /// ``refusal(_:_:as:at:)`` on the table `t` of the database `d`.
    func refusalOn(
        _ method: String,
        _ arguments: JSONObject = [:],
        as actor: Actor? = nil,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Refusal {
        try await refusal("tablesDB." + method, Self.addressed(arguments), as: actor, at: location)
    }

    /// The whole error of a refused operation.
    func error(
        _ operation: String,
        _ arguments: JSONObject = [:],
        as actor: Actor? = nil,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> AppError {
        do {
            let answer = try await call(operation, arguments, as: actor)
            Issue.record(
                "\(operation) \(JSON.object(arguments).text) answered \(answer.text)",
                sourceLocation: location
            )
            return AppError(.generalUnknown, "it was not refused")
        } catch let error as AppError {
            return error
        }
    }

    /// Makes the database `d` with the table `t`.
    @discardableResult
    func makeTable(
        _ columns: [JSON] = [],
        indexes: [JSON] = [],
        permissions: [String] = [],
        rowSecurity: Bool = false
    ) async throws -> JSON {
        try await call("tablesDB.create", ["databaseId": "d", "name": "D"])
        return try await on(
            "createTable",
            [
                "name": "T", "columns": .array(columns), "indexes": .array(indexes), "permissions": JSON(permissions),
                "rowSecurity": .bool(rowSecurity),
            ]
        )
    }

    /// The ids of the rows that a list call answers with.
    func listed(_ queries: [JSON], as actor: Actor? = nil) async throws -> [String] {
        let answer = try await on("listRows", ["queries": .array(queries)], as: actor)
        return answer["rows"]?.array?.compactMap { $0["$id"]?.string } ?? []
    }

    /// Every record of the event log.
    func events() async throws -> [EventRecord] {
        var reader = EventReader(store)
        var all: [EventRecord] = []
        while true {
            let batch = try await reader.next(limit: 500)
            if batch.isEmpty { return all }
            all += batch
        }
    }

    static func addressed(_ arguments: JSONObject) -> JSONObject {
        var arguments = arguments
        if arguments["databaseId"] == nil { arguments["databaseId"] = "d" }
        if arguments["tableId"] == nil { arguments["tableId"] = "t" }
        return arguments
    }
}

/// The users that a test has made in passing.
private final class KnownUsers: Sendable {
    private let ids = Mutex<Set<String>>([])

    /// Whether the user is a new one.
    func add(_ id: String) -> Bool { ids.withLock { $0.insert(id).inserted } }
}

/// Runs a test on an engine with an empty store.
func withEngine(
    _ backend: Backend,
    access: Access = Access(),
    indexCheck: Int? = nil,
    limits: Bool = false,
    _ body: (TestEngine) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let engine = TestEngine(backend, folder, access: access, indexCheck: indexCheck, limits: limits)
    try await engine.makeUser(of: access.actor)
    do { try await body(engine) } catch {
        await engine.engine.close()
        await backend.remove(folder)
        throw error
    }
    await engine.engine.close()
    await backend.remove(folder)
}

/// What a caller can rely on of an error.
struct Refusal: Equatable, CustomStringConvertible {
    var type: String
    var status: Int
    var argument: String?

    init(_ type: String, _ status: Int, _ argument: String? = nil) {
        self.type = type
        self.status = status
        self.argument = argument
    }

    init(_ error: AppError) { self.init(error.code.type, error.code.status, error.argument) }

    var description: String { "\(type) \(status) \(argument ?? "-")" }
}

/// A query in its object form.
func query(_ method: String, _ attribute: String? = nil, _ values: JSON...) -> JSON {
    var object: JSONObject = ["method": .string(method)]
    if let attribute { object["attribute"] = .string(attribute) }
    if !values.isEmpty { object["values"] = .array(values) }
    return .object(object)
}

extension JSON {
    /// The members of an object but for these.
    func without(_ keys: String...) -> JSON {
        .object(JSONObject((object?.members ?? []).filter { !keys.contains($0.key) }))
    }

    /// A member of each item of an array.
    func each(_ key: String) -> [JSON] { array?.map { $0[key] ?? .null } ?? [] }
}
