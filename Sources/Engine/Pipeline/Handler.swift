import Values

/// What happens for one operation.
///
/// `prepare` runs first, without a session: it reads arguments, hashes, calls out, waits. `body` is synchronous, runs
/// inside one session and may run again. `conclude`, where there is one, makes the answer once the jobs that the body
/// queued are done.
struct Handler: Sendable {
    /// The operations that it serves.
    let ids: [String]
    let run: @Sendable (Call, Pipeline) async throws -> Response

    /// An operation that only reads.
    static func read<Input: Sendable, Result: Answer>(
        _ ids: String...,
        prepare: @escaping @Sendable (Call) async throws -> Input,
        body: @escaping @Sendable (Input, ReadContext) throws -> Result
    ) -> Handler {
        Handler(ids: ids) { call, pipeline in
            let input = try await prepare(call)
            return try await pipeline.read(call) { context in try body(input, context) }
        }
    }

    /// An operation that only reads, straight from its arguments.
    static func read(_ ids: String..., body: @escaping @Sendable (ReadContext) throws -> JSON) -> Handler {
        Handler(ids: ids) { call, pipeline in try await pipeline.read(call, body) }
    }

    /// An operation that changes rows.
    static func write<Input: Sendable, Result: Answer>(
        _ ids: String...,
        prepare: @escaping @Sendable (Call) async throws -> Input,
        body: @escaping @Sendable (Input, WriteContext) throws -> Result
    ) -> Handler {
        Handler(ids: ids) { call, pipeline in
            let input = try await prepare(call)
            return try await pipeline.write(call, grouped: true) { context in try body(input, context) }.response
        }
    }

    /// An operation that changes the schema.
    static func define<Input: Sendable>(
        _ ids: String...,
        prepare: @escaping @Sendable (Call) async throws -> Input,
        body: @escaping @Sendable (Input, WriteContext) throws -> JSON,
        conclude: (@Sendable (Input, ReadContext) throws -> JSON)? = nil
    ) -> Handler {
        define(ids: ids, prepare: prepare, body: body, conclude: conclude)
    }

    /// As above, for a family of operations.
    static func define<Input: Sendable>(
        ids: [String],
        prepare: @escaping @Sendable (Call) async throws -> Input,
        body: @escaping @Sendable (Input, WriteContext) throws -> JSON,
        conclude: (@Sendable (Input, ReadContext) throws -> JSON)? = nil
    ) -> Handler {
        Handler(ids: ids) { call, pipeline in
            let input = try await prepare(call)
            let outcome = try await pipeline.write(call, grouped: false) { context in
                try context.changeSchema()
                return try body(input, context)
            }
            await pipeline.jobs.finish(outcome.awaited)
            guard let conclude else { return outcome.response }
            return try await pipeline.read(call) { context in try conclude(input, context) }
        }
    }
}
