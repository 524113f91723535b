import Storage
import Values

@testable import Engine

/// An invitation as somebody gets it.
struct Letter {
    let kind: String
    let recipient: String
    /// The address of the link, without what was added to it.
    let address: String
    private let parameters: [String: String]

    init?(_ row: StoredRow) {
        let record = Record(row, IdentityTables.outbox)
        kind = record.string("kind")
        recipient = record.string("recipient")
        guard let link = record.string("body").split(separator: " ").last(where: { $0.contains("://") }),
            let start = link.firstRange(of: "&membershipId=")
        else { return nil }
        address = String(link[..<start.lowerBound])
        let query = link[start.lowerBound...].dropFirst().prefix { $0 != "#" }
        parameters = Dictionary(
            uniqueKeysWithValues: query.split(separator: "&").map { part in
                let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return (sides[0], sides[1])
            }
        )
    }

    subscript(name: String) -> String? { parameters[name] }

    /// The arguments with which whoever got it accepts.
    var acceptance: JSONObject {
        JSONObject(
            ["teamId", "membershipId", "userId", "secret"].map { ($0, .string(parameters[$0] ?? "")) }
        )
    }
}

extension TestEngine {
    /// The invitations that wait to be delivered, oldest first.
    func invitations() async throws -> [Letter] {
        try await engine.pipeline.store.read { session in
            try session.rows(RowQuery(limit: 100), in: IdentityTables.outbox).compactMap { Letter($0) }
        }
    }
}
