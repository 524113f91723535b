/// A store that stands before another one and passes on everything that it does not do in its own way.
package protocol ForwardingStore: DocumentStore {
    var base: any DocumentStore { get }
}

extension ForwardingStore {
    package var executor: any TaskExecutor { base.executor }
    package var mark: StateMark? { base.mark }

    package func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        try await base.read(within: limit, body)
    }

    package func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        try await base.write(grouped: grouped, body)
    }

    package func rehearse<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        try await base.rehearse(within: limit, body)
    }

    package func define(
        _ change: SchemaChange,
        then body: @escaping @Sendable (any WriteSession) throws -> Void
    ) async throws {
        try await base.define(change, then: body)
    }

    package func tail(after place: EventCursor?) -> any EventTail { base.tail(after: place) }

    package func trimLog(to bounds: LogBounds) async throws -> Int { try await base.trimLog(to: bounds) }

    package func close() async { await base.close() }
}
