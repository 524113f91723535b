import Values

/// What a message in HTML says, as plain text: lines for its paragraphs, and links behind their words.
struct MailPlainText {
    private var text = ""
    /// Whether white space stands before what comes next.
    private var isSpaced = false
    /// What is inside of these is no text.
    private var hidden: Substring?
    /// Where the link leads whose words come, and how many bytes of text stand before them.
    private var link: (target: String, start: Int)?

    static func of(_ html: String) -> String {
        var reader = MailPlainText()
        var rest = html[...]
        while let next = rest.first {
            if next == "<", let close = rest.firstIndex(of: ">") {
                reader.take(tag: rest[rest.index(after: rest.startIndex)..<close])
                rest = rest[rest.index(after: close)...]
            } else {
                let end = rest.dropFirst().firstIndex(of: "<") ?? rest.endIndex
                if reader.hidden == nil { reader.take(text: rest[..<end]) }
                rest = rest[end...]
            }
        }
        while reader.text.last?.isNewline == true { reader.text.removeLast() }
        return reader.text
    }

    private static let unseen: Set<Substring> = ["style", "script", "head", "title"]
    private static let blocks: Set<Substring> = [
        "p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote",
    ]

    private mutating func take(tag: Substring) {
        let isEnd = tag.first == "/"
        let name = Substring((isEnd ? tag.dropFirst() : tag).prefix { $0.isLetter || $0.isNumber }.lowercased())
        if let hidden {
            if isEnd, name == hidden { self.hidden = nil }
            return
        }
        if Self.unseen.contains(name) { if !isEnd { hidden = name } }
        if Self.blocks.contains(name) { endLine() }
        guard name == "a" else { return }
        if let link, isEnd {
            let words = Substring(text.utf8.dropFirst(link.start)).drop(while: \.isWhitespace)
            if !link.target.isEmpty, words != link.target[...] {
                take(text: " (\(link.target))"[...], isPlain: true)
            }
            self.link = nil
        } else if !isEnd {
            link = (Self.target(of: tag), text.utf8.count)
        }
    }

    /// - Parameter isPlain: whether nothing in it is escaped.
    private mutating func take(text: Substring, isPlain: Bool = false) {
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace).enumerated() {
            if word.offset > 0 { isSpaced = true }
            guard !word.element.isEmpty else { continue }
            if isSpaced, let last = self.text.last, !last.isNewline { self.text += " " }
            isSpaced = false
            self.text += isPlain ? String(word.element) : Self.unescaped(word.element)
        }
    }

    private mutating func endLine() {
        isSpaced = false
        if let last = text.last, !last.isNewline { text += "\n" }
    }

    /// The address to which a tag `a` leads; empty for none.
    private static func target(of tag: Substring) -> String {
        let bytes = Array(tag.utf8)
        let name = Array("href=".utf8)
        for start in bytes.indices where bytes[start...].starts(with: name) {
            let value = bytes[(start + name.count)...]
            guard let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { continue }
            return unescaped(Substring(decoding: value.dropFirst().prefix { $0 != quote }, as: UTF8.self))
        }
        return ""
    }

    private static let names: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'", "apos": "'", "nbsp": " ",
    ]

    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var result = ""
        var rest = text
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            rest = rest[rest.index(after: start)...]
            let name = rest.prefix(8).prefix { $0 != ";" }
            if let known = names[String(name)], name.endIndex < rest.endIndex, rest[name.endIndex] == ";" {
                result += known
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                result += "&"
            }
        }
        return result + rest
    }
}
