import Values

/// A list as the cache keeps it: the rows as they are written in answers, and beside them the total.
struct CachedList: Sendable {
    /// The state of the table under which it was read.
    var table: TableFingerprint
    /// The version of the project's schema, for a list that depends on other tables as well: their columns and rights.
    var schema: Int64?
    /// See ``RowList/Bound/rows(_:)``.
    var rows: Response
    /// A moment before the rows were read.
    var readAt: Timestamp
    var total: Total?
    /// How far the log had been followed before the rows were read; nil when nobody followed it.
    var mark: UInt64?
    /// Whether a reader asked for it who wanted nothing older than the last write.
    var isStrict: Bool

    struct Total: Sendable {
        var count: Int
        var readAt: Timestamp
    }

    /// How much memory it takes with its key, in bytes.
    func cost(_ key: [UInt8]) -> Int { rows.encoded.count + key.count + 320 }
}

/// What a read of the store brought for the cache.
struct LoadedList: Sendable {
    var table: TableFingerprint
    /// See ``CachedList/schema``.
    var schema: Int64?
    /// See ``ListSource/place``.
    var place: [UInt8]
    /// nil when only the total was asked for.
    var rows: Response?
    var total: Int?
}

/// Where a list comes from that the cache does not have.
struct ListSource: Sendable {
    enum Parts: Hashable { case rows, rowsAndTotal, total }

    /// Where the page starts, as text for the key.
    let place: @Sendable (ReadContext) throws -> [UInt8]
    let load: @Sendable (Parts, ReadContext) throws -> LoadedList
}
