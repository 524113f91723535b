import CMongoC
import Synchronization
import Values

/// The driver with its pool of connections to one deployment. Touches nothing before the first connection is asked for.
final class MongoDriver: Sendable {
    private struct State {
        /// Set once and never freed: giving a pool back waits for its monitors, half a second each time.
        nonisolated(unsafe) var pool: OpaquePointer?
        var hosts = ""
        var choosesReads = false
        /// Until when calls are refused without another try, and why.
        var refusal: (until: UInt64, failure: MongoFailure)?
    }

    private let uri: String
    private let state = Mutex(State())
    /// Held by whoever makes the pool.
    private let making = Mutex(())

    /// How many connections may be in use at once, more than all threads of a process together: a driver that has none
    /// left makes its caller wait.
    private static let maximumConnections: UInt32 = 1000
    private static let all = Mutex<[Key: MongoDriver]>([:])

    private struct Key: Hashable {
        var uri: String
        var isPatient: Bool
    }

    private let isPatient: Bool

    /// The driver for a connection string; every store of the process shares it.
    ///
    /// - Parameter patient: whether an answer may take hours, such as that of building an index, and not seconds.
    static func to(_ uri: String, patient: Bool = false) -> MongoDriver {
        let key = Key(uri: uri, isPatient: patient)
        return all.withLock { all in
            if let known = all[key] { return known }
            let driver = MongoDriver(key)
            all[key] = driver
            return driver
        }
    }

    private init(_ key: Key) {
        uri = key.uri
        isPatient = key.isPatient
    }

    /// The failure of a moment ago, while a call that has waited for long should not wait for another try.
    var recentFailure: MongoFailure? {
        let now = monotonicNanoseconds()
        return state.withLock { state in
            state.refusal.flatMap { $0.until + 2_000_000_000 > now ? $0.failure : nil }
        }
    }

    /// The hosts of the connection string, for messages.
    var hosts: String { state.withLock { $0.hosts } }

    /// A connection for one thread at a time, given back with ``release(_:)``.
    func connection() throws -> MongoConnection {
        let (pool, choosesReads) = try open()
        return MongoConnection(tandem_mongo_client_pop(pool), self, readsSnapshots: !choosesReads)
    }

    func release(_ connection: MongoConnection) {
        guard let pool = state.withLock({ $0.pool }) else { return }
        tandem_mongo_client_push(pool, connection.client)
    }

    /// Throws the failure of a moment ago while the deployment is out of reach, so that a queue of calls is told at
    /// once instead of one after the other.
    func check() throws(MongoFailure) {
        let known = state.withLock { $0.refusal }
        guard let known, known.until > monotonicNanoseconds() else { return }
        throw known.failure
    }

    func note(_ failure: MongoFailure) {
        guard failure.isUnreachable else { return }
        state.withLock { $0.refusal = (monotonicNanoseconds() + 200_000_000, failure) }
    }

    /// A message of the driver about the connection string, without what it quotes of it: that may be the password.
    private func withoutQuotes(_ message: String) -> String {
        guard uri.contains("@") else { return message }
        let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().map { $0 % 2 == 0 ? String($1) : "…" }.joined(separator: "\"")
    }

    private func open() throws(StoreError) -> (pool: OpaquePointer, choosesReads: Bool) {
        if let reason = tandem_mongo_load() {
            throw StoreError(
                .unavailable,
                "MongoDB needs the library libmongoc, which can't be loaded (\(String(cString: reason))); install it, "
                    + "on Debian with 'apt-get install libmongoc-1.0-0'"
            )
        }
        func known() -> (pool: OpaquePointer, choosesReads: Bool)? {
            state.withLock { state in
                guard let pool = state.pool else { return nil }
                return (pool, state.choosesReads)
            }
        }
        if let known = known() { return known }
        // Not under the lock of the state, for which others need not wait as long as a name takes to be resolved.
        return try making.withLock { _ throws(StoreError) in
            if let known = known() { return known }
            var error = tandem_mongo_error()
            let limits = tandem_mongo_limits(
                selection_milliseconds: 2000,
                connect_milliseconds: 2000,
                socket_milliseconds: isPatient ? 24 * 3_600_000 : 20_000,
                clients: Self.maximumConnections
            )
            guard let made = tandem_mongo_pool_new(uri, limits, &error) else {
                throw StoreError(
                    .unavailable,
                    "the MongoDB connection string can't be used: \(withoutQuotes(MongoFailure(error).message))"
                )
            }
            // As everywhere: it may be used by all threads, and nobody gives it back.
            nonisolated(unsafe) let pool = made
            let choosesReads = tandem_mongo_pool_chooses_reads(pool)
            let hosts = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
                tandem_mongo_pool_hosts(pool, text.baseAddress, text.count)
                return String(cString: text.baseAddress!)
            }
            state.withLock { state in
                state.pool = pool
                state.choosesReads = choosesReads
                state.hosts = hosts
            }
            return (pool, choosesReads)
        }
    }
}

