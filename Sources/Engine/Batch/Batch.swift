import Catalog
import Storage
import Values

/// Steps that share one transaction.
struct Batch: Sendable {
    let steps: [PlannedStep]
    let request: ExecutionRequest
    let clock: WallClock
    let now: Timestamp

    private var isReading: Bool { steps.allSatisfy { $0.operation.effect == .read && !$0.countsLate } }

    /// A change of the schema must not share its transaction with other calls; what can't be told yet may be one.
    private var isGrouped: Bool {
        steps.allSatisfy { step in
            switch step.ready?.work.body {
            case .read?, .write?: true
            case .define?, .apart?, nil: false
            }
        }
    }

    /// Whether it is a single call that has transactions of its own.
    var isApart: Bool {
        guard !request.isBatch, case .apart? = steps[0].ready?.work.body else { return false }
        return true
    }

    /// Runs the steps in one transaction, and then what they queued.
    /// - Parameter mark: what the steps may destroy, if they are bound to something; otherwise they may destroy nothing,
    ///   unless no confirmation is needed.
    func run(_ pipeline: Pipeline, mark: String?) async throws -> Outcome {
        var outcome: BatchRun.Tally
        try await goAhead(pipeline)
        if isReading {
            outcome = try await pipeline.store.read { session in try attempt(pipeline).read(session) }
        } else {
            let mode: BatchRun.Mode = request.confirmation == .notNeeded ? .plain : .unconfirmed
            outcome = try await counting(pipeline, isUndone: false) { late in
                try await pipeline.store.write(grouped: isGrouped && mark == nil) { session in
                    let version = mark == nil ? 0 : try session.schemaVersion()
                    let outcome = try attempt(pipeline, late).write(session, mark == nil ? mode : .recorded)
                    if let mark, Losses(outcome.destroyed, version: version).mark != mark { throw Self.hasChanged }
                    CrashPoint.reach("write.beforeCommit")
                    return outcome
                }
            }
            CrashPoint.reach("write.committed")
        }
        await pipeline.jobs.finish(outcome.awaited)
        for (index, step) in outcome.concluding {
            outcome.responses[index] = try await conclude(step, index, pipeline)
        }
        return answer(outcome.responses)
    }

    /// What the steps would do.
    func rehearsed(_ pipeline: Pipeline) async throws -> Outcome {
        let outcome = try await rehearsal(pipeline)
        var answer = answer(outcome.responses)
        answer.rehearsal = Outcome.Rehearsal(
            events: outcome.events.compactMap { EventRecord(parsing: $0)?.name },
            effects: outcome.effects
        )
        return answer
    }

    static let hasChanged = ConfirmationToken.stale("What would be destroyed is no longer what was confirmed.")

    /// The request in a form in which equal ones are equal: what a confirmation is bound to.
    func canonical(in project: String) -> [UInt8] {
        let calls = steps.map { step -> JSON in
            [
                "operation": .string(step.operation.id), "actor": .string("\(step.actor)"),
                "arguments": Self.sorted(.object(step.ready?.call.arguments ?? step.arguments)),
            ]
        }
        return (["project": .string(project), "atomic": .bool(request.isAtomic), "calls": .array(calls)] as JSON)
            .encoded
    }

    private static func sorted(_ value: JSON) -> JSON {
        switch value {
        case .array(let items): return .array(items.map(sorted))
        case .object(let object):
            let members = object.members.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value)) }
            return .object(JSONObject(members))
        default: return value
        }
    }

    /// Does what must come before the transaction of the steps, and what they would rather not do inside it.
    func goAhead(_ pipeline: Pipeline) async throws {
        try await count(pipeline)
        for step in steps { try await step.ready?.work.ahead?(pipeline) }
    }

    private func rehearsal(_ pipeline: Pipeline) async throws -> BatchRun.Tally {
        try await goAhead(pipeline)
        if isReading { return try await pipeline.store.read { session in try attempt(pipeline).read(session) } }
        return try await counting(pipeline, isUndone: true) { late in
            try await pipeline.store.rehearse { session in try attempt(pipeline, late).write(session, .recorded) }
        }
    }

    private func attempt(_ pipeline: Pipeline, _ late: LateCalls = LateCalls()) -> BatchRun {
        BatchRun(steps, of: request, pipeline, clock, now, late)
    }

    private func answer(_ responses: [Response]) -> Outcome {
        request.isBatch ? Outcome(.results(zip(steps, responses).map { ($0.id, $1) })) : Outcome(.result(responses[0]))
    }

    /// The answer of a step after its jobs. The transaction is over, so what went wrong with a job undoes nothing.
    private func conclude(_ step: ReadyCall, _ index: Int, _ pipeline: Pipeline) async throws -> Response {
        do { return try await pipeline.read(step.call, step.work.conclude!) } catch let error as AppError {
            let said = error.said(in: step.call.dialect)
            guard request.isBatch else { throw said }
            throw said.inStep(steps[index].id).hinting(
                "All steps are done and stay so, but a job of this one failed. \(error.hint ?? "")"
            )
        }
    }
}
