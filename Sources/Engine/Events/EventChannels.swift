extension EventPath {
    /// The channels on which an event is told, those for everything before those for the one action.
    ///
    /// What no client may hear goes to `console` and to the project's own channel, where only the project's owner
    /// listens; what the console tells of a project goes to the channel of that one.
    /// - Parameter project: the id of the project.
    package func channels(project: String) -> [String] {
        guard let channels = openChannels else { return ["console", "projects.\(toldProject ?? project)"] }
        guard let action = resources.first?.kind == "users" && resources.count > 1 ? nil : action else {
            return channels
        }
        return channels + channels.map { "\($0).\(action)" }
    }

    /// The project that was made, changed or deleted, which the console tells; nil for any other event.
    var toldProject: String? { kinds == "projects" && action != nil ? resources[0].id : nil }

    private var openChannels: [String]? {
        let ids = resources.map { $0.id ?? "" }
        if resources.first?.kind == "users" { return ["account", "account.\(ids[0])"] }
        switch kinds {
        case "databases/tables/rows": return rowChannels(ids[0], ids[1], ids[2])
        case "buckets/files":
            let files = "buckets.\(ids[0]).files"
            return ["files", files, "\(files).\(ids[1])"]
        case "functions/executions": return ["executions", "executions.\(ids[1])", "functions.\(ids[0])"]
        case "teams": return ["teams", "teams.\(ids[0])"]
        case "teams/memberships": return ["memberships", "memberships.\(ids[1])"]
        case "presences": return ["presences", "presences.\(ids[0])"]
        default: return nil
        }
    }

    private func rowChannels(_ database: String, _ table: String, _ row: String) -> [String] {
        let documents = "databases.\(database).collections.\(table).documents"
        let rows = "databases.\(database).tables.\(table).rows"
        let own = "tablesdb.\(database).tables.\(table).rows"
        return [
            "documents", documents, "\(documents).\(row)", "rows", rows, "\(rows).\(row)", own, "\(own).\(row)",
        ]
    }
}
