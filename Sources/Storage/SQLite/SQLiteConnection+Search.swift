import GRDBSQLite

extension SQLiteConnection {
    /// Makes the functions known that full-text search is made of.
    func installSearch() {
        // The triggers of a full-text table name this function, and tell the table what to forget by calling it again. A
        // change of the rule therefore needs a function of another name, and tables made anew for it.
        install("tandem_words", 1, nil) { call, _, values in
            guard let text = SQLiteConnection.text(values![0]!) else { return sqlite3_result_null(call) }
            var words: [UInt8] = []
            words.reserveCapacity(text.count + 1)
            WordRule.appendWords(of: text, to: &words)
            words.withUnsafeBytes { bytes in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                sqlite3_result_text(call, start, Int32(bytes.count), SQLiteStatement.transient)
            }
        }
        install("tandem_phrase", 2, Unmanaged.passUnretained(self).toOpaque()) { call, _, values in
            if SQLiteConnection.calling(call).mustStop { return sqlite3_result_error_code(call, SQLITE_INTERRUPT) }
            guard let text = SQLiteConnection.text(values![1]!), let phrase = SQLiteConnection.text(values![0]!) else {
                return sqlite3_result_null(call)
            }
            sqlite3_result_int(call, WordSearch.contains(Array(phrase), text) ? 1 : 0)
        }
    }

    /// The bytes of a text, valid while the function runs that it was given to; nil for anything else.
    static func text(_ value: OpaquePointer) -> UnsafeBufferPointer<UInt8>? {
        guard sqlite3_value_type(value) == SQLITE_TEXT, let start = sqlite3_value_text(value) else { return nil }
        return UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
    }
}
