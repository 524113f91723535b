import Storage
import Values

/// A key of developers as the console keeps it.
struct DeveloperKey: Sendable {
    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, ConsoleTables.developerKeys) }

    /// The id of the project that it is for.
    var project: String { record.string("project") }
    /// The programs that have shown it.
    var sdks: [String] { record.strings("sdks") }

    private var accessedAt: Timestamp? { record["accessedAt"].string.flatMap { Timestamp(parsing: $0) } }

    func isGood(at now: Timestamp) -> Bool {
        record["expire"].string.flatMap { Timestamp(parsing: $0) }.map { $0 > now } ?? false
    }

    /// As it is answered; its secret was shown when it was made, and can't be any more.
    var json: JSON {
        let record = record
        return [
            "$id": .string(row.id), "$createdAt": .string(row.createdAt.text),
            "$updatedAt": .string(row.updatedAt.text),
            "name": record["name"], "expire": .string(record.string("expire")), "secret": "",
            "accessedAt": .string(record.string("accessedAt")), "sdks": JSON(sdks),
        ]
    }

    /// How many programs are kept of those that have shown a key, and how many milliseconds one look at the time of its
    /// last use is good for.
    private static let (maximumSDKs, day) = (20, Int64(86_400_000))

    /// What its use changes: once a day the time, and the name of a program that has not shown it before.
    /// - Parameter sdk: what the program calls itself; empty where it does not say.
    func use(by sdk: String, at now: Timestamp) -> JSONObject {
        var fields = JSONObject()
        if accessedAt.map({ now.milliseconds - $0.milliseconds >= Self.day }) ?? true {
            fields["accessedAt"] = .string(now.text)
        }
        if !sdk.isEmpty, !sdks.contains(sdk), sdks.count < Self.maximumSDKs { fields["sdks"] = JSON(sdks + [sdk]) }
        return fields
    }
}

extension ReadContext {
    /// The developer keys of a project, for who may use them.
    func developerKeys(of project: ProjectRecord) throws -> [JSON] {
        guard caller.changes(projectsOf: project.team) else { return [] }
        var query = RowQuery(limit: 100)
        query.filters = [.compare("project", .equal, [.string(project.id)])]
        return try session.rows(query, in: ConsoleTables.developerKeys).map { DeveloperKey($0).json }
    }

    /// A project as it is answered.
    func answer(_ project: ProjectRecord) throws -> JSON {
        project.json.replacing("devKeys", with: .array(try developerKeys(of: project)))
    }
}
