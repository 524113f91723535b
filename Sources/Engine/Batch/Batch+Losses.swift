import Catalog
import Storage
import Values

/// What the steps of a request would destroy, and all that a confirmation of that depends on.
struct Losses: Sendable {
    /// By step, in their order.
    let destroyed: [BatchRun.Destroyed]
    fileprivate let version: Int64

    /// - Parameter version: that of the schema.
    init(_ destroyed: [BatchRun.Destroyed], version: Int64) {
        self.destroyed = destroyed
        self.version = version
    }

    /// As a confirmation shows it.
    var would: JSON { .array(destroyed.map(\.json)) }

    /// A digest that moves with it.
    var mark: String { ConfirmationToken.mark(of: (["schema": .int(version), "would": would] as JSON).encoded) }
}

extension Batch {
    /// Finds out what the steps would destroy, by rehearsing them in one transaction.
    ///
    /// Steps that are each for themselves may not get along in one: an index can't be made again where it is just being
    /// deleted, and what has transactions of its own is not done in another one. Then each step that may destroy something
    /// is rehearsed alone, upon what is there now.
    func losses(_ pipeline: Pipeline) async throws -> Losses {
        try await goAhead(pipeline)
        guard request.isBatch, !request.isOneTransaction else { return try await losses(of: steps, pipeline) }
        do { return try await losses(of: steps, pipeline) } catch is AppError {}
        var destroyed: [BatchRun.Destroyed] = []
        var version: Int64 = 0
        for step in steps where step.mayDestroy {
            let alone = try await losses(of: try needed(by: step), pipeline)
            destroyed += alone.destroyed.filter { $0.step == step.id }
            version = alone.version
        }
        return Losses(destroyed, version: version)
    }

    private func losses(of steps: [PlannedStep], _ pipeline: Pipeline) async throws -> Losses {
        try await counting(pipeline, isUndone: true) { late in
            try await pipeline.store.rehearse { session in
                let version = try session.schemaVersion()
                let run = BatchRun(steps, of: request, pipeline, clock, now, late)
                return Losses(try run.write(session, .foreseen).destroyed, version: version)
            }
        }
    }

    /// A step behind those whose results it refers to, directly or through them.
    private func needed(by step: PlannedStep) throws(AppError) -> [PlannedStep] {
        var names: Set<String> = [step.id]
        // References lead backwards only.
        for step in steps.reversed() where names.contains(step.id) {
            names.formUnion(try References.steps(step.arguments))
        }
        return steps.filter { names.contains($0.id) }
    }
}
