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