/// One connection, for one thread at a time.
final class MongoConnection {
    fileprivate let client: OpaquePointer
    private let driver: MongoDriver
    /// Whether reads come from a snapshot; false when the connection string chooses another read concern.
    let readsSnapshots: Bool

    fileprivate init(_ client: OpaquePointer, _ driver: MongoDriver, readsSnapshots: Bool) {
        self.client = client
        self.driver = driver
        self.readsSnapshots = readsSnapshots
    }

    var hosts: String { driver.hosts }

    func session(_ kind: MongoServerSession.Kind) throws(MongoFailure) -> MongoServerSession {
        try driver.check()
        var error = tandem_mongo_error()
        let native = kind == .snapshot ? TANDEM_MONGO_SNAPSHOT_SESSION : TANDEM_MONGO_PLAIN_SESSION
        guard let handle = tandem_mongo_session_new(client, native, &error) else { throw failure(error) }
        return MongoServerSession(handle)
    }

    /// Runs a command and reads its reply.
    ///
    /// - Parameter writes: whether it is a write outside of transactions, which gets the write concern.
    @discardableResult
    func command<R>(
        _ command: [UInt8],
        on database: String,
        in session: MongoServerSession? = nil,
        writes: Bool = false,
        _ read: (BSONView) throws -> R = { _ in }
    ) throws -> R {
        try driver.check()
        var error = tandem_mongo_error()
        var reply = tandem_mongo_document()
        defer { tandem_mongo_reply_free(reply) }
        let succeeded = withDocument(command) {
            tandem_mongo_command(
                client,
                session?.handle,
                database,
                $0,
                writes ? TANDEM_MONGO_WRITE : TANDEM_MONGO_RAW,
                &reply,
                &error
            )
        }
        guard succeeded else { throw failure(error) }
        let view = try BSONView(UnsafeRawBufferPointer(start: reply.bytes, count: Int(reply.length)))
        try Self.checkWriteErrors(view)
        return try read(view)
    }

    /// Reads documents until `body` answers false.
    func find(
        _ filter: [UInt8],
        _ options: [UInt8],
        in collection: MongoCollection,
        _ session: MongoServerSession?,
        _ body: (BSONView) throws -> Bool
    ) throws {
        try read(body) { error in
            withDocument(filter) { filter in
                withDocument(options) { options in
                    tandem_mongo_find(
                        client,
                        session?.handle,
                        collection.database,
                        collection.name,
                        filter,
                        options,
                        error
                    )
                }
            }
        }
    }

    /// Says that what is read outside of sessions has reached a majority, unless the connection string chooses.
    func addReadConcern(to options: inout BSONWriter) {
        if readsSnapshots { options.document("readConcern") { $0.string("level", "majority") } }
    }

    /// Reads one document, from what a majority of the servers has unless a session says otherwise.
    func findOne(
        _ filter: [UInt8],
        in collection: MongoCollection,
        _ session: MongoServerSession?,
        _ body: (BSONView) throws -> Void
    ) throws {
        let options = BSONWriter.document { writer in
            writer.int64("limit", 1)
            writer.bool("singleBatch", true)
            if session == nil { addReadConcern(to: &writer) }
        }
        try find(filter, options, in: collection, session) { document in
            try body(document)
            return false
        }
    }

    /// Reads what a pipeline makes until `body` answers false.
    func aggregate(
        _ pipeline: [UInt8],
        _ options: [UInt8],
        in collection: MongoCollection,
        _ session: MongoServerSession?,
        _ body: (BSONView) throws -> Bool
    ) throws {
        try read(body) { error in
            withDocument(pipeline) { pipeline in
                withDocument(options) { options in
                    tandem_mongo_aggregate(
                        client,
                        session?.handle,
                        collection.database,
                        collection.name,
                        pipeline,
                        options,
                        error
                    )
                }
            }
        }
    }

