/// Names and statement texts of one layout.
final class SQLiteTable {
    let layout: TableLayout
    /// Quoted.
    let name: String
    /// The quoted side table of permissions; no index is called so, because keys hold no ":".
    let permissionsName: String
    /// Quoted, one for each column of the layout.
    let columns: [String]

    private(set) lazy var selectByID = FixedStatement("SELECT \(selection(nil)) FROM \(name) t WHERE t._id = ?1")

    private(set) lazy var insert: FixedStatement = {
        let names = (Self.systemColumns.dropFirst() + columns).joined(separator: ", ")
        let marks = Array(repeating: "?", count: Self.systemColumns.count - 1 + columns.count).joined(separator: ", ")
        return FixedStatement("INSERT INTO \(name) (\(names)) VALUES (\(marks))")
    }()

    private(set) lazy var deleteByID = FixedStatement("DELETE FROM \(name) WHERE _id = ?1 RETURNING _seq, _permissions")

    private(set) lazy var insertPermission = FixedStatement(
        "INSERT OR IGNORE INTO \(permissionsName) (permission, row) VALUES (?1, ?2)"
    )

    private(set) lazy var deletePermission = FixedStatement(
        "DELETE FROM \(permissionsName) WHERE permission = ?1 AND row = ?2"
    )

    static let systemColumns = ["_seq", "_id", "_createdAt", "_updatedAt", "_permissions"]

    init(_ layout: TableLayout) {
        self.layout = layout
        name = Self.quoted(Self.plainName(layout))
        permissionsName = Self.quoted(Self.plainName(layout) + "::permissions")
        columns = layout.columns.map { Self.quoted($0.storedAs) }
    }

    /// `blog/posts#7`, or `tandem_jobs` for a table of our own.
    static func plainName(_ layout: TableLayout) -> String {
        guard let database = layout.databaseID else { return "tandem_" + layout.tableID }
        return "\(database)/\(layout.tableID)#\(layout.incarnation)"
    }

    static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    func indexName(_ key: String) -> String { Self.quoted(Self.plainName(layout) + ":" + key) }

    /// The list of what to read: system columns, then the columns at these positions (nil: all).
    func selection(_ positions: [Int]?) -> String {
        let chosen = positions.map { $0.map { columns[$0] } } ?? columns
        return (Self.systemColumns + chosen).map { "t." + $0 }.joined(separator: ", ")
    }

    /// How a filter or an order names a field: the quoted column with its kind.
    ///
    /// - Parameter alias: what the statement calls the table.
    func field(_ key: String, of alias: String = "t") -> (expression: String, column: ColumnLayout)? {
        switch key {
        case "$id": (alias + "._id", ColumnLayout("$id", .text))
        case "$sequence": (alias + "._seq", ColumnLayout("$sequence", .integer))
        case "$createdAt": (alias + "._createdAt", ColumnLayout("$createdAt", .datetime))
        case "$updatedAt": (alias + "._updatedAt", ColumnLayout("$updatedAt", .datetime))
        default: layout.position(of: key).map { (alias + "." + columns[$0], layout.columns[$0]) }
        }
    }
}
