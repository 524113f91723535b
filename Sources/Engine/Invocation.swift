package import Values

/// One call of an operation, however it came in.
package struct Invocation: Sendable {
    /// The operation's id in any spelling.
    package var operation: String
    package var arguments: JSONObject
    /// Who acts; nil for the actor of the process.
    package var actor: Actor?

    package init(_ operation: String, _ arguments: JSONObject = JSONObject(), as actor: Actor? = nil) {
        self.operation = operation
        self.arguments = arguments
        self.actor = actor
    }
}

/// The answer of an operation in Appwrite's wire shape.
package struct Response: Sendable {
    /// Compact JSON text.
    package var encoded: [UInt8]
    /// Whether it holds an integer that a JavaScript number can't (beyond 2^53 - 1 either way).
    package var holdsUnsafeInteger: Bool

    package init(_ result: JSON) {
        var writer = JSONWriter(reserving: 512)
        writer.write(result)
        holdsUnsafeInteger = writer.wroteUnsafeInteger
        encoded = writer.bytes
    }
}
