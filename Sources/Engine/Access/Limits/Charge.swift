import Catalog
import Storage
import Values

/// What a call takes of the limit of its operation: a token from each of these buckets.
struct Charge: Sendable {
    let limit: RateLimit
    /// The ids of the buckets, each once.
    let buckets: [String]

    /// nil for an operation without a limit.
    /// - Parameter arguments: the checked ones.
    init?(_ operation: Operation, _ arguments: JSONObject, _ actor: Actor, _ client: Client) {
        guard let limit = operation.rateLimit else { return nil }
        self.limit = limit
        var buckets: [String] = []
        for key in limit.keys {
            let id = Self.bucket(limit, key.map { Self.part($0, operation, arguments, actor, client) })
            if !buckets.contains(id) { buckets.append(id) }
        }
        self.buckets = buckets
    }

    /// A digest, because parts are addresses of people and ids that strangers made up. Operations with the same key and
    /// the same limit share a bucket, as those do which redeem the same codes.
    private static func bucket(_ limit: RateLimit, _ parts: [JSON]) -> String {
        let text = JSON.array([.int(Int64(limit.calls)), .int(Int64(limit.seconds))] + parts).text
        return Secret.digest(text)
    }

    private static func part(
        _ part: RateLimit.Part,
        _ operation: Operation,
        _ arguments: JSONObject,
        _ actor: Actor,
        _ client: Client
    ) -> JSON {
        switch part {
        case .url: return ["url", .string(operation.filledPath(arguments))]
        case .ip: return ["ip", .string(client.ip)]
        case .method: return ["method", .string(operation.method)]
        case .user: return ["userId", .string(actor.userID ?? "")]
        case .argument(let name):
            let value = arguments[name]?.string ?? ""
            // Addresses are looked up in lower case, so other spellings would be other tries at the same account.
            return [.string(":\(name)"), .string(name == "email" ? value.lowercased() : value)]
        }
    }

    /// Gives back all that the buckets hold, after a success that a stranger would not have had.
    func reset(in session: any WriteSession) throws {
        guard limit.resetsOnSuccess else { return }
        for bucket in buckets { _ = try session.delete(bucket, from: IdentityTables.limits) }
    }
}
