import Storage
import Values

/// Work that must happen after a commit, queued by the transaction that makes it necessary.
struct Job: Sendable, Equatable {
    /// Names the handler.
    var kind: String
    var payload: JSON
}

/// What carries out jobs of one kind. It may be called again for a job that it carried out already.
struct JobHandler: Sendable {
    let kind: String
    /// Does the work and closes the job with ``JobRun/end(after:_:)``.
    let perform: @Sendable (JobRun) async throws -> Void
    /// Whether this process has what such jobs take; otherwise they are left to others.
    let canPerform: @Sendable (any ReadSession) throws -> Bool
    /// What a job with this payload destroys, as far as it is there now.
    let losses: @Sendable (_ payload: JSON, any ReadSession) throws -> [Loss]

    init(
        kind: String,
        canPerform: @escaping @Sendable (any ReadSession) throws -> Bool = { _ in true },
        losses: @escaping @Sendable (JSON, any ReadSession) throws -> [Loss] = { _, _ in [] },
        perform: @escaping @Sendable (JobRun) async throws -> Void
    ) {
        self.kind = kind
        self.canPerform = canPerform
        self.losses = losses
        self.perform = perform
    }
}

/// One try of a job.
struct JobRun: Sendable {
    let leased: LeasedJob
    let owner: String
    let store: any DocumentStore
    let now: Timestamp

    var payload: JSON { leased.job.payload }

    /// Closes the job and writes what came of it, in one transaction.
    /// - Throws: ``LeaseLost`` when another owner took the job over; nothing was written then, and where the store can
    ///   not change a schema inside a transaction, the change was one that the other owner makes too.
    /// - Parameter change: carried out before, in the same transaction where the store can.
    func end(
        after change: SchemaChange? = nil,
        _ effect: @escaping @Sendable (any WriteSession) throws -> Void
    ) async throws {
        let close: @Sendable (any WriteSession) throws -> Void = { session in
            CrashPoint.reach("job.performed")
            guard try JobQueue.complete(leased.id, for: owner, in: session) else { throw LeaseLost() }
            try effect(session)
            CrashPoint.reach("job.beforeCommit")
        }
        if let change {
            try await store.define(change, then: close)
        } else {
            try await store.write(grouped: false, close)
        }
    }
}

/// Another process carries out the job, or did already.
struct LeaseLost: Error {}

/// A job that this process has leased.
struct LeasedJob: Sendable {
    var id: String
    var job: Job
    /// How often it was tried before.
    var attempts: Int64
}

/// Rows of the system table `jobs`: pending ones, and dead ones that were tried often enough.
enum JobQueue {
    /// After so many tries a job is dead.
    static let maximumAttempts: Int64 = 10

    /// How long a lease holds without being renewed.
    static let leaseMilliseconds: Int64 = 30_000

    static func add(_ job: Job, at now: Timestamp, id: String, to session: any WriteSession) throws -> String {
        let values = Record.values(
            SystemTables.jobs,
            [
                "kind": .string(job.kind), "payload": job.payload, "state": "pending", "attempts": 0,
                "notBefore": .string(now.text), "owner": "",
                "leaseUntil": .string(Timestamp(milliseconds: 0).text), "error": "",
            ]
        )
        _ = try session.insert(NewRow(id: id, createdAt: now, updatedAt: now, values: values), into: SystemTables.jobs)
        return id
    }

    /// The pending jobs that are due and that nobody holds, oldest first.
    static func due(at now: Timestamp, limit: Int, in session: any ReadSession) throws -> [String] {
        var query = RowQuery(limit: limit)
        let isDue: Filter = .compare("notBefore", .lessThanEqual, [.string(now.text)])
        query.filters = [
            .compare("state", .equal, ["pending"]), .or([isDue, .compare("attempts", .equal, [0])]),
            .compare("leaseUntil", .lessThanEqual, [.string(now.text)]),
        ]
        return try session.rows(query, in: SystemTables.jobs).map(\.id)
    }

    /// Leases a job unless it is gone, dead, not due, or held by another owner.
    /// - Parameter isWanted: whether the owner takes jobs of a kind.
    static func lease(
        _ id: String,
        for owner: String,
        at now: Timestamp,
        in session: any WriteSession,
        isWanted: (String) throws -> Bool = { _ in true }
    ) throws -> LeasedJob? {
        guard let row = try session.row(id, in: SystemTables.jobs) else { return nil }
        let record = Record(row, SystemTables.jobs)
        guard isDue(record, at: now), moment(record, "leaseUntil") <= now, try isWanted(record.string("kind"))
        else { return nil }
        try take(id, for: owner, at: now, in: session)
        return LeasedJob(
            id: id,
            job: Job(kind: record.string("kind"), payload: record["payload"]),
            attempts: record["attempts"].int ?? 0
        )
    }

