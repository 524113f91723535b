import Storage
import Values

extension Contradiction {
    /// The rows that match; nil when none does.
    static func matching(_ filter: Filter, in table: Table, _ session: any ReadSession) throws -> Contradiction? {
        var query = RowQuery(limit: maximumExamples)
        query.filters = [filter]
        query.columns = []
        let count = try session.count(query, in: table.layout, cap: .max)
        guard count > 0 else { return nil }
        return Contradiction(count: count, examples: try session.rows(query, in: table.layout).map(\.id))
    }

    /// The rows whose value in a column is found wrong by looking at each; nil when none is.
    static func scanning(
        _ position: Int,
        of table: Table,
        _ session: any ReadSession,
        _ isWrong: (JSON) -> Bool
    ) throws -> Contradiction? {
        var found = Contradiction(count: 0, examples: [])
        var query = RowQuery(limit: 1000)
        query.columns = [position]
        query.filters = [.compare(table.layout.columns[position].key, .isNotNull, [])]
        while true {
            let page: [StoredRow]
            do { page = try session.rows(query, in: table.layout) } catch let error as StoreError
                where error.kind == .tooLarge && query.limit > 1
            {
                query.limit = max(1, query.limit / 8)
                continue
            }
            for row in page where isWrong(row.values[position]) {
                found.count += 1
                if found.examples.count < maximumExamples { found.examples.append(row.id) }
            }
            guard let last = page.last else { return found.count > 0 ? found : nil }
            query.position = RowQuery.Position(values: [.string(last.sequence)], isBackward: false)
        }
    }

    /// `1 row ('a')`, `12 rows ('a', 'b', 'c' and others)`.
    var text: Prose {
        let names = examples.map { "'\($0)'" }.joined(separator: ", ")
        return count == 1
            ? "1 row (\(names))" : "\(count) rows (\(names)\(own: count > examples.count ? " and others" : ""))"
    }
}

/// What rows must agree to before a column changes. New bounds and elements hold for new values only, as in the
/// reference.
enum ColumnContradictions {
    /// - Throws: 400 `column_invalid_resize` or `column_value_invalid`, with how many rows stand against it.
    static func check(from old: Column, to new: Column, _ table: Table, _ context: WriteContext) throws {
        if new.required, !old.required { try checkNulls(old, table, context) }
        if let before = old.size, let after = new.size, after < before { try checkSize(old, after, table, context) }
    }

    private static func checkNulls(_ column: Column, _ table: Table, _ context: WriteContext) throws {
        guard let rows = try Contradiction.matching(.compare(column.key, .isNull, []), in: table, context.session)
        else { return }
        throw AppError(
            .columnValueInvalid,
            "'\(column.key)' has no value in \(rows.text), so it can't be required.",
            argument: "required",
            hint: "Give them a value first with tablesDB.updateRow, or delete them."
        )
    }

    private static func checkSize(_ column: Column, _ size: Int64, _ table: Table, _ context: WriteContext) throws {
        guard let rows = try longer(column, size, table, context) else { return }
        throw AppError(
            .columnInvalidResize,
            "'\(column.key)' holds more than \(size) characters in \(rows.text).",
            argument: "size",
            hint: "Shorten them first, or keep a size of at least \(column.size ?? size)."
        )
    }

    /// The rows that hold more than a new size allows. What the store can't compare is looked at here.
    private static func longer(_ column: Column, _ size: Int64, _ table: Table, _ context: WriteContext) throws
        -> Contradiction?
    {
        // No row could hold it, nor does a pattern count so far.
        guard size < RowWriter.maximumBytes else { return nil }
        guard column.isArray || column.isEncrypted, let position = table.layout.position(of: column.key) else {
            let pattern = JSON.string(pattern(longerThan: size))
            return try Contradiction.matching(.compare(column.key, .regex, [pattern]), in: table, context.session)
        }
        return try Contradiction.scanning(position, of: table, context.session) { value in
            (value.array ?? [value]).contains { item in
                guard let text = item.string, text.utf8.count > size else { return false }
                return text.unicodeScalars.count > size
            }
        }
    }

    /// A pattern for texts of more than so many characters; repetitions go up to 65535 in one step.
    private static func pattern(longerThan size: Int64) -> String {
        let count = size + 1
        return "(?s)\\A(?:.{60000}){\(count / 60_000)}.{\(count % 60_000)}"
    }
}
