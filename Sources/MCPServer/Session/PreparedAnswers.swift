import Values

/// Who the server says it is.
package struct ServerIdentity: Sendable {
    package var name: String
    package var title: String
    package var version: String
    /// What a client puts before its model, see ``Instructions``.
    package var instructions: String

    package init(name: String, title: String, version: String, instructions: String) {
        self.name = name
        self.title = title
        self.version = version
        self.instructions = instructions
    }

    var info: JSON { ["name": .string(name), "title": .string(title), "version": .string(version)] }
}

/// The results that never change while the server runs, as JSON text.
struct PreparedAnswers: Sendable {
    static let empty = Array("{}".utf8)
    /// How long a client may keep what never changes, in milliseconds.
    private static let timeToLive: Int64 = 3_600_000

    let discover: [UInt8]
    let legacyTools: [UInt8]
    let modernTools: [UInt8]
    /// `,"_meta":{…}}`: how every modern result ends.
    let modernEnding: [UInt8]
    private let initializeResults: [[UInt8]]

    init(identity: ServerIdentity, tools: [ToolDefinition]) {
        let capabilities: JSON = ["tools": [:]]
        let meta: JSON = [ModernEnvelope.serverInfoKey: identity.info]
        let list = JSON.array(tools.map(\.json))
        let instructions = JSON.string(identity.instructions)
        initializeResults = ProtocolVersion.legacy.map { version in
            let result: JSON = [
                "protocolVersion": .string(version.rawValue), "capabilities": capabilities,
                "serverInfo": identity.info, "instructions": instructions,
            ]
            return result.encoded
        }
        let discovery: JSON = [
            "resultType": "complete", "supportedVersions": JSON(ProtocolVersion.newestFirst.map(\.rawValue)),
            "capabilities": capabilities, "instructions": instructions, "ttlMs": .int(Self.timeToLive),
            "cacheScope": "public", "_meta": meta,
        ]
        discover = discovery.encoded
        let legacyList: JSON = ["tools": list]
        legacyTools = legacyList.encoded
        let modernList: JSON = [
            "resultType": "complete", "tools": list, "ttlMs": .int(Self.timeToLive), "cacheScope": "public",
            "_meta": meta,
        ]
        modernTools = modernList.encoded
        modernEnding = Array(",\"_meta\":".utf8) + meta.encoded + Array("}".utf8)
    }

    /// The result of an `initialize` that selected a legacy version.
    func initialize(_ version: ProtocolVersion) -> [UInt8] {
        initializeResults[ProtocolVersion.legacy.firstIndex(of: version) ?? 0]
    }
}
