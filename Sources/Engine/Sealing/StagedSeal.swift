import Storage
import Values

/// How calls that wait in transactions are sealed where the project has a key: they hold what will be written, and what
/// was there before, whichever columns that is about.
enum StagedSeal {
    private static let member = "$sealed"
    private static let purpose = "tandem staged"
    private static let positions = ["arguments", "base"].map { SystemTables.staged.position(of: $0)! }

    static func close(_ row: NewRow, _ keys: Keyring, by key: ProjectKey) throws -> NewRow {
        var row = row
        for position in positions where !row.values[position].isNull {
            let clear = row.values[position].encoded
            let text = try Seal.close(clear, by: key, keys.derived(key, for: purpose), about: "\(row.id) \(position)")
            row.values[position] = [member: .string(text)]
        }
        return row
    }

    /// Seals again what waits, with another key.
    static func change(to key: ProjectKey, _ session: any WriteSession, _ keys: Keyring) throws {
        let opener = SealedReader(session, keys)
        var query = RowQuery(limit: 100)
        while true {
            let rows = try session.rows(query, in: SystemTables.staged)
            guard let last = rows.last else { return }
            for row in rows {
                var clear = row
                try open(&clear, opener)
                guard clear != row else { continue }
                let new = NewRow(id: row.id, createdAt: row.createdAt, updatedAt: row.updatedAt, values: clear.values)
                let values = try close(new, keys, by: key).values
                let change = RowChange(updatedAt: row.updatedAt, values: positions.map { ($0, values[$0]) })
                _ = try session.update(row.id, change, in: SystemTables.staged)
            }
            query.position = RowQuery.Position(values: [.string(last.sequence)], isBackward: false)
        }
    }

    /// - Throws: 503 `store_unavailable` for what was staged with a key that is no longer known.
    static func open(_ row: inout StoredRow, _ session: SealedReader) throws {
        for position in positions {
            guard case .object(let object) = row.values[position], object.count == 1,
                let text = object[member]?.string, let sealed = SealedText(text)
            else { continue }
            let key = try session.key(sealed.fingerprint)
            let derived = session.keys.derived(key, for: purpose)
            guard let clear = Seal.open(sealed, derived, about: "\(row.id) \(position)") else {
                throw AppError(
                    .storeUnavailable,
                    "What waits in a transaction was changed outside of Tandem and can't be opened.",
                    hint: "Stage it again in a new transaction."
                )
            }
            row.values[position] = try JSON(parsing: clear)
        }
    }
}
