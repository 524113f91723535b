import Catalog
import Storage
package import Values

extension Engine {
    /// Answers a request: one call or several, for real or as a rehearsal, confirmed where that is asked for.
    /// - Throws: an error of the contract; nothing was changed then, unless it is of a job after the commit.
    package func answer(_ request: ExecutionRequest) async throws(AppError) -> Outcome {
        calls.begin()
        defer { calls.end() }
        if let console = try await console(for: request.steps.map(\.invocation)) {
            return try await console.answer(request)
        }
        var request = request
        if let removal = try await removal(request.steps.map(\.invocation)) {
            request.steps[0].invocation = removal.invocation
            return try await removal.console.answer(request)
        }
        for index in request.steps.indices {
            let invocation = try await authenticated(request.steps[index].invocation)
            request.steps[index].invocation = try await impersonating(invocation)
        }
        var answer = try await unselected(request)
        guard let selection = request.selection else { return answer }
        do { answer = try answer.selecting(selection) } catch {
            throw AppError(.generalServerError, "A result could not be read again because of a fault in Tandem.")
        }
        return answer
    }

    private func unselected(_ request: ExecutionRequest) async throws(AppError) -> Outcome {
        if !request.isBatch, !request.isDryRun {
            let invocation = request.steps[0].invocation
            let found = try find(invocation)
            if request.confirmation == .notNeeded || !found.operation.destroys(invocation.arguments) {
                return Outcome(.result(try await execute(invocation, found)))
            }
        }
        let steps = try plan(request)
        let asks = request.confirmation != .notNeeded && steps.contains(where: \.mayDestroy)
        let batch = Batch(steps: steps, request: request, clock: clock, now: clock.now)
        return try await translating(request.isBatch ? "The batch" : steps[0].operation.id) {
            () async throws -> Outcome in
            try await keys.check(store)
            if request.isDryRun { return try await batch.rehearsed(pipeline) }
            return try await asks ? confirmed(batch) : run(batch, destroying: [])
        }
    }

    // MARK: Planning

    private func plan(_ request: ExecutionRequest) throws(AppError) -> [PlannedStep] {
        try checkIDs(request)
        var steps: [PlannedStep] = []
        let ids = request.steps.map(\.id)
        for (index, step) in request.steps.enumerated() {
            do throws(AppError) {
                steps.append(try plan(step, request, ids[..<index], ids[index...]))
            } catch {
                throw request.isBatch ? error.inStep(step.id) : error
            }
        }
        return steps
    }

    private func plan(
        _ step: ExecutionRequest.Step,
        _ request: ExecutionRequest,
        _ earlier: ArraySlice<String>,
        _ later: ArraySlice<String>
    ) throws(AppError) -> PlannedStep {
        let invocation = step.invocation
        let found = try find(invocation)
        let operation = found.operation
        if operation.runs == .outside, request.isDryRun || (request.isBatch && request.isAtomic) {
            throw request.isDryRun
                ? AppError(
                    .generalBadRequest,
                    "\(operation.id) waits or calls out, which can't be rehearsed.",
                    argument: "dryRun",
                    hint: "Run it without \"dryRun\"."
                )
                : AppError(
                    .batchNotAtomic,
                    "\(operation.id) waits or calls out, which can't be undone with the other steps.",
                    argument: "atomic",
                    hint: "Set \"atomic\" to false, or run it apart."
                )
        }
        let refers = request.isBatch && References.areIn(.object(invocation.arguments))
        if refers { try References.check(invocation.arguments, earlier: Array(earlier), later: Array(later)) }
        return PlannedStep(
            id: step.id,
            found: found,
            client: invocation.client,
            isProven: invocation.isProven,
            arguments: invocation.arguments,
            ready: try refers
                ? nil : found.reading(invocation.arguments, from: invocation.client, at: clock.now, clock)
        )
    }

