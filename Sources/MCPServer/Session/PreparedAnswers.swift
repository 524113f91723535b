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
    let legacyTemplates: [UInt8]
    let modernTemplates: [UInt8]
    /// Who the server is.
    let serverInfo: [UInt8]
    /// `,"_meta":{…}}`: how every modern result ends.
    let modernEnding: [UInt8]
    private let initializeResults: [[UInt8]]

    init(identity: ServerIdentity, tools: [ToolDefinition], hasEvents: Bool = false) {
        var capabilities: JSONObject = ["tools": [:]]
        if hasEvents { capabilities["resources"] = ["subscribe": true] }
        let meta: JSON = [ModernEnvelope.serverInfoKey: identity.info]
        let list = JSON.array(tools.map(\.json))
        let instructions = JSON.string(identity.instructions)
        initializeResults = ProtocolVersion.legacy.map { version in
            let result: JSON = [
                "protocolVersion": .string(version.rawValue), "capabilities": .object(capabilities),
                "serverInfo": identity.info, "instructions": instructions,
            ]
            return result.encoded
        }
        let discovery: JSON = [
            "resultType": "complete", "supportedVersions": JSON(ProtocolVersion.newestFirst.map(\.rawValue)),
            "capabilities": .object(capabilities), "instructions": instructions, "ttlMs": .int(Self.timeToLive),
            "cacheScope": "public", "_meta": meta,
        ]
        discover = discovery.encoded
        legacyTools = Self.legacy("tools", list)
        modernTools = Self.modern("tools", list, meta)
        legacyTemplates = Self.legacy("resourceTemplates", ResourceAnswers.templates)
        modernTemplates = Self.modern("resourceTemplates", ResourceAnswers.templates, meta)
        serverInfo = identity.info.encoded
        modernEnding = Array(",\"_meta\":".utf8) + meta.encoded + Array("}".utf8)
    }

    private static func legacy(_ name: String, _ list: JSON) -> [UInt8] {
        JSON.object(JSONObject([(name, list)])).encoded
    }

    private static func modern(_ name: String, _ list: JSON, _ meta: JSON) -> [UInt8] {
        let result: JSONObject = [
            "resultType": "complete", name: list, "ttlMs": .int(timeToLive), "cacheScope": "public", "_meta": meta,
        ]
        return JSON.object(result).encoded
    }

    /// The result of an `initialize` that selected a legacy version.
    func initialize(_ version: ProtocolVersion) -> [UInt8] {
        initializeResults[ProtocolVersion.legacy.firstIndex(of: version) ?? 0]
    }
}
