import Glibc
import Values

/// Runs bodies in transactions on one connection, again where MongoDB asks for it.
struct MongoTransactions {
    let project: MongoProject
    let connection: MongoConnection

    /// For how long after a call was made a deployment that has no primary is asked again, in nanoseconds. With the time
    /// that one choice of a server may take, a call fails within five seconds.
    static let connectionPatience: UInt64 = 2_000_000_000
    /// For how long transactions that meet each other are tried again, in nanoseconds.
    private static let conflictPatience: UInt64 = 15_000_000_000
    /// For how long a transaction that the server's cache can't hold is tried again, in nanoseconds. Each try sends
    /// everything once more.
    private static let cachePatience: UInt64 = 1_000_000_000

    /// When to try again after a failure, or not at all.
    struct Patience {
        private let start: UInt64
        private var tries: UInt32 = 0

        /// - Parameter start: when the call was made, on the monotonic clock in nanoseconds.
        init(since start: UInt64 = monotonicNanoseconds()) {
            self.start = start
        }

        /// Sleeps before the next try; throws the failure once there is none.
        mutating func wait(_ failure: MongoFailure, _ hosts: String) throws(StoreError) {
            let limit =
                failure.isConnection ? connectionPatience : failure.isCacheFull ? cachePatience : conflictPatience
            guard failure.isTransient, monotonicNanoseconds() - start < limit else { throw failure.storeError(hosts) }
            tries += 1
            let most = failure.isConnection || failure.isCacheFull ? 50_000 : UInt32(500) << min(tries, 6)
            usleep(UInt32.random(in: most / 4...most))
        }
    }

    /// It can't be told whether a commit happened; nothing may be tried again.
    private struct UnknownCommit: Error {
        var error: StoreError
    }

    /// Runs one body in a transaction of its own.
    ///
    /// - Parameter start: when it was asked for, on the monotonic clock in nanoseconds.
    func run(since start: UInt64 = monotonicNanoseconds(), _ body: (MongoSession) throws -> Void) throws {
        try run(since: start, isRehearsal: false, body)
    }

    /// Runs one body in a transaction up to its commit, and then gives the transaction up.
    func rehearse(_ body: (MongoSession) throws -> Void) throws {
        try run(since: monotonicNanoseconds(), isRehearsal: true, body)
    }

    private func run(since start: UInt64, isRehearsal: Bool, _ body: (MongoSession) throws -> Void) throws {
        var patience = Patience(since: start)
        var isCareful = false
        var refusals: [Int: StoreError] = [:]
        var gate: SchemaGate?
        var needsGate = false
        defer { gate?.leave(project, connection) }
        while true {
            do {
                if needsGate, gate == nil { gate = try SchemaGate.enter(project, connection) }
            } catch let failure as MongoFailure {
                try patience.wait(failure, connection.hosts)
                continue
            }
            let writes = PendingWrites(
                careful: isCareful,
                refusals: refusals,
                gate: gate,
                isRehearsal: isRehearsal
            )
            do {
                try attempt(writes) { session in
                    try body(session)
                    if writes.newRefusal != nil || writes.needsGate { throw PendingWrites.GivenUp() }
                }
                // The commit gave it back.
                if writes.hasBumped, !isRehearsal { gate = nil }
                return
            } catch let unknown as UnknownCommit {
                throw unknown.error
            } catch  where writes.wasRefused && !isCareful {
                isCareful = true
            } catch let failure as MongoFailure {
                try patience.wait(failure, connection.hosts)
            } catch let lack as PendingWrites.LacksTable {
                do { try project.makeOptional(lack.id, connection) } catch let failure as MongoFailure {
                    try patience.wait(failure, connection.hosts)
                }
            } catch is PendingWrites.SchemaChanges {
                gate?.leave(project, connection)
                gate = nil
                try patience.wait(.schemaChanges, connection.hosts)
            } catch is PendingWrites.GivenUp {
                if writes.needsGate {
                    needsGate = true
                } else if let refusal = writes.newRefusal {
                    refusals[refusal.number] = refusal.error
                }
            }
        }
    }

