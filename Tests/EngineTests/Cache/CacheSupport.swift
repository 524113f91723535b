import Storage
import Synchronization
import Testing
import Values

@testable import Engine

/// What a list call answered, and where it came from.
struct Listed: Equatable {
    var cache: CacheOutcome?
    var ids: [String]
    var total: Int64

    init(_ cache: CacheOutcome?, _ ids: [String], total: Int64) {
        self.cache = cache
        self.ids = ids
        self.total = total
    }
}

extension TestEngine {
    /// Lists rows of the table `t` of the database `d`.
    func cached(_ arguments: JSONObject = ["ttl": 30], as actor: Actor? = nil) async throws -> Listed {
        var arguments = arguments
        arguments["databaseId"] = "d"
        arguments["tableId"] = "t"
        if let actor { try await makeUser(of: actor) }
        let response = try await engine.execute(Invocation("tablesDB.listRows", arguments, as: actor))
        let answer = try JSON(parsing: response.encoded)
        let ids = answer["rows"]?.array?.map { $0["$id"]?.string ?? "-" } ?? []
        return Listed(response.cache, ids, total: answer["total"]?.int ?? -1)
    }

    /// Makes the table `t` with a column `n` that anyone may read, and rows.
    func makeRows(_ ids: String...) async throws {
        try await makeTable([["key": "n", "type": "integer"]], permissions: ["read(\"any\")"])
        for (index, id) in ids.enumerated() {
            try await on("createRow", ["rowId": .string(id), "data": ["n": .int(Int64(index))]])
        }
    }
}

/// Lets others run until something holds, or until the time limit of the test is over.
func until(_ isTrue: () -> Bool) async throws {
    while !isTrue() {
        try Task.checkCancellation()
        await Task.yield()
    }
}

/// A store that counts its reads, and holds them up while the test wants it to.
final class CountingStore: ForwardingStore {
    private struct State {
        var reads = 0
        var isHolding = false
        var held: [CheckedContinuation<Void, any Error>] = []
    }

    let base: any DocumentStore
    private let state = Mutex(State())

    init(_ store: any DocumentStore) {
        base = store
    }

    var reads: Int { state.withLock { $0.reads } }

    func startCounting() { state.withLock { $0.reads = 0 } }

    func hold() { state.withLock { $0.isHolding = true } }

    /// Lets what is held go on; where an error is given, only to fail with it.
    func release(failing failure: StoreError? = nil) {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume(with: failure.map { .failure($0) } ?? .success(())) }
    }

    func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            let isHeld = state.withLock { state in
                state.reads += 1
                if state.isHolding { state.held.append(continuation) }
                return state.isHolding
            }
            if !isHeld { continuation.resume() }
        }
        return try await base.read(within: limit, body)
    }
}