    /// Prolongs a lease, unless another owner took the job over meanwhile.
    static func renew(_ id: String, for owner: String, at now: Timestamp, in session: any WriteSession) throws {
        guard try holds(id, owner, session) else { return }
        try take(id, for: owner, at: now, in: session)
    }

    private static func holds(_ id: String, _ owner: String, _ session: any WriteSession) throws -> Bool {
        guard let row = try session.row(id, in: SystemTables.jobs) else { return false }
        return Record(row, SystemTables.jobs).string("owner") == owner
    }

    private static func take(_ id: String, for owner: String, at now: Timestamp, in session: any WriteSession) throws {
        let until = Timestamp(milliseconds: now.milliseconds + leaseMilliseconds)
        try change(id, at: now, ["owner": .string(owner), "leaseUntil": .string(until.text)], in: session)
    }

    /// Ends a job that was carried out, unless another owner took it over meanwhile.
    static func complete(_ id: String, for owner: String, in session: any WriteSession) throws -> Bool {
        try holds(id, owner, session) && session.delete(id, from: SystemTables.jobs)
    }

    /// Puts a job back for a later try, or among the dead ones, unless another owner took it over meanwhile.
    static func fail(
        _ leased: LeasedJob,
        for owner: String,
        _ reason: String,
        at now: Timestamp,
        in session: any WriteSession
    ) throws {
        guard try holds(leased.id, owner, session) else { return }
        let attempts = leased.attempts + 1
        let again = Timestamp(milliseconds: now.milliseconds + Backoff.jobs.pause(after: attempts))
        try change(
            leased.id,
            at: now,
            [
                "attempts": .int(attempts), "state": attempts >= maximumAttempts ? "dead" : "pending",
                "notBefore": .string(again.text), "leaseUntil": .string(Timestamp(milliseconds: 0).text), "owner": "",
                "error": .string(reason),
            ],
            in: session
        )
    }

    /// Lets a dead job be tried again from the start.
    static func revive(_ id: String, at now: Timestamp, in session: any WriteSession) throws {
        let fields: JSONObject = ["attempts": 0, "state": "pending", "notBefore": .string(now.text), "error": ""]
        try change(id, at: now, fields, in: session)
    }

    /// Whether a job waits or is being carried out, and is not put back for later.
    static func isUnderWay(_ id: String, at now: Timestamp, in session: any ReadSession) throws -> Bool {
        guard let row = try session.row(id, in: SystemTables.jobs) else { return false }
        return isDue(Record(row, SystemTables.jobs), at: now)
    }

    /// What was never tried is due at once, whatever the clock says that it was queued by.
    private static func isDue(_ record: Record, at now: Timestamp) -> Bool {
        record.string("state") == "pending" && (record["attempts"].int == 0 || moment(record, "notBefore") <= now)
    }

    /// Shortens leases and pauses that are longer than anybody would have made them by the present time of day, so that
    /// a clock that is set back makes nothing wait for it.
    static func bringBack(_ ids: [String], at now: Timestamp, in session: any WriteSession) throws {
        for id in ids {
            guard let row = try session.row(id, in: SystemTables.jobs) else { continue }
            let record = Record(row, SystemTables.jobs)
            let attempts = record["attempts"].int ?? 0
            let latest = now.adding(milliseconds: Backoff.jobs.longest(after: attempts))
            let lease = now.adding(milliseconds: leaseMilliseconds)
            let fields: JSONObject = [
                "notBefore": .string(min(moment(record, "notBefore"), latest).text),
                "leaseUntil": .string(min(moment(record, "leaseUntil"), lease).text),
            ]
            try change(id, at: now, fields, in: session)
        }
    }

    /// The pending jobs whose lease, or whose pause, is longer than any.
    static func ahead(at now: Timestamp, in session: any ReadSession) throws -> [String] {
        func isBeyond(_ key: String, _ milliseconds: Int64) -> Filter {
            .compare(key, .greaterThan, [.string(now.adding(milliseconds: milliseconds).text)])
        }
        let longest = Backoff.jobs.longest(after: maximumAttempts)
        var query = RowQuery(limit: 100)
        query.filters = [
            .compare("state", .equal, ["pending"]),
            .or([isBeyond("notBefore", longest), isBeyond("leaseUntil", leaseMilliseconds)]),
        ]
        return try session.rows(query, in: SystemTables.jobs).map(\.id)
    }

    private static func moment(_ record: Record, _ key: String) -> Timestamp {
        Timestamp(parsing: record.string(key)) ?? Timestamp(milliseconds: 0)
    }

    private static func change(
        _ id: String,
        at now: Timestamp,
        _ fields: JSONObject,
        in session: any WriteSession
    ) throws {
        _ = try session.update(id, Record.change(SystemTables.jobs, at: now, fields), in: SystemTables.jobs)
    }
}
