import Values

/// What the `_meta` of a 2026-07-28 request must say.
enum ModernEnvelope {
    static let versionKey = "io.modelcontextprotocol/protocolVersion"
    static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
    static let clientInfoKey = "io.modelcontextprotocol/clientInfo"
    static let serverInfoKey = "io.modelcontextprotocol/serverInfo"

    /// True for a request that only the modern version can have sent.
    static func claims(_ request: Request) -> Bool {
        switch request.method {
        case "server/discover", "subscriptions/listen": return true
        default:
            guard case .object(let meta)? = request.params["_meta"] else { return false }
            return meta[versionKey] != nil || meta[capabilitiesKey] != nil
        }
    }

    /// The error of a request whose envelope is incomplete or names another version.
    static func problem(of request: Request) -> RPCError? {
        guard case .object(let meta)? = request.params["_meta"] else {
            return .invalidParams("\"_meta\" with \"\(versionKey)\" and \"\(capabilitiesKey)\" is required")
        }
        guard case .string(let version)? = meta[versionKey] else {
            return .invalidParams("\"_meta\" must have \"\(versionKey)\", a string")
        }
        guard case .object? = meta[capabilitiesKey] else {
            return .invalidParams("\"_meta\" must have \"\(capabilitiesKey)\", an object")
        }
        return version == ProtocolVersion.modern.rawValue ? nil : .unsupportedVersion(version)
    }
}
