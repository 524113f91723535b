import Values

/// A read of the store that serves everybody who asks for the same while it runs.
struct Flight: Sendable {
    typealias Waiting = CheckedContinuation<Landing, Never>

    let key: FlightKey
    /// See ``SchemaCache/Known/changes``.
    let schema: UInt64
    let beganAt: Timestamp
    /// See ``CachedList/mark``.
    let mark: UInt64?
    var waiting: [Waiting] = []

    struct Ticket: Sendable {
        let id: UInt64
        let mark: UInt64?
    }

    /// How a read ended, for those who waited.
    enum Landing: Sendable {
        case list(CachedList)
        /// Look again: there is something now, or the caller that read gave up.
        case again
        case failed(any Error)
    }
}

/// What a flight reads.
enum FlightKey: Hashable, Sendable {
    case list([UInt8], ListSource.Parts)
    case table(String)
}
