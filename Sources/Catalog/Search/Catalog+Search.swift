package import Values

extension Catalog {
    /// How much a search hit says about the arguments.
    package enum Detail: String, Sendable, CaseIterable {
        /// One line per operation.
        case signature
        /// The JSON Schema as well.
        case schema
    }

    /// Operations that do what a query says, best first:
    /// `{ hits: [ { operation, summary, signature, effect, schema? } ], total, hint? }`.
    ///
    /// An operation's id as the query, in any spelling, brings that operation first and with its schema. `total` counts
    /// the hits beyond the limit too. `hint` is there when nothing fits well.
    ///
    /// - Parameters:
    ///   - service: the only service to look in, in any spelling.
    ///   - limit: how many hits to return at most.
    package func search(
        query: String,
        service: String? = nil,
        limit: Int = 5,
        detail: Detail = .signature
    ) -> JSON {
        let ranking = index.ranked(query, service: service)
        var found = ranking.hits
        let exact = operation(query)
        if let exact {
            found.removeAll { $0 === exact }
            found.insert(exact, at: 0)
        }
        let hits = found.prefix(limit).map { operation in
            hit(operation, withSchema: detail == .schema || operation === exact)
        }
        var answer: JSONObject = ["hits": .array(hits), "total": .int(Int64(found.count))]
        if exact == nil, ranking.isWeak { answer["hint"] = .string(hint(found.isEmpty, service: service)) }
        return .object(answer)
    }

    private func hint(_ isEmpty: Bool, service: String?) -> String {
        let list = services.map { "\($0.id): \($0.summary)" }.joined(separator: " ")
        if let service, !services.contains(where: { Spelling.folded($0.id) == Spelling.folded(service) }) {
            return "There is no service '\(service)'. Services are \(list)"
        }
        let start = isEmpty ? "Nothing matches." : "No operation fits well."
        return "\(start) Say what is to be done to what, such as \"add a column\". Services are \(list)"
    }

    private func hit(_ operation: Operation, withSchema: Bool) -> JSON {
        var summary = operation.summary
        if operation.isDeprecated {
            let successor = operation.replacedBy.flatMap { self.operation($0) }
            summary += successor.map { " (deprecated: \($0.id))" } ?? " (deprecated)"
        }
        var hit: JSONObject = [
            "operation": .string(operation.id), "summary": .string(summary),
            "signature": .string(operation.signature), "effect": .string(operation.effect.rawValue),
        ]
        if withSchema { hit["schema"] = operation.inputSchema }
        return .object(hit)
    }
}
