import Storage
import Values

/// Reads and writes the values of a row by the names of its columns, for the system tables.
struct Record {
    let layout: TableLayout
    var row: StoredRow

    init(_ row: StoredRow, _ layout: TableLayout) {
        self.row = row
        self.layout = layout
    }

    subscript(key: String) -> JSON { row.values[layout.position(of: key)!] }

    func string(_ key: String) -> String { self[key].string ?? "" }
    func strings(_ key: String) -> [String] { self[key].strings ?? [] }
    func bool(_ key: String) -> Bool { self[key].bool ?? false }

    /// The values of a new row, null where nothing is named.
    static func values(_ layout: TableLayout, _ fields: JSONObject) -> [JSON] {
        layout.columns.map { fields[$0.key] ?? .null }
    }

    /// A change of the named values.
    static func change(_ layout: TableLayout, at moment: Timestamp, _ fields: JSONObject) -> RowChange {
        RowChange(
            updatedAt: moment,
            values: fields.members.map { (layout.position(of: $0.key)!, $0.value) }
        )
    }
}

extension TableLayout {
    /// A layout of some of the columns, for those who read no others. Make it once: stores keep what they derive from it.
    func part(_ keys: [String]) -> TableLayout {
        TableLayout(
            databaseID: databaseID,
            tableID: tableID,
            incarnation: incarnation,
            columns: keys.map { columns[position(of: $0)!] }
        )
    }
}
