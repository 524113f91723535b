import Values

extension SQLCompiler {
    /// The rows whose text is found, by the table of words beside theirs; phrases are looked for in the text itself.
    mutating func search(_ field: String, _ operand: JSON, _ column: ColumnLayout) -> String {
        let search = WordSearch(operand.string ?? "")
        guard !search.words.isEmpty else { return "0" }
        let words = mark(.text(search.words.map { "\"\($0)\"" }.joined(separator: " OR ")))
        var parts = ["\(alias)._seq IN (SELECT rowid FROM \(table.wordsName(of: column))(\(words)))"]
        for phrase in search.phrases {
            let folded = mark(.text(String(decoding: WordSearch.folded(phrase), as: UTF8.self)))
            parts.append("tandem_phrase(\(folded), \(field))")
        }
        return "(" + parts.joined(separator: " AND ") + ")"
    }

    /// Compiles the question in how many rows a search finds something, counted up to `cap`.
    static func found(_ key: String, _ search: JSON, in table: SQLiteTable, cap: Int) -> CompiledPage {
        var query = RowQuery(limit: 1)
        query.filters = [.compare(key, .search, [search])]
        return count(query, in: table, cap: cap, few: false)
    }
}

extension SQLiteTable {
    /// The quoted table of words of a column; the engine searches no column without one.
    func wordsName(of column: ColumnLayout) -> String {
        guard let index = layout.index(.fulltext, on: column.key) else {
            preconditionFailure("the engine searched a column without a fulltext index")
        }
        return companionName(index.key)
    }

    /// The quoted name of the table that stands for an index which SQLite has no own kind of. It ends in ":", which
    /// keeps the tables that SQLite makes beside it apart from those of other indexes.
    func companionName(_ index: String, _ part: String = "") -> String {
        Self.quoted(companionPrefix(index) + part)
    }

    /// What the names of such tables, and of their triggers, begin with.
    func companionPrefix(_ index: String?) -> String {
        Self.plainName(layout) + "::index:" + (index.map { $0 + ":" } ?? "")
    }
}
