package import Values

/// What a request is answered with.
package struct Outcome: Sendable {
    package enum Content: Sendable {
        case result(Response)
        /// By the ids of the steps, in their order.
        case results([(id: String, response: Response)])
        /// What would be destroyed, and the token that lets it happen. Nothing was done.
        case confirmation(JSON)
    }

    /// What a dry run found.
    package struct Rehearsal: Sendable, Equatable {
        /// The names of the events that there would be.
        package var events: [String]
        package var effects: [Effect]
    }

    package var content: Content
    package var rehearsal: Rehearsal?
    /// Why a batch that is not atomic ended early; the results are those of the steps before.
    package var failure: AppError?

    init(_ content: Content, rehearsal: Rehearsal? = nil, failure: AppError? = nil) {
        self.content = content
        self.rehearsal = rehearsal
        self.failure = failure
    }

    /// Whether it holds an integer that a JavaScript number can't.
    package var holdsUnsafeInteger: Bool {
        switch content {
        case .result(let response): response.holdsUnsafeInteger
        case .results(let results): results.contains { $0.response.holdsUnsafeInteger }
        case .confirmation: false
        }
    }

    /// About how long the answer is, in bytes.
    private var size: Int {
        switch content {
        case .result(let response): 64 + response.encoded.count
        case .results(let results): results.reduce(64) { $0 + 64 + $1.response.encoded.count }
        case .confirmation: 512
        }
    }

    /// The whole answer as compact JSON text: an object with `result`, `results` or `confirm`.
    package var encoded: [UInt8] {
        var writer = JSONWriter(reserving: size)
        switch content {
        case .result(let response):
            writer.raw("{\"result\":")
            writer.raw(response.encoded)
            if let cache = response.cache {
                writer.raw(",\"cache\":")
                writer.write(cache.rawValue)
            }
        case .results(let results):
            writer.raw("{\"results\":{")
            for (index, result) in results.enumerated() {
                if index > 0 { writer.raw(",") }
                writer.write(result.id)
                writer.raw(":")
                writer.raw(result.response.encoded)
            }
            writer.raw("}")
        case .confirmation(let confirmation):
            writer.raw("{\"confirm\":")
            writer.write(confirmation)
        }
        if let rehearsal = rehearsal {
            writer.raw(",\"events\":")
            writer.write(JSON(rehearsal.events))
            writer.raw(",\"effects\":")
            writer.write(.array(rehearsal.effects.map(\.json)))
        }
        if let failure = failure {
            writer.raw(",\"error\":")
            writer.write(failure.json)
        }
        writer.raw("}")
        return writer.bytes
    }

    /// The same with the selected parts only, of the result or of the object of results.
    func selecting(_ selection: Selection) throws -> Outcome {
        var copy = self
        switch content {
        case .result(let response):
            var selected = Response(selection.applied(to: try JSON(parsing: response.encoded)))
            selected.cache = response.cache
            copy.content = .result(selected)
        case .results(let results):
            let object = try results.map { (key: $0.id, value: try JSON(parsing: $0.response.encoded)) }
            let kept = selection.applied(to: .object(JSONObject(object)))
            copy.content = .results((kept.object?.members ?? []).map { ($0.key, Response($0.value)) })
        case .confirmation: break
        }
        return copy
    }
}

/// What a call changes, or would.
package struct Effect: Sendable, Equatable {
    /// `row`, `schema`, `job`, `mail` or `webhook`.
    package var kind: String
    /// `create`, `update`, `delete`; of a job its kind, of mail `send`, of a webhook `deliver`.
    package var action: String
    /// A database, a table as `shop/products`, a part of one as `shop/products/title`, or the id of a webhook.
    package var target: String
    package var count: Int

    package var json: JSON {
        [
            "kind": .string(kind), "action": .string(action), "target": .string(target), "count": .int(Int64(count)),
        ]
    }
}
