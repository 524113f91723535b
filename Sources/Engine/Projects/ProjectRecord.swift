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

    /// As clients know it. What only the project itself knows, such as its ways to sign in, `project.get` tells there.
    var json: JSON {
        var object: JSONObject = [
            "$id": .string(id), "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
            "name": .string(name), "teamId": .string(team), "region": .string(region), "labels": [],
            "authMethods": [], "services": [], "protocols": [],
        ]
        object.members += details.members + ProjectAnswer.constants.members
        return .object(object)
    }

    /// The values of a new record.
    static func fields(_ id: String, name: String, team: String, details: JSONObject = [:]) -> JSONObject {
        [
            "name": .string(name), "team": .string(team), "region": "default", "details": .object(details),
            "status": .string(active), "search": .string(DatabaseHandlers.searchText(id, name)),
        ]
    }

    /// What a call says of a project beside its name.
    static func details(_ arguments: JSONObject) -> JSONObject {
        JSONObject(
            detailKeys.compactMap { key in
                arguments[key].flatMap { $0.isNull ? nil : (key, $0) }
            }
        )
    }

    private static let detailKeys = [
        "description", "logo", "url", "legalName", "legalCountry", "legalState", "legalCity", "legalAddress",
        "legalTaxId",
    ]
}
