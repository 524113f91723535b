import Storage

/// What the project `console` keeps beside its own users and teams.
enum ConsoleTables {
    /// What is known of a project as a whole, under its id. `team` is the organisation to which it belongs.
    static let projects = TableLayout.system(
        "projects",
        [
            ColumnLayout("name", .text), ColumnLayout("team", .text), ColumnLayout("region", .text),
            ColumnLayout("details", .json), ColumnLayout("status", .text), ColumnLayout("search", .text),
        ]
    )

    static let all: [SystemTable] = [.optional(projects, [.key("team")])]
}
