import Catalog
import Values

extension Batch {
    /// Counts the steps against their limits, all of them or none; but for those that are counted late.
    func count(_ pipeline: Pipeline) async throws {
        let ready = steps.filter { $0.ready != nil }
        do { _ = try await pipeline.count(ready.map { $0.ready!.call }) } catch let refused as RefusedCall {
            let error = refused.error.said(in: ready[refused.place].operation.dialect)
            throw request.isBatch ? error.inStep(ready[refused.place].id) : error
        }
    }

    /// Runs steps in a transaction and sees to it that those count which are counted inside of it.
    /// - Parameter isUndone: whether the transaction is given up in any case.
    func counting<R>(
        _ pipeline: Pipeline,
        isUndone: Bool,
        _ body: (LateCalls) async throws -> R
    ) async throws -> R {
        let late = LateCalls()
        let result: R
        do { result = try await body(late) } catch {
            try await late.settle(pipeline)
            throw error
        }
        if isUndone { try await late.settle(pipeline) }
        return result
    }
}