    /// Reads changes until `body` answers false or there is nothing new, and returns where to go on.
    ///
    /// - Parameter isEnd: whether to stop at a place where there is nothing new at the moment.
    func watch(
        _ pipeline: [UInt8],
        _ options: [UInt8],
        on collection: MongoCollection,
        _ body: (BSONView) throws -> Bool,
        until isEnd: ([UInt8]) throws -> Bool = { _ in true }
    ) throws -> [UInt8]? {
        try driver.check()
        let stream = withDocument(pipeline) { pipeline in
            withDocument(options) { tandem_mongo_watch(client, collection.database, collection.name, pipeline, $0) }
        }
        guard let stream else { throw StoreError(.internalFault, "a change stream was asked for with a bad pipeline") }
        defer { tandem_mongo_stream_destroy(stream) }
        var error = tandem_mongo_error()
        var document = tandem_mongo_document()
        while true {
            switch tandem_mongo_stream_next(stream, &document, &error) {
            case 1:
                let view = try BSONView(UnsafeRawBufferPointer(start: document.bytes, count: Int(document.length)))
                guard try body(view) else { return nil }
            case 0:
                let token = tandem_mongo_stream_token(stream)
                guard token.length > 0 else { return nil }
                let place = Array(UnsafeBufferPointer(start: token.bytes, count: Int(token.length)))
                if try isEnd(place) { return place }
            default: throw failure(error)
            }
        }
    }

    private func read(
        _ body: (BSONView) throws -> Bool,
        _ open: (UnsafeMutablePointer<tandem_mongo_error>) -> OpaquePointer?
    ) throws {
        try driver.check()
        var error = tandem_mongo_error()
        guard let cursor = open(&error) else { throw failure(error) }
        defer { tandem_mongo_cursor_destroy(cursor) }
        var document = tandem_mongo_document()
        while true {
            switch tandem_mongo_cursor_next(cursor, &document, &error) {
            case 1:
                let view = try BSONView(UnsafeRawBufferPointer(start: document.bytes, count: Int(document.length)))
                guard try body(view) else { return }
            case 0: return
            default: throw failure(error)
            }
        }
    }

    private func failure(_ error: tandem_mongo_error) -> MongoFailure {
        let failure = MongoFailure(error)
        driver.note(failure)
        return failure
    }

    /// A command that writes goes through even when a document of it was refused.
    private static func checkWriteErrors(_ reply: BSONView) throws {
        guard let errors = try reply["writeErrors"]?.document else {
            guard let concern = try reply["writeConcernError"]?.document else { return }
            throw MongoFailure(
                serverCode: Int32(try concern["code"]?.integer ?? 64),
                try concern["errmsg"]?.string ?? "the write concern was not met"
            )
        }
        try errors.forEach { item in
            guard let refused = try item.document else { return true }
            throw MongoFailure(
                serverCode: Int32(try refused["code"]?.integer ?? 0),
                try refused["errmsg"]?.string ?? "a document was refused"
            )
        }
    }
}

/// A session of the server, with at most one transaction at a time. For the thread of its connection.
final class MongoServerSession {
    enum Kind { case plain, snapshot }

    fileprivate let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { tandem_mongo_session_destroy(handle) }

    /// What the server knows it by, a whole document.
    var id: [UInt8] {
        let id = tandem_mongo_session_id(handle)
        return Array(UnsafeBufferPointer(start: id.bytes, count: Int(id.length)))
    }

    /// - Parameter makesCollections: whether the transaction may make collections; what it reads need not be on a
    ///   majority of the servers then.
    func begin(makesCollections: Bool) throws(MongoFailure) {
        var error = tandem_mongo_error()
        guard tandem_mongo_transaction_start(handle, makesCollections, &error) else { throw MongoFailure(error) }
    }

    func commit() throws(MongoFailure) {
        var error = tandem_mongo_error()
        guard tandem_mongo_transaction_commit(handle, &error) else { throw MongoFailure(error) }
    }

    /// Gives the transaction up, if there is one. The server does so by itself when it can't be told.
    func abort() { tandem_mongo_transaction_abort(handle) }
}

/// A collection by its names in the deployment.
struct MongoCollection: Sendable, Hashable {
    var database: String
    var name: String
}

private func withDocument<R>(_ bytes: [UInt8], _ body: (tandem_mongo_document) -> R) -> R {
    bytes.withUnsafeBufferPointer {
        body(tandem_mongo_document(bytes: $0.baseAddress, length: UInt32($0.count)))
    }
}
