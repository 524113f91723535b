import Storage
import Values

/// The way of a call through the store: a session, the body, its event, and the errors of the contract.
struct Pipeline: Sendable {
    let store: any DocumentStore
    let cache: SchemaCache
    let jobs: JobRunner

    /// What a committed write leaves to be done.
    struct Outcome: Sendable {
        var response: Response
        var awaited: [String]
    }

    func read(
        _ call: Call,
        _ body: @escaping @Sendable (ReadContext) throws -> some Answer
    ) async throws -> Response {
        try await store.read { session in try body(ReadContext(call, session, cache)) }.response
    }

    /// The mutation and its event commit together or not at all.
    func write(
        _ call: Call,
        grouped: Bool,
        _ body: @escaping @Sendable (WriteContext) throws -> some Answer
    ) async throws -> Outcome {
        let outcome = try await store.write(grouped: grouped) { session in
            let context = WriteContext(call, writing: session, cache)
            let response = try body(context).response
            if let event = EventRecord(of: call, ids: context.eventIDs, payload: response.encoded) {
                CrashPoint.reach("write.beforeEvent")
                try session.append(event: event.encoded)
            }
            CrashPoint.reach("write.beforeCommit")
            return Outcome(response: response, awaited: context.awaited)
        }
        CrashPoint.reach("write.committed")
        return outcome
    }
}
