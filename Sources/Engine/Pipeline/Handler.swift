import Values

/// What happens for one operation, or for a family of them.
///
/// `prepare` runs first, without a session: it reads arguments and makes ids. `body` is synchronous, runs inside one
/// session and may run again. `conclude`, where there is one, makes the answer once the jobs that the body queued are
/// done. Because the parts are known apart, every operation can be a step of a batch and can be rehearsed.
struct Handler: Sendable {
    /// The operations that it serves.
    let ids: [String]
    /// Reads the arguments of a call.
    let work: @Sendable (Call) throws -> Work

    /// An operation that only reads.
    static func read<Input: Sendable, Result: Answer>(
        _ ids: String...,
        prepare: @escaping @Sendable (Call) throws -> Input,
        body: @escaping @Sendable (Input, ReadContext) throws -> Result
    ) -> Handler {
        Handler(ids: ids) { call in
            let input = try prepare(call)
            return Work(body: .read { context in try body(input, context).response })
        }
    }

    /// An operation that only reads, straight from its arguments.
    static func read(_ ids: String..., body: @escaping @Sendable (ReadContext) throws -> JSON) -> Handler {
        let work = Work(body: .read { context in try body(context).response })
        return Handler(ids: ids) { _ in work }
    }

    /// An operation that changes rows.
    static func write<Input: Sendable, Result: Answer>(
        _ ids: String...,
        prepare: @escaping @Sendable (Call) throws -> Input,
        body: @escaping @Sendable (Input, WriteContext) throws -> Result
    ) -> Handler {
        Handler(ids: ids) { call in
            let input = try prepare(call)
            return Work(body: .write { context in try body(input, context).response })
        }
    }

    /// An operation that changes the schema.
    static func define<Input: Sendable>(
        _ ids: String...,
        prepare: @escaping @Sendable (Call) throws -> Input,
        body: @escaping @Sendable (Input, WriteContext) throws -> JSON,
        conclude: (@Sendable (Input, ReadContext) throws -> JSON)? = nil
    ) -> Handler {
        define(ids: ids, prepare: prepare, body: body, conclude: conclude)
    }

    /// As above, for a family of operations.
    static func define<Input: Sendable>(
        ids: [String],
        prepare: @escaping @Sendable (Call) throws -> Input,
        body: @escaping @Sendable (Input, WriteContext) throws -> JSON,
        conclude: (@Sendable (Input, ReadContext) throws -> JSON)? = nil
    ) -> Handler {
        Handler(ids: ids) { call in
            let input = try prepare(call)
            var work = Work(body: .define { context in try body(input, context).response })
            if let conclude { work.conclude = { context in try conclude(input, context).response } }
            return work
        }
    }
}
