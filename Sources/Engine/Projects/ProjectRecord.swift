import Storage
import Values

/// What the console knows of a project.
struct ProjectRecord: Sendable {
    let id: String
    let name: String
    /// The organisation to which it belongs; empty for none.
    let team: String
    let region: String
    /// Description, address and the like, as they were given.
    let details: JSONObject
    /// Whether its data is about to be removed, so that nobody comes to it any more.
    let isEnding: Bool
    let createdAt: Timestamp
    let updatedAt: Timestamp

    /// The status of a project that is about to be removed.
    static let ending = "deleting"
    static let active = "active"

    init(_ row: StoredRow) {
        let record = Record(row, ConsoleTables.projects)
        id = row.id
        name = record.string("name")
        team = record.string("team")
        region = record.string("region")
        details = record["details"].object ?? JSONObject()
        isEnding = record.string("status") == Self.ending
        createdAt = row.createdAt
        updatedAt = row.updatedAt
    }
}
