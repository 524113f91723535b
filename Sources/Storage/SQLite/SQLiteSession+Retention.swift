import Values

/// Forgetting old records of the event log. Their numbers follow each other without a gap, so a record can be found by
/// halving, and a reader that has missed some sees it by the number of the next one.
extension SQLiteSession {
    /// Removes the oldest records: those from before a moment, and those beyond so many bytes; at most `limit` of them.
    /// - Returns: how many there were.
    func removeEvents(_ bounds: LogBounds, limit: Int) throws -> Int {
        guard let range = try eventRange() else { return 0 }
        var end = try bounds.oldest.map { try firstEvent(since: $0, in: range) } ?? range.lowerBound
        if let bytes = bounds.bytes {
            let kept = max(1, bytes / max(1, try averageBytes(range)))
            end = max(end, range.upperBound - kept + 1)
        }
        let stop = min(end, range.lowerBound + Int64(limit))
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

    /// The number of the first record that is not from before a moment. Records stand nearly in the order of their times.
    private func firstEvent(since moment: Timestamp, in range: ClosedRange<Int64>) throws -> Int64 {
        let statement = try connection.statement(
            "SELECT json_extract(record, '$.at') FROM tandem_events WHERE seq = ?1"
        )
        var (low, high) = (range.lowerBound, range.upperBound + 1)
        while low < high {
            let middle = low + (high - low) / 2
            statement.bind(middle, at: 1)
            let isOld = try statement.step() && statement.integer(0) < moment.milliseconds
            statement.reset()
            if isOld { low = middle + 1 } else { high = middle }
        }
        return low
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
