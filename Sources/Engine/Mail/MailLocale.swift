import Values

/// A language, or one as it is spoken somewhere, such as `de` or `pt-br`.
struct MailLocale: Sendable, Equatable {
    let code: String

    /// The one in which templates are where none is named.
    static let standard = MailLocale(unchecked: "en")

    private init(unchecked code: String) { self.code = code }

    /// nil for text that is none: two or three letters, and where it has more, a hyphen with two to eight of a-z 0-9.
    init?(_ text: String) {
        let code = String(text.lowercased().map { $0 == "_" ? "-" : $0 })
        let parts = code.split(separator: "-", omittingEmptySubsequences: false)
        func isWord(_ word: Substring, _ length: ClosedRange<Int>) -> Bool {
            length.contains(word.utf8.count)
                && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard (1...2).contains(parts.count), isWord(parts[0], 2...3), parts[0].allSatisfy(\.isLetter),
            parts.count == 1 || isWord(parts[1], 2...8)
        else { return nil }
        self.code = code
    }

    /// Those in which words may be for somebody who wants this one, the best first.
    var candidates: [MailLocale] {
        var all = [self]
        if let hyphen = code.firstIndex(of: "-") { all.append(MailLocale(unchecked: String(code[..<hyphen]))) }
        if !all.contains(.standard) { all.append(.standard) }
        return all
    }
}
