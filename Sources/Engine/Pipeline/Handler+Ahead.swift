import Storage
import Values

extension Handler {
    /// An operation that changes rows, after something that takes long.
    /// - Parameter ahead: runs before the session of `body` is open, and leaves in the input what it found out. `body`
    ///   works without it as well.
    static func write<Input: Sendable>(
        _ ids: String...,
        prepare: @escaping @Sendable (Call) throws -> Input,
        ahead: @escaping @Sendable (Input, Call, Pipeline) async throws -> Void,
        body: @escaping @Sendable (Input, WriteContext) throws -> JSON
    ) -> Handler {
        Handler(ids: ids) { call in
            let input = try prepare(call)
            var work = Work(body: .write { context in try body(input, context).response })
            work.ahead = { pipeline in try await ahead(input, call, pipeline) }
            return work
        }
    }
}

extension Pipeline {
    /// Looks something up for a call before its own session.
    func look<R: Sendable>(_ call: Call, _ body: @escaping @Sendable (ReadContext) throws -> R) async throws -> R {
        try await store.read { session in try body(try ReadContext(call, session, self, beginsSession: true)) }
    }
}
