import Glibc
import Values

/// Runs bodies in transactions on one connection, again where MongoDB asks for it.
struct MongoTransactions {
    let project: MongoProject
    let connection: MongoConnection

    /// For how long a deployment that has no primary is asked again, in nanoseconds. With the time that one choice of a
    /// server may take, a call fails within five seconds.
    static let connectionPatience: UInt64 = 2_500_000_000
    /// For how long transactions that meet each other are tried again, in nanoseconds.
    private static let conflictPatience: UInt64 = 15_000_000_000

    /// When to try again after a failure, or not at all.
    struct Patience {
        private let start = monotonicNanoseconds()
        private var tries: UInt32 = 0

        /// Sleeps before the next try; throws the failure once there is none.
        mutating func wait(_ failure: MongoFailure, _ hosts: String) throws(StoreError) {
            let limit = failure.isConnection ? connectionPatience : conflictPatience
            guard failure.isTransient, monotonicNanoseconds() - start < limit else { throw failure.storeError(hosts) }
            tries += 1
            let most = failure.isConnection ? 50_000 : UInt32(500) << min(tries, 6)
            usleep(UInt32.random(in: most / 4...most))
        }
    }

    /// Runs one body in a transaction of its own.
    func run(_ body: (MongoSession) throws -> Void) throws {
        var patience = Patience()
        var isCareful = false
        var refusals: [Int: StoreError] = [:]
        while true {
            let writes = PendingWrites(careful: isCareful, refusals: refusals)
            do {
                return try attempt(writes) { session in
                    try body(session)
                    if writes.newRefusal != nil { throw PendingWrites.GivenUp() }
                }
            } catch  where writes.wasRefused && !isCareful {
                isCareful = true
            } catch let failure as MongoFailure {
                try patience.wait(failure, connection.hosts)
            } catch is PendingWrites.GivenUp {
                guard let refusal = writes.newRefusal else {
                    throw StoreError(.internalFault, "a transaction was given up for no reason")
                }
                refusals[refusal.number] = refusal.error
            }
        }
    }

    /// Runs many bodies in one transaction, or in smaller ones where one body stands in the way of the others.
    func run(_ group: ArraySlice<WriteQueue<MongoSession>.Request>) {
        guard group.count > 1 else {
            guard let request = group.first else { return }
            do { try run(request.run) } catch { return request.finish(error) }
            return request.finish(nil)
        }
        var patience = Patience()
        for _ in 0..<5 {
            let writes = PendingWrites(careful: false)
            var outcomes: [(any Error)?] = []
            do {
                try attempt(writes) { session in
                    for request in group { outcomes.append(try part(request, writes, session)) }
                }
                for (request, outcome) in zip(group, outcomes) { request.finish(outcome) }
                return
            } catch let failure as MongoFailure where !writes.wasRefused {
                do throws(StoreError) { try patience.wait(failure, connection.hosts) } catch {
                    for request in group { request.finish(error) }
                    return
                }
            } catch {
                break
            }
        }
        let middle = group.startIndex + group.count / 2
        run(group[..<middle])
        run(group[middle...])
    }

    /// Runs one body of several and returns its error; throws when the transaction can't go on without it.
    private func part(
        _ request: WriteQueue<MongoSession>.Request,
        _ writes: PendingWrites,
        _ session: MongoSession
    ) throws -> (any Error)? {
        let mark = writes.mark()
        do { try request.run(session) } catch {
            guard !writes.wasRefused, !(error is MongoFailure), writes.goBack(to: mark) else { throw error }
            return error
        }
        return nil
    }

    private func attempt(_ writes: PendingWrites, _ body: (MongoSession) throws -> Void) throws {
        let server = try connection.session(.plain)
        let session = MongoSession(project, connection, server, writes: writes)
        do {
            try server.begin()
            // Before anything else: it makes the snapshot, and what changes tables waits for whoever has read it.
            _ = try session.schemaVersion()
            try body(session)
            try writes.sendAll(session)
            try commit(server)
        } catch {
            server.abort()
            throw error
        }
        if let version = session.bumpedVersion { project.noteVersion(version, at: monotonicNanoseconds()) }
    }

    /// Commits; asks again while it is unknown whether the server did.
    private func commit(_ server: MongoServerSession) throws {
        let start = monotonicNanoseconds()
        while true {
            do throws(MongoFailure) { return try server.commit() } catch {
                guard error.isUnknownCommit else { throw error }
                guard monotonicNanoseconds() - start < Self.connectionPatience else {
                    throw StoreError(
                        .unavailable,
                        "MongoDB at \(connection.hosts) was lost during a commit, so that it is unknown whether the "
                            + "write was kept (\(error.message)); read before you write again"
                    )
                }
                usleep(20_000)
            }
        }
    }
}