    private func checkIDs(_ request: ExecutionRequest) throws(AppError) {
        guard (1...ExecutionRequest.maximumSteps).contains(request.steps.count) else {
            throw AppError(
                .generalArgumentInvalid,
                "A batch has 1 to \(ExecutionRequest.maximumSteps) steps, not \(request.steps.count).",
                argument: "steps",
                hint: "Operations on many rows at once, such as tablesDB.createRows, count as one step."
            )
        }
        var seen: Set<String> = []
        for (index, step) in request.steps.enumerated() {
            let isOwnNumber = step.id == String(index)
            guard ID.isValid(step.id), isOwnNumber || Int(step.id) == nil else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(step.id)' can't be the id of a step.",
                    argument: "steps[\(index)].id",
                    hint: "Write 1 to 36 of A-Z a-z 0-9 . _ - with a letter among them; without an id it is '\(index)'."
                )
            }
            guard seen.insert(step.id).inserted else {
                throw AppError(
                    .generalArgumentInvalid,
                    "Two steps have the id '\(step.id)'.",
                    argument: "steps[\(index)].id",
                    hint: "Give each step an id of its own, or none."
                )
            }
        }
    }

    // MARK: Running

    /// - Parameter confirmed: the ids of the steps that may destroy something.
    private func run(_ batch: Batch, destroying confirmed: Set<String>) async throws -> Outcome {
        if batch.isApart { return Outcome(.result(try await execute(batch.request.steps[0].invocation))) }
        guard batch.request.isAtomic else { return try await oneByOne(batch, destroying: confirmed) }
        return try await batch.run(pipeline, mark: nil)
    }

    /// Each step for itself; what was done before one fails stays done.
    private func oneByOne(_ batch: Batch, destroying confirmed: Set<String>) async throws -> Outcome {
        var results: [(id: String, response: Response)] = []
        var room = batch.request.maximumBytes
        for step in batch.steps {
            do throws(AppError) {
                let done = results
                let arguments = try References.resolved(step.arguments) { id throws(AppError) in
                    try done.first { $0.id == id }!.response.value
                }
                if batch.request.confirmation != .notNeeded, !confirmed.contains(step.id) {
                    try await checkHarmless(step, arguments)
                }
                var invocation = Invocation(step.operation.id, arguments, as: step.actor, from: step.client)
                invocation.isProven = step.isProven
                let response = try await execute(invocation)
                room -= response.encoded.count
                guard room >= 0 else { throw batch.request.tooMuch }
                results.append((step.id, response))
            } catch {
                return Outcome(.results(results), failure: error.inStep(step.id))
            }
        }
        return Outcome(.results(results))
    }

    /// - Throws: what a step is refused with that destroys something after all, now that its arguments are known.
    private func checkHarmless(_ step: PlannedStep, _ arguments: JSONObject) async throws(AppError) {
        guard step.operation.destroys(arguments) else { return }
        let ready = try step.found.reading(arguments, from: step.client, at: clock.now, clock)
        let destroys = try await translating(step.operation.id) {
            try await pipeline.read(ready.call) { try ready.work.destroys($0) }
        }
        if destroys { throw BatchRun.unconfirmed(ready.call).said(in: ready.call.dialect) }
    }

    /// Asks for a confirmation where something would be destroyed, or runs what was confirmed.
    private func confirmed(_ batch: Batch) async throws -> Outcome {
        let call = batch.canonical(in: project)
        guard case .needed(let token?) = batch.request.confirmation else {
            let losses = try await batch.losses(pipeline)
            guard !losses.destroyed.isEmpty else { return try await run(batch, destroying: []) }
            let tokens = try await ConfirmationToken.open(store)
            return Outcome(
                .confirmation([
                    "token": .string(tokens.make(call: call, mark: losses.mark, at: batch.now)),
                    "expiresIn": .int(ConfirmationToken.seconds), "would": losses.would,
                ])
            )
        }
        let mark = try await ConfirmationToken.open(store).check(token, call: call, at: batch.now).mark
        if batch.request.isAtomic, !batch.isApart { return try await batch.run(pipeline, mark: mark) }
        let losses = try await batch.losses(pipeline)
        guard losses.mark == mark else { throw Batch.hasChanged }
        return try await run(batch, destroying: Set(losses.destroyed.map(\.step)))
    }
}
