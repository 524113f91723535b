package import Values

/// How often a caller may run an operation, as `catalog.json` declares it.
package struct RateLimit: Sendable, Equatable {
    /// What tells callers of an operation apart.
    package enum Part: Sendable, Equatable {
        /// The path of the operation with the arguments that stand in it.
        case url
        /// The address of the caller.
        case ip
        /// The HTTP method of the operation.
        case method
        /// The user who calls; nobody where a guest does.
        case user
        /// An argument of the call, written `:name`.
        case argument(String)
    }

    /// How many calls there may be at once, and how many are there again after ``seconds``.
    package let calls: Int
    package let seconds: Int
    /// Calls are counted for each of these keys, and those that agree in all parts of one share what it allows.
    package let keys: [[Part]]
    /// Whether a call that succeeds gives back all that its keys allow.
    package let resetsOnSuccess: Bool

    /// - Parameter parameters: what the operation takes.
    init(_ reader: ObjectReader, of parameters: [Parameter]) {
        for name in reader.object.keys where !["limit", "seconds", "keys", "resets"].contains(name) {
            reader.fail("a rate limit has no '\(name)'")
        }
        calls = reader.integer("limit")
        seconds = reader.optionalInteger("seconds").map { Int($0) } ?? 3600
        guard calls > 0, seconds > 0, seconds * 1000 % calls == 0 else {
            reader.fail("a rate limit of \(calls) in \(seconds) seconds allows no call each so many milliseconds")
        }
        let keys = reader.array("keys").map { key in
            guard let words = key.strings, !words.isEmpty else { reader.fail("a key is a list of parts") }
            return words.map { Self.part($0, reader, parameters) }
        }
        self.keys = keys.isEmpty ? [[.url, .ip]] : keys
        resetsOnSuccess = reader.flag("resets")
    }

    private static func part(_ word: String, _ reader: ObjectReader, _ parameters: [Parameter]) -> Part {
        switch word {
        case "url": return .url
        case "ip": return .ip
        case "method": return .method
        case "userId": return .user
        default:
            let name = String(word.dropFirst())
            guard word.hasPrefix(":"), parameters.contains(where: { $0.name == name && $0.isRequired }) else {
                reader.fail("'\(word)' is no part of a key")
            }
            return .argument(name)
        }
    }
}

extension Operation {
    /// The path with the arguments of a call in it, in the words in which the catalog is written: the same one for calls
    /// that mean the same in other words.
    /// - Parameter arguments: under the names by which the engine knows them.
    package func filledPath(_ arguments: JSONObject) -> String {
        (original ?? self).path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard part.hasPrefix(":") else { return String(part) }
            let value = arguments[String(part.dropFirst())] ?? .null
            return value.string ?? value.text
        }.joined(separator: "/")
    }
}
