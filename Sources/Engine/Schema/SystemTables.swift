package import Storage

/// The tables in which Tandem keeps its own knowledge; they are rows like all others.
package enum SystemTables {
    static let databases = TableLayout.system(
        "databases",
        [
            ColumnLayout("name", .text), ColumnLayout("enabled", .boolean), ColumnLayout("type", .text),
            ColumnLayout("search", .text),
        ]
    )

    /// The id of a row is `<databaseId>/<tableId>`.
    static let tables = TableLayout.system(
        "tables",
        [
            ColumnLayout("database", .text), ColumnLayout("table", .text), ColumnLayout("name", .text),
            ColumnLayout("enabled", .boolean), ColumnLayout("rowSecurity", .boolean),
            ColumnLayout("permissions", .text, isArray: true), ColumnLayout("search", .text),
            ColumnLayout("uid", .text), ColumnLayout("purges", .integer),
        ]
    )

    /// The column `table` holds the uid of the table.
    static let columns = TableLayout.system(
        "columns",
        [
            ColumnLayout("table", .text), ColumnLayout("key", .text), ColumnLayout("storedAs", .text),
            ColumnLayout("type", .text), ColumnLayout("kind", .text), ColumnLayout("size", .integer),
            ColumnLayout("required", .boolean), ColumnLayout("array", .boolean), ColumnLayout("default", .json),
            ColumnLayout("min", .json), ColumnLayout("max", .json), ColumnLayout("elements", .text, isArray: true),
            ColumnLayout("status", .text), ColumnLayout("error", .text), ColumnLayout("encrypt", .boolean),
            ColumnLayout("relation", .json),
        ]
    )

    /// The column `table` holds the uid of the table.
    static let indexes = TableLayout.system(
        "indexes",
        [
            ColumnLayout("table", .text), ColumnLayout("key", .text), ColumnLayout("type", .text),
            ColumnLayout("columns", .text, isArray: true), ColumnLayout("orders", .text, isArray: true),
            ColumnLayout("lengths", .integer, isArray: true), ColumnLayout("status", .text),
            ColumnLayout("error", .text),
        ]
    )

    static let jobs = TableLayout.system(
        "jobs",
        [
            ColumnLayout("kind", .text), ColumnLayout("payload", .json), ColumnLayout("state", .text),
            ColumnLayout("attempts", .integer), ColumnLayout("notBefore", .datetime), ColumnLayout("owner", .text),
            ColumnLayout("leaseUntil", .datetime), ColumnLayout("error", .text),
        ]
    )

    /// Transactions across calls.
    static let transactions = TableLayout.system(
        "transactions",
        [
            ColumnLayout("owner", .text), ColumnLayout("status", .text), ColumnLayout("operations", .integer),
            ColumnLayout("expiresAt", .datetime),
        ]
    )

    /// What waits in transactions.
    static let staged = TableLayout.system(
        "staged",
        [
            ColumnLayout("transaction", .text), ColumnLayout("position", .integer), ColumnLayout("operation", .text),
            ColumnLayout("arguments", .json), ColumnLayout("actor", .text), ColumnLayout("base", .json),
        ]
    )

    /// What a store makes with every project.
    package static let all: [SystemTable] =
        own + IdentityTables.all + RealtimeTables.all + WebhookTables.all
        + ConsoleTables.all

    private static let own: [SystemTable] = [
        SystemTable(databases),
        SystemTable(tables, indexes: [IndexLayout("database", on: [IndexLayout.Field("database")])]),
        SystemTable(columns, indexes: [IndexLayout("table", on: [IndexLayout.Field("table")])]),
        SystemTable(indexes, indexes: [IndexLayout("table", on: [IndexLayout.Field("table")])]),
        SystemTable(
            jobs,
            indexes: [IndexLayout("due", on: [IndexLayout.Field("state"), IndexLayout.Field("notBefore")])]
        ),
        SystemTable(transactions, indexes: [IndexLayout("expiresAt", on: [IndexLayout.Field("expiresAt")])]),
        SystemTable(
            staged,
            indexes: [IndexLayout("place", on: [IndexLayout.Field("transaction"), IndexLayout.Field("position")])]
        ),
    ]
}
