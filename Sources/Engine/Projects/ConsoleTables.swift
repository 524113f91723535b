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

    /// Keys of developers, each for one project. `secret` is the SHA-256 of the key in hexadecimal.
    static let developerKeys = TableLayout.system(
        "developerKeys",
        [
            ColumnLayout("project", .text), ColumnLayout("name", .text), ColumnLayout("expire", .datetime),
            ColumnLayout("secret", .text), ColumnLayout("accessedAt", .datetime),
            ColumnLayout("sdks", .text, isArray: true),
        ]
    )

    static let all: [SystemTable] = [
        .optional(projects, [.key("team")]), .optional(developerKeys, [.key("project"), .unique("secret")]),
    ]
}
