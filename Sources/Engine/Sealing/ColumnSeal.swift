import Storage
import Values

/// How the value of one row in one encrypted column is sealed: under a key of its column, bound to table, column and
/// row by their lasting ids. A ciphertext that is moved elsewhere can't be opened there.
struct ColumnSeal {
    private let table: TableLayout
    private let column: ColumnLayout
    private let row: String

    init(_ table: TableLayout, _ column: ColumnLayout, _ row: String) {
        self.table = table
        self.column = column
        self.row = row
    }

    private var purpose: String { "tandem column \(table.incarnation) \(column.seal ?? "")" }
    private var subject: String { purpose + "\n" + row }

    /// The sealed form of a value: a text, or an array of one text for an array, whose length it hides.
    func close(_ value: JSON, _ keys: Keyring, by key: ProjectKey) throws -> JSON {
        let clear = column.isArray ? value.encoded : Array((value.string ?? "").utf8)
        let text = JSON.string(try Seal.close(clear, by: key, keys.derived(key, for: purpose), about: subject))
        return column.isArray ? .array([text]) : text
    }

    /// The value in clear; null stays null.
    /// - Throws: 503 `store_unavailable` for a value that was changed outside of Tandem, or whose key is not known.
    func open(_ value: JSON, _ session: SealedReader) throws -> JSON {
        if value.isNull { return .null }
        guard let sealed = sealed(value) else { throw damaged() }
        let key = try session.key(sealed.fingerprint)
        guard let clear = Seal.open(sealed, session.keys.derived(key, for: purpose), about: subject) else {
            throw damaged()
        }
        guard column.isArray else { return .string(String(decoding: clear, as: UTF8.self)) }
        return try JSON(parsing: clear)
    }

    /// A stored value as what it is.
    func sealed(_ value: JSON) -> SealedText? {
        guard column.isArray else { return value.string.flatMap { SealedText($0) } }
        guard case .array(let items) = value, items.count == 1 else { return nil }
        return items[0].string.flatMap { SealedText($0) }
    }

    private func damaged() -> AppError {
        AppError(
            .storeUnavailable,
            "The encrypted value of '\(column.key)' in the row '\(row)' of the table '\(table.tableID)' was changed "
                + "outside of Tandem and can't be opened.",
            hint: "Write a new value with tablesDB.updateRow, or restore the row from a backup."
        )
    }
}
