import Values

/// How a part of the process does.
struct HealthStatus: Sendable, Equatable {
    let name: String
    /// Milliseconds that it took to find out.
    let ping: Int64
    let isWell: Bool

    /// Looks at a part.
    /// - Parameter look: whether the part does its work.
    /// - Throws: what `look` throws: a store that can't be reached is an error of the call.
    init(_ name: String, _ look: () throws -> Bool) rethrows {
        self.name = name
        let start = ContinuousClock.now
        isWell = try look()
        ping = Int64((ContinuousClock.now - start) / .milliseconds(1))
    }

    var json: JSON { ["name": .string(name), "ping": .int(ping), "status": isWell ? "pass" : "fail"] }

    static func list(_ statuses: [HealthStatus]) -> JSON {
        ["total": .int(Int64(statuses.count)), "statuses": .array(statuses.map(\.json))]
    }
}
