import Values

/// Forgetting old records of the event log. Their numbers follow each other without a gap, so a reader that has missed
/// some sees it by the number of the next one.
extension SQLiteSession {
    /// Removes the oldest records: those from before a moment, and those beyond so many bytes; at most `limit` of them.
    /// - Returns: how many there were.
    func removeEvents(_ bounds: LogBounds, limit: Int) throws -> Int {
        guard let range = try eventRange() else { return 0 }
        let most = range.lowerBound + Int64(limit)
        var end =
            try bounds.oldest.map { try firstKept($0, bounds.present, in: range, below: most) } ?? range.lowerBound
        if let bytes = bounds.bytes {
            let kept = max(1, bytes / max(1, try averageBytes(range)))
            end = max(end, range.upperBound - kept + 1)
        }
        let stop = min(end, most)
        guard stop > range.lowerBound else { return 0 }
        let statement = try connection.statement("DELETE FROM tandem_events WHERE seq < ?1")
        statement.bind(stop, at: 1)
        try statement.run()
        return Int(stop - range.lowerBound)
    }

    private func eventRange() throws -> ClosedRange<Int64>? {
        let statement = try connection.statement("SELECT min(seq), max(seq) FROM tandem_events")
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.isNull(0) ? nil : statement.integer(0)...statement.integer(1)
    }

    /// The number behind the last record that is from before a moment, of those that come before any that is not.
    ///
    /// Clocks are set, so records don't stand in the order of their times: one from long ago between recent ones takes
    /// none of them along, and one from the future keeps nothing.
    private func firstKept(
        _ oldest: Timestamp,
        _ present: Timestamp?,
        in range: ClosedRange<Int64>,
        below most: Int64
    ) throws -> Int64 {
        let end = min(most, range.upperBound + 1)
        let statement = try connection.statement(
            """
            SELECT seq FROM tandem_events WHERE seq < ?1 AND json_extract(record, '$.at') BETWEEN ?2 AND ?3
            ORDER BY seq LIMIT 1
            """
        )
        statement.bind(end, at: 1)
        statement.bind(oldest.milliseconds, at: 2)
        statement.bind(present?.milliseconds ?? .max, at: 3)
        let recent = try statement.step() ? statement.integer(0) : end
        statement.reset()
        let last = try connection.statement(
            """
            SELECT seq FROM tandem_events WHERE seq < ?1 AND json_extract(record, '$.at') < ?2
            ORDER BY seq DESC LIMIT 1
            """
        )
        last.bind(recent, at: 1)
        last.bind(oldest.milliseconds, at: 2)
        defer { last.reset() }
        return try last.step() ? last.integer(0) + 1 : range.lowerBound
    }

    /// About how many bytes a record takes, by a look at some.
    private func averageBytes(_ range: ClosedRange<Int64>) throws -> Int64 {
        let samples: Int64 = 64
        let step = max(1, Int64(range.count) / samples)
        let statement = try connection.statement(
            "SELECT length(CAST(record AS BLOB)) FROM tandem_events WHERE seq = ?1"
        )
        var (sum, count): (Int64, Int64) = (0, 0)
        for number in stride(from: range.lowerBound, through: range.upperBound, by: Int(step)) {
            statement.bind(number, at: 1)
            if try statement.step() {
                sum += statement.integer(0)
                count += 1
            }
            statement.reset()
        }
        return count == 0 ? 1 : sum / count
    }

    /// Checks that nothing is missing between a cursor and what comes after it.
    /// - Parameter next: the number of the record that comes next; nil where there is none.
    /// - Throws: ``StoreError`` `historyLost`, also for a cursor that this log has never given out.
    func checkReach(of cursor: Int64, next: Int64?) throws {
        if let next {
            guard next == cursor + 1 else { throw StoreError.historyIsLost }
            return
        }
        let statement = try connection.statement("SELECT seq FROM sqlite_sequence WHERE name = 'tandem_events'")
        let last = try statement.step() ? statement.integer(0) : 0
        statement.reset()
        guard cursor == last else { throw StoreError.historyIsLost }
    }
}

extension StoreError {
    static let historyIsLost = StoreError(.historyLost, "the event log no longer reaches back to this cursor")
}