    /// Runs many bodies in one transaction, or in smaller ones where one body stands in the way of the others.
    func run(_ requests: ArraySlice<WriteQueue<MongoSession>.Request>) {
        var group = requests
        var patience = Patience(since: group.map(\.submitted).min() ?? 0)
        for _ in 0..<20 {
            guard group.count > 1 else {
                guard let request = group.first else { return }
                do { try run(since: request.submitted, request.run) } catch { return request.finish(error) }
                return request.finish(nil)
            }
            let writes = PendingWrites(careful: false)
            var outcomes: [(any Error)?] = []
            do {
                try attempt(writes) { session in
                    for request in group {
                        do { outcomes.append(try part(request, writes, session)) } catch {
                            if let stopped = Stopped(error, at: outcomes.count, connection.hosts) { throw stopped }
                            throw error
                        }
                    }
                }
                for (request, outcome) in zip(group, outcomes) { request.finish(outcome) }
                return
            } catch let unknown as UnknownCommit {
                for request in group { request.finish(unknown.error) }
                return
            } catch let stopped as Stopped {
                group.remove(at: group.startIndex + stopped.place).finish(stopped.error)
            } catch let failure as MongoFailure where failure.isConnection {
                finishLate(&group, Self.connectionPatience, failure.storeError(connection.hosts))
                usleep(UInt32.random(in: 10_000...50_000))
            } catch let failure as MongoFailure where failure.isCacheFull {
                // Each try sends everything once more, and a half may fit.
                finishLate(&group, Self.conflictPatience, Self.crowded)
                if group.count > 1 { break }
            } catch let failure as MongoFailure where !writes.wasRefused {
                do throws(StoreError) { try patience.wait(failure, connection.hosts) } catch {
                    if failure.isTransient { finishLate(&group, Self.conflictPatience, error) }
                    break
                }
            } catch let lack as PendingWrites.LacksTable {
                do { try project.makeOptional(lack.id, connection) } catch { break }
            } catch is PendingWrites.SchemaChanges {
                do throws(StoreError) { try patience.wait(.schemaChanges, connection.hosts) } catch { break }
            } catch {
                break
            }
        }
        let middle = group.startIndex + group.count / 2
        run(group[..<middle])
        run(group[middle...])
    }

    /// What is said to calls that waited long behind others in vain.
    private static let crowded = StoreError(
        .busy,
        "the writes that came together were again and again more than the server's cache holds; try again"
    )

    /// Lets calls that have waited long enough hear of a failure; the others wait on.
    private func finishLate(
        _ group: inout ArraySlice<WriteQueue<MongoSession>.Request>,
        _ patience: UInt64,
        _ error: StoreError
    ) {
        let now = monotonicNanoseconds()
        for request in group where now - request.submitted >= patience { request.finish(error) }
        group = group.filter { now - $0.submitted < patience }[...]
    }

    /// One body of several was cancelled or took too long, and the transaction with it.
    private struct Stopped: Error {
        let place: Int
        let error: StoreError

        /// nil for what another try may mend.
        init?(_ error: any Error, at place: Int, _ hosts: String) {
            let failure = error as? MongoFailure
            let cause = failure?.isTimeout == true ? failure?.storeError(hosts) : error as? StoreError
            guard let found = cause, found.kind == .timeout || found.kind == .cancelled else { return nil }
            self.place = place
            self.error = found
        }
    }

    /// Runs one body of several and returns its error; throws when the transaction can't go on without it.
    private func part(
        _ request: WriteQueue<MongoSession>.Request,
        _ writes: PendingWrites,
        _ session: MongoSession
    ) throws -> (any Error)? {
        let mark = writes.mark()
        do { try request.run(session) } catch {
            let isOurs =
                error is MongoFailure || error is PendingWrites.GivenUp || error is PendingWrites.SchemaChanges
                || error is PendingWrites.LacksTable
            guard !writes.wasRefused, !isOurs, writes.goBack(to: mark) else { throw error }
            return error
        }
        return nil
    }

    private func attempt(_ writes: PendingWrites, _ body: (MongoSession) throws -> Void) throws {
        let server = try connection.session(.plain)
        let session = MongoSession(project, connection, server, writes: writes)
        do {
            try server.begin(makesCollections: writes.isRehearsal)
            // Before anything else: it makes the snapshot, and what changes tables waits for whoever has read it.
            _ = try session.schemaVersion()
            try body(session)
            try writes.sendAll(session)
            if writes.isRehearsal { server.abort() } else { try commit(server) }
        } catch {
            server.abort()
            throw error
        }
    }

    /// Commits; asks again while it is unknown whether the server did.
    private func commit(_ server: MongoServerSession) throws {
        let start = monotonicNanoseconds()
        while true {
            do throws(MongoFailure) { return try server.commit() } catch {
                guard error.isUnknownCommit else { throw error }
                guard monotonicNanoseconds() - start < Self.connectionPatience else {
                    throw UnknownCommit(
                        error: StoreError(
                            .unavailable,
                            "MongoDB at \(connection.hosts) was lost during a commit, so that it is unknown whether "
                                + "the write was kept (\(error.message)); read before you write again"
                        )
                    )
                }
                usleep(20_000)
            }
        }
    }
}
