import Storage
import Values

/// What the owner of the project sets together: one row of ``IdentityTables/settings``.
struct SettingsGroup: Sendable, Hashable {
    /// The id of the row.
    let id: String

    static let project = SettingsGroup(id: "project")
    static let policies = SettingsGroup(id: "policies")
    static let authMethods = SettingsGroup(id: "authMethods")
    static let services = SettingsGroup(id: "services")
    static let protocols = SettingsGroup(id: "protocols")
    static let mockPhones = SettingsGroup(id: "mockPhones")
    /// The keys that sign tokens.
    static let signingKeys = SettingsGroup(id: "signingKeys")

    static func oauth2(_ provider: String) -> SettingsGroup { SettingsGroup(id: "oauth2.\(provider)") }
}

/// A group of settings as it is stored.
struct StoredSettings: Sendable {
    var value: JSONObject
    /// What is sealed in the store.
    var secret: JSONObject

    init(value: JSONObject = [:], secret: JSONObject = [:]) {
        self.value = value
        self.secret = secret
    }

    init(_ row: StoredRow) throws {
        let record = Record(row, IdentityTables.settings)
        value = record["value"].object ?? [:]
        secret = try record["secret"].string.flatMap { try JSON(parsing: $0).object } ?? [:]
    }
}

extension ReadSession {
    /// A group of settings; an empty one where nothing was set.
    func settings(_ group: SettingsGroup) throws -> StoredSettings {
        try row(group.id, in: IdentityTables.settings).map { try StoredSettings($0) } ?? StoredSettings()
    }

    /// Some groups of settings by their ids, without those in which nothing was set.
    func settings(_ groups: [SettingsGroup]) throws -> [String: StoredSettings] {
        var query = RowQuery(limit: groups.count)
        query.filters = [.compare("$id", .equal, groups.map { .string($0.id) })]
        let rows = try rows(query, in: IdentityTables.settings)
        return Dictionary(uniqueKeysWithValues: try rows.map { ($0.id, try StoredSettings($0)) })
    }
}

extension WriteContext {
    /// Changes a group of settings.
    func change(_ group: SettingsGroup, _ body: (inout StoredSettings) throws -> Void) throws {
        let table = IdentityTables.settings
        let row = try session.row(group.id, in: table)
        var settings = try row.map { try StoredSettings($0) } ?? StoredSettings()
        try body(&settings)
        let fields: JSONObject = [
            "value": .object(settings.value),
            "secret": settings.secret.isEmpty ? .null : .string(JSON.object(settings.secret).text),
        ]
        if row != nil {
            _ = try writer.update(group.id, Record.change(table, at: now, fields), in: table)
        } else {
            try insert(group.id, fields, into: table)
        }
    }
}
