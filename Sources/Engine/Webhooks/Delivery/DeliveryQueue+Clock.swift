import Storage
import Values

/// What was left by a clock that was ahead, or by a round that was broken off.
extension DeliveryQueue {
    /// How many deliveries are looked at, and changed, at once.
    private static let page = 1000
    private static let schedule = WebhookTables.deliveries.part(["webhook", "state", "due", "attempts", "owner"])

    /// Brings back what is due later than anybody would have set it by the present time of day, so that a clock that is
    /// set back makes nothing wait for it.
    /// - Parameters:
    ///   - webhook: whose deliveries.
    ///   - owner: one who has nothing under way: what it still holds is due at once.
    /// - Returns: whether there may be more.
    static func bringBack(
        _ webhook: String,
        from owner: String,
        at now: Timestamp,
        in session: any WriteSession
    ) throws -> Bool {
        var query = RowQuery(limit: page)
        query.filters = [
            .compare("webhook", .equal, [.string(webhook)]),
            .compare("state", .equal, [.string(Delivery.State.pending.rawValue)]),
            .compare("due", .greaterThan, [.string(now.text)]),
        ]
        query.orders = [Query.Order("due"), Query.Order("$sequence")]
        var late: [Int64: [String]] = [:]
        var (count, isLast) = (0, false)
        while !isLast, count < page {
            let rows = try session.rows(query, in: schedule)
            for row in rows {
                let record = Record(row, schedule)
                let longest = longestPause(record.string("owner"), record["attempts"].int ?? 0, from: owner)
                let due = record["due"].string.flatMap { Timestamp(parsing: $0) } ?? now
                guard due.milliseconds - now.milliseconds > longest else { continue }
                late[longest, default: []].append(row.id)
                count += 1
            }
            query.offset += rows.count
            isLast = rows.count < page
        }
        for (pause, ids) in late {
            let fields: JSONObject = ["due": .string(now.adding(milliseconds: pause).text)]
            let table = WebhookTables.deliveries
            _ = try session.update(ids, Record.change(table, at: now, fields), in: table)
        }
        return !isLast
    }

    /// How far ahead, in milliseconds, somebody may have set when a delivery is due.
    private static func longestPause(_ holder: String, _ attempts: Int64, from owner: String) -> Int64 {
        if holder.isEmpty { return Backoff.deliveries.longest(after: attempts) }
        return holder == owner ? 0 : leaseMilliseconds
    }
}
