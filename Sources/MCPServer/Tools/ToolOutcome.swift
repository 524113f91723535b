package import Values

/// What a tool call ended with.
package enum ToolOutcome: Sendable {
    /// Compact JSON text of an object, as ``Values/JSONWriter`` writes it: one line.
    ///
    /// It becomes the text of the result, and with `structured` its structured content too, without being parsed or
    /// encoded again. `structured` is false for what JavaScript would read wrongly, such as integers beyond 2^53 - 1.
    /// `takesNote` says whether the result may mention news that it has nothing to do with.
    case json(encoded: [UInt8], structured: Bool, isError: Bool, takesNote: Bool = true)
    /// Something the model can read and mend: a result with `isError` and `{"error": …}`.
    case failure(AppError)
    /// A call that is no valid request: JSON-RPC error -32602 with this reason (a clause without a full stop).
    case invalidParams(String)
}

extension ToolOutcome {
    /// How long its text is; nil where that is made later.
    var bytes: Int? {
        guard case .json(let encoded, _, _, _) = self else { return nil }
        return encoded.count
    }

    /// Whether a note may be added.
    var takesNote: Bool {
        guard case .json(_, _, false, let takesNote) = self else { return false }
        return takesNote
    }
}

extension ToolCall {
    /// Writes the answer of this call, without a line end.
    /// - Parameter note: a further text for the model.
    func write(_ outcome: ToolOutcome, note: String? = nil, ending: [UInt8], to writer: inout JSONWriter) {
        switch outcome {
        case .json(let text, let structured, let isError, _):
            write(text, note: note, structured: structured, isError: isError, ending: ending, to: &writer)
        case .failure(let error):
            let text = (["error": error.json] as JSON).encoded
            write(text, structured: true, isError: true, ending: ending, to: &writer)
        case .invalidParams(let reason): Reply.error(id, .invalidParams(reason)).write(to: &writer)
        }
    }

    private func write(
        _ text: [UInt8],
        note: String? = nil,
        structured: Bool,
        isError: Bool,
        ending: [UInt8],
        to writer: inout JSONWriter
    ) {
        writer.bytes.reserveCapacity(writer.bytes.count + 2 * text.count + text.count / 4 + 256)
        writer.raw("{\"jsonrpc\":\"2.0\",\"id\":")
        id.write(to: &writer)
        writer.raw(",\"result\":{")
        if isModern { writer.raw("\"resultType\":\"complete\",") }
        writer.raw("\"content\":[{\"type\":\"text\",\"text\":")
        writer.writeQuoted(text)
        if let note {
            writer.raw("},{\"type\":\"text\",\"text\":")
            writer.write(note)
        }
        writer.raw("}]")
        if structured {
            writer.raw(",\"structuredContent\":")
            writer.raw(text)
        }
        if isError { writer.raw(",\"isError\":true") }
        if isModern { writer.raw(ending) } else { writer.raw("}") }
        writer.raw("}")
    }
}
