import Values

/// A JSON-RPC error, for what a client did wrong; what a tool refuses is a tool result instead.
struct RPCError: Sendable, Equatable {
    var code: Int64
    var message: String
    var data: JSON?

    init(_ code: Int64, _ message: String, data: JSON? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    static func parse(_ reason: String) -> RPCError { RPCError(-32700, "Parse error: \(reason).") }
    static func invalidRequest(_ reason: String) -> RPCError { RPCError(-32600, "Invalid request: \(reason).") }
    static func methodNotFound(_ method: String) -> RPCError {
        RPCError(-32601, "Method not found: \(shortened(method)).")
    }
    static func invalidParams(_ reason: String) -> RPCError { RPCError(-32602, "Invalid params: \(reason).") }

    /// A modern request for a version that has no per-request form.
    static func unsupportedVersion(_ requested: String) -> RPCError {
        RPCError(
            -32022,
            "Unsupported protocol version",
            data: ["supported": supportedVersions, "requested": .string(requested)]
        )
    }

    /// The handshake of the legacy versions with the envelope of the modern one.
    static var initializeIsLegacy: RPCError {
        RPCError(
            -32601,
            "Method not found: initialize. This version has no handshake; use server/discover.",
            data: ["supported": supportedVersions]
        )
    }

    private static var supportedVersions: JSON { JSON(ProtocolVersion.newestFirst.map(\.rawValue)) }

    /// A client's text at a length that is safe to repeat.
    static func shortened(_ text: String) -> String { text.utf8.count <= 128 ? text : "\(text.prefix(100))…" }

    func write(to writer: inout JSONWriter) {
        writer.raw("{\"code\":")
        writer.write(code)
        writer.raw(",\"message\":")
        writer.write(message)
        if let data {
            writer.raw(",\"data\":")
            writer.write(data)
        }
        writer.raw("}")
    }
}
