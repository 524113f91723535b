import Logging
import Storage
import Values

/// Carries out jobs: those that a call of this process waits for at once, all others in the background.
///
/// Any number of processes may run one over the same store. A job is leased before it is tried; a process that dies
/// leaves a lease that runs out, and another one tries again.
package final class JobRunner: Sendable {
    private let store: any DocumentStore
    private let handlers: [String: JobHandler]
    private let clock: WallClock
    private let log: Logger
    private let owner: String

    init(_ store: any DocumentStore, _ handlers: [JobHandler], _ clock: WallClock, _ log: Logger) {
        self.store = store
        self.handlers = Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) })
        self.clock = clock
        self.log = log
        owner = clock.makeID()
    }

    /// What a job will destroy.
    func losses(of job: Job, in session: any ReadSession) throws -> [Loss] {
        try handlers[job.kind]?.losses(job.payload, session) ?? []
    }

    /// Carries out jobs that were just queued, or waits for the process that was faster; what can't be done now, or
    /// takes another process longer than ten seconds, stays for later.
    func finish(_ ids: [String]) async {
        for id in ids {
            _ = await attempt(id)
            for _ in 0..<500 {
                let now = clock.now
                let waits = try? await store.read { try JobQueue.isUnderWay(id, at: now, in: $0) }
                guard waits == true, (try? await Task.sleep(for: .milliseconds(20))) != nil else { break }
            }
        }
    }

    /// Carries out everything that is due.
    /// - Returns: how many jobs were tried.
    @discardableResult
    package func drain() async throws -> Int {
        try await bringBack()
        var tried = 0
        while !Task.isCancelled {
            let now = clock.now
            let due = try await store.read { try JobQueue.due(at: now, limit: 100, in: $0) }
            if due.isEmpty { break }
            var leased = 0
            for id in due where await attempt(id) { leased += 1 }
            tried += leased
            // Nothing of it can be had now: the store refuses writes, or it is for other processes.
            if leased == 0 { break }
        }
        return tried
    }

    private func bringBack() async throws {
        let now = clock.now
        let ahead = try await store.read { try JobQueue.ahead(at: now, in: $0) }
        guard !ahead.isEmpty else { return }
        try await store.write { try JobQueue.bringBack(ahead, at: now, in: $0) }
    }

    /// Runs until cancelled: what other processes left behind, and what failed here and is due again.
    package func run(pollingEvery interval: Duration = .seconds(5)) async {
        while !Task.isCancelled {
            do { try await drain() } catch { log.error("jobs can't be read: \(error)") }
            try? await Task.sleep(for: interval)
        }
    }

    /// - Returns: whether this process had the job.
    private func attempt(_ id: String) async -> Bool {
        do {
            let now = clock.now
            let leased = try await store.write { [owner, handlers] session in
                try JobQueue.lease(id, for: owner, at: now, in: session) { kind in
                    try handlers[kind]?.canPerform(session) ?? true
                }
            }
            guard let leased else { return false }
            CrashPoint.reach("job.leased")
            await perform(leased)
            return true
        } catch {
            log.error("job \(id) can't be leased: \(error)")
            return false
        }
    }

    private func perform(_ leased: LeasedJob) async {
        let renewal = Task { await renew(leased.id) }
        defer { renewal.cancel() }
        do {
            guard let handler = handlers[leased.job.kind] else {
                throw StoreError(.internalFault, "no handler for jobs of kind \(leased.job.kind)")
            }
            try await handler.perform(JobRun(leased: leased, owner: owner, store: store, now: clock.now))
            CrashPoint.reach("job.completed")
        } catch is LeaseLost {
            log.info("job \(leased.job.kind) was taken over by another process")
        } catch {
            await postpone(leased, "\(error)")
        }
    }

    private func postpone(_ leased: LeasedJob, _ reason: String) async {
        log.warning("job \(leased.job.kind) failed (try \(leased.attempts + 1)): \(reason)")
        let now = clock.now
        do {
            try await store.write { [owner] in try JobQueue.fail(leased, for: owner, reason, at: now, in: $0) }
        } catch {
            log.error("job \(leased.id) can't be put back, its lease will run out: \(error)")
        }
    }

    /// Keeps the lease of a job that takes long.
    private func renew(_ id: String) async {
        while (try? await Task.sleep(for: .milliseconds(JobQueue.leaseMilliseconds / 3))) != nil {
            let now = clock.now
            try? await store.write { [owner] in try JobQueue.renew(id, for: owner, at: now, in: $0) }
        }
    }
}
