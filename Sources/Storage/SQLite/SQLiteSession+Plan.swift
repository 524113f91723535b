import Values

/// What `EXPLAIN QUERY PLAN` tells, and how many rows a statement comes by.
extension SQLiteSession {
    func plan(_ query: RowQuery, in layout: TableLayout) throws -> PagePlan {
        let table = connection.table(layout)
        let few = try opensFew(query, table)
        var plans: [PagePlan] = []
        for page in SQLCompiler.page(query, in: table, few: few, joins: try joins(of: query)) {
            let steps = try connection.plan(of: page.sql, page.parameters)
            plans.append(Self.plan(steps, query, table, few: few))
        }
        return plans.first { $0.access == .scan || $0.sortsInMemory } ?? plans[0]
    }

    func examine(_ query: RowQuery, in layout: TableLayout, cap: Int) throws -> PageExamination {
        let table = connection.table(layout)
        let plan = try plan(query, in: layout)
        let (few, joins) = (try opensFew(query, table), try joins(of: query))
        connection.countRows(upTo: cap)
        var returned = 0
        do {
            for (index, page) in SQLCompiler.page(query, in: table, few: few, joins: joins).enumerated() {
                var page = page
                if index > 0 {
                    guard returned < query.limit else { break }
                    page.limit(to: query.limit - returned)
                }
                let statement = try connection.statement(page.countingRows.sql)
                try statement.bind(page.parameters)
                while try statement.step() { returned += 1 }
            }
        } catch let error as StoreError where error.kind == .cancelled && connection.countedRows > cap {
            let returned = try rows(query, in: layout).count
            return PageExamination(plan: plan, examined: cap, isCapped: true, returned: returned)
        }
        return PageExamination(plan: plan, examined: connection.countedRows, returned: returned)
    }

    private static func plan(_ steps: [String], _ query: RowQuery, _ table: SQLiteTable, few: Bool) -> PagePlan {
        let sorts = steps.contains { $0.hasPrefix("USE TEMP B-TREE FOR") && $0.hasSuffix("ORDER BY") }
        let own = steps.filter { $0 == "SCAN t" || $0.hasPrefix("SCAN t ") || $0.hasPrefix("SEARCH t ") }
        let names = own.map { name(in: $0, query, table, few: few) }
        if let scan = own.firstIndex(where: { $0.hasPrefix("SCAN") }) {
            return PagePlan(walkingThrough: names[scan], query, sortsInMemory: sorts)
        }
        let isByID = own.count == 1 && own[0].hasSuffix("(_id=?)")
        return isByID
            ? PagePlan(.id, index: "$id") : PagePlan(.index, index: names.first ?? nil, sortsInMemory: sorts)
    }

    /// The index that a step uses, as callers know it.
    private static func name(in step: String, _ query: RowQuery, _ table: SQLiteTable, few: Bool) -> String? {
        if step.contains("USING INTEGER PRIMARY KEY") {
            guard step.hasSuffix("(rowid=?)") else { return "$sequence" }
            if let column = query.filters.lazy.compactMap(\.searchedField).first {
                return table.layout.index(.fulltext, on: column)?.key
            }
            return few ? "$permissions" : "$sequence"
        }
        guard let start = step.range(of: "INDEX ")?.upperBound else { return nil }
        let name = step[start...].prefix { $0 != " " }
        let prefix = SQLiteTable.plainName(table.layout) + ":"
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : "$id"
    }
}

extension CompiledPage {
    /// The same page, whose rows are counted as SQLite comes by them, before anything else is asked of them.
    fileprivate var countingRows: CompiledPage {
        var page = self
        if let place = page.sql.range(of: " t WHERE ") {
            // The planner must not think that this makes the rows fewer.
            page.sql.insert(contentsOf: "likelihood(tandem_count(t._seq), 1.0) AND ", at: place.upperBound)
        }
        return page
    }
}

extension Filter {
    /// The field of a full-text search that must succeed.
    fileprivate var searchedField: String? {
        switch self {
        case .compare(let field, .search, _): field
        case .and(let parts): parts.lazy.compactMap(\.searchedField).first
        case .compare, .or, .related: nil
        }
    }
}

extension String {
    /// Where a part begins and ends.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        let (text, wanted) = (Array(utf8), Array(part.utf8))
        guard text.count >= wanted.count else { return nil }
        for start in 0...(text.count - wanted.count) where text[start..<(start + wanted.count)].elementsEqual(wanted) {
            let from = utf8.index(utf8.startIndex, offsetBy: start)
            return from..<utf8.index(from, offsetBy: wanted.count)
        }
        return nil
    }
}
