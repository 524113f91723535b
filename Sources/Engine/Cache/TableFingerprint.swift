import Crypto
import Synchronization
import Values

/// What a list of a table depends on besides its rows, as a number: incarnation, columns, indexes, table permissions,
/// row security, whether it is enabled, and how often its lists were thrown away.
///
/// It stays the same when something else of the project's schema changes, or the name of the table, and is the same in
/// every process.
final class TableFingerprint: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64

    init(_ table: Table) {
        let columns = table.columns.map { column -> JSON in
            [.string(column.uid), .string(column.storedAs), column.json(.tables).withoutDates]
        }
        let indexes = table.indexes.map { index -> JSON in [.string(index.uid), index.json(.tables).withoutDates] }
        let state: JSON = [
            .string(table.uid), .bool(table.enabled), .bool(table.rowSecurity), JSON(table.permissions),
            .int(table.purges), .array(columns), .array(indexes),
        ]
        var numbers: [UInt64] = [0, 0]
        for (index, byte) in SHA256.hash(data: state.encoded).prefix(16).enumerated() {
            numbers[index / 8] = numbers[index / 8] << 8 | UInt64(byte)
        }
        (high, low) = (numbers[0], numbers[1])
    }

    private init(_ number: UInt64) { (high, low) = (0, number) }

    /// That of lists of presences, which depend on nothing else.
    static let presences = TableFingerprint(1)

    static func == (one: TableFingerprint, other: TableFingerprint) -> Bool {
        one === other || (one.high == other.high && one.low == other.low)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

extension Table {
    /// Made at the first question.
    var fingerprint: TableFingerprint { keptFingerprint.load() ?? keptFingerprint.storeIfNil(TableFingerprint(self)) }
}

extension JSON {
    /// An object without the dates of when it was made and changed.
    fileprivate var withoutDates: JSON {
        .object(JSONObject((object?.members ?? []).filter { $0.key != "$createdAt" && $0.key != "$updatedAt" }))
    }
}
