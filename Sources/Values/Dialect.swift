/// The words in which an API speaks of the same things.
///
/// Code and catalog are written in the words of ``tables``; another dialect is a translation of them, made where texts
/// and names leave the program.
package enum Dialect: String, Sendable {
    /// Tables, rows and columns.
    case tables
    /// Collections, documents and attributes, which the API `databases` speaks.
    case collections

    /// A name or a text of ours in this dialect: `createRow`, `$tableId`, `row_not_found`, `/v1/tablesdb/:databaseId`,
    /// or a sentence.
    ///
    /// Nothing that came from a caller may be passed in, because its own words would change too.
    package func translated(_ text: String) -> String {
        guard self != .tables else { return text }
        var translation = Translation(text)
        return translation.run()
    }

    /// A text in this dialect; what it quotes stays as it is.
    package func translated(_ text: Prose) -> Prose { text.mapped { (own: String) in translated(own) } }

    /// The code that says the same in this dialect: `row_not_found` is `document_not_found`.
    package func translated(_ code: ErrorCode) -> ErrorCode { ErrorCode(translated(code.type), code.status) }

    /// Whether some lower-case words, such as those of a search, hold one that only this dialect uses.
    package func isSpoken(in words: [String]) -> Bool {
        self == .collections && words.contains { Self.collectionWords.contains($0) }
    }

    fileprivate static let words = [
        "table": "collection", "tables": "collections", "row": "document", "rows": "documents", "column": "attribute",
        "columns": "attributes", "tablesdb": "databases",
    ]

    private static let collectionWords = Set(words.values).subtracting(["databases"])
}

/// Goes through a text word by word, where `createRow` and `row_not_found` are words with parts.
private struct Translation {
    /// It explains a table in ways of our own and has no counterpart.
    private static let untranslatable = Array("tablesDB.describeTable".utf8)
    private static let service = Array("tablesDB".utf8)
    private static let index = Array("index".utf8)

    private let bytes: [UInt8]
    private var position = 0
    private var result: [UInt8] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
        result.reserveCapacity(bytes.count + bytes.count / 4)
    }

    mutating func run() -> String {
        while position < bytes.count {
            if isLetter(position) { translateWord() } else { copy(to: position + 1) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func translateWord() {
        if bytes[position...].starts(with: Self.untranslatable) {
            copy(to: position + Self.untranslatable.count)
        } else if bytes[position...].starts(with: Self.service) {
            replace(to: position + Self.service.count, with: "databases")
        } else {
            while isLetter(position) { translatePart() }
        }
    }

    /// Translates up to the next capital letter or the end of the word.
    private mutating func translatePart() {
        var end = position + 1
        while isLetter(end), !(isCapital(end) && !isCapital(end - 1)) { end += 1 }
        let part = String(decoding: bytes[position..<end].map { $0 | 0x20 }, as: UTF8.self)
        guard let word = Dialect.words[part] else { return copy(to: end) }
        if part == "column", let next = startOfIndex(after: end) {
            // An index is one of columns in one dialect, and just an index in the other.
            let isCapitalised = isCapital(position)
            position = next
            return replace(to: next + 1, with: isCapitalised ? "I" : "i")
        }
        if part.hasPrefix("column"), result.last == UInt8(ascii: " "), endsWithArticle {
            result[result.count - 1] = UInt8(ascii: "n")
            result.append(UInt8(ascii: " "))
        }
        let isUpper = end - position > 1 && isCapital(position + 1)
        replace(to: end, with: isUpper ? word.uppercased() : isCapital(position) ? word.capitalizedFirst : word)
    }

    /// Where `index` begins in `column_index` and `columnIndex`.
    private func startOfIndex(after end: Int) -> Int? {
        guard end < bytes.count else { return nil }
        let start = bytes[end] == UInt8(ascii: "_") ? end + 1 : isLetter(end) ? end : nil
        guard let start, bytes[start...].prefix(Self.index.count).map({ $0 | 0x20 }) == Self.index else { return nil }
        return start
    }

    /// Whether what is written so far ends with the word "a".
    private var endsWithArticle: Bool {
        guard result.count >= 2, result[result.count - 2] | 0x20 == UInt8(ascii: "a") else { return false }
        return result.count == 2 || !isLetter(result[result.count - 3])
    }

    private mutating func copy(to end: Int) {
        result.append(contentsOf: bytes[position..<end])
        position = end
    }

    private mutating func replace(to end: Int, with word: String) {
        result.append(contentsOf: word.utf8)
        position = end
    }

    private func isLetter(_ index: Int) -> Bool { index < bytes.count && isLetter(bytes[index]) }
    private func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }
    private func isCapital(_ index: Int) -> Bool { index < bytes.count && 0x41...0x5A ~= bytes[index] }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
