import Storage

/// The tables of those who listen and wait.
enum RealtimeTables {
    /// `place` says how far its owner has heard.
    static let subscriptions = TableLayout.system(
        "subscriptions",
        [
            ColumnLayout("actor", .text), ColumnLayout("channels", .text, isArray: true),
            ColumnLayout("queries", .text, isArray: true), ColumnLayout("place", .text),
            ColumnLayout("expire", .datetime),
        ]
    )

    static let all: [SystemTable] = [.optional(subscriptions, [.key("actor"), .key("expire")])]
}
