import Storage
import Values

/// The way of a call through the store: a session, the body, its event, the commit, and the jobs after it.
struct Pipeline: Sendable {
    let store: any DocumentStore
    let cache: SchemaCache
    let jobs: JobRunner
    let lists: ListCache
    let callers: Callers
    let services: ServiceSwitch
    let follower: LogFollower
    let feed: EventFeed
    let webhooks: WebhookDirectory
    /// The id of the project.
    let project: String
    /// Whether this process changes nothing.
    let isReadOnly: Bool
    /// Who may sign up, where the project is the console.
    let signUp: SignUpRule

    /// Answers one call.
    func run(_ work: Work, of call: Call) async throws -> Response {
        guard call.charge != nil else { return try await carryOut(work, of: call) }
        let state: RateLimitState?
        do { state = try await count([call])[0] } catch let refused as RefusedCall { throw refused.error }
        do {
            var response = try await carryOut(work, of: call)
            response.limit = state
            return response
        } catch var error as AppError {
            error.limit = state
            throw error
        }
    }

    private func carryOut(_ work: Work, of call: Call) async throws -> Response {
        try await work.ahead?(self)
        switch work.body {
        case .read(let body):
            if let cached = work.cached { return try await read(call, cached, body) }
            return try await read(call, body)
        case .apart(let body):
            // What opens no session of the call's own must not be without the check of rights that comes with one.
            try await look(call) { _ in }
            return try await body(self)
        case .write: return try await write(call, work, grouped: true).response
        case .define:
            let outcome = try await write(call, work, grouped: false)
            await jobs.finish(outcome.awaited)
            guard let conclude = work.conclude else { return outcome.response }
            return try await read(call, conclude)
        }
    }

    func read<R: Sendable>(_ call: Call, _ body: @escaping @Sendable (ReadContext) throws -> R) async throws -> R {
        try await store.read { session in try body(try ReadContext(call, session, self, beginsSession: true)) }
    }

    /// What a committed write leaves to be done.
    private struct Committed: Sendable {
        var response: Response
        var awaited: [String]
    }

    private func write(_ call: Call, _ work: Work, grouped: Bool) async throws -> Committed {
        let outcome = try await store.write(grouped: grouped) { session in
            let context = try WriteContext(call, writing: session, self)
            let response = try Self.perform(work, context)
            CrashPoint.reach("write.beforeCommit")
            return Committed(response: response, awaited: context.awaited)
        }
        CrashPoint.reach("write.committed")
        return outcome
    }

    /// Runs the body of a call and records its event: they commit together or not at all.
    static func perform(_ work: Work, _ context: WriteContext) throws -> Response {
        var response = try work.run(context)
        response.session = context.sessionChange
        try context.call.charge?.reset(in: context.writer)
        if let rows = context.changedRows {
            for event in EventRecord.records(of: context.call, ids: context.eventIDs, rows: rows) {
                try context.record(event)
            }
        } else if let event = EventRecord(
            of: context.call,
            ids: context.eventIDs,
            payload: context.eventPayload?.encoded ?? response.encoded
        ) {
            CrashPoint.reach("write.beforeEvent")
            try context.record(event)
        }
        return response
    }
}
