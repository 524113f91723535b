import Values

/// Fills templates of mails.
struct MailText: Sendable {
    /// What stands where; a place without a value is empty.
    let values: [MailTemplate.Place: String]

    init(_ values: [MailTemplate.Place: String]) { self.values = values }

    /// A message: values are escaped, so that none of them is HTML, and a paragraph is left out that has a place without a
    /// value.
    func message(_ html: String) -> String {
        var result = ""
        var rest = html[...]
        while let paragraph = Self.paragraph(in: rest) {
            result += filled(rest[..<paragraph.lowerBound], Self.escaped)
            let isLeftOut = lacks(rest[paragraph])
            if !isLeftOut { result += filled(rest[paragraph], Self.escaped) }
            rest = rest[paragraph.upperBound...]
            // No empty line stays in its place.
            if isLeftOut { rest = rest.drop(while: \.isWhitespace) }
        }
        return result + filled(rest, Self.escaped)
    }

    /// A subject, which is plain text in one line.
    func subject(_ text: String) -> String {
        let line = filled(text[...]) { $0 }.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(line)).trimmed
    }

    /// Where a paragraph of HTML begins and ends, its tags with it; nil where none does.
    private static func paragraph(in text: Substring) -> Range<Substring.Index>? {
        var start = text.startIndex
        while let open = text[start...].place(of: "<p", "<P") {
            start = open.upperBound
            guard let next = text[start...].first, next == ">" || next.isWhitespace else { continue }
            guard let close = text[start...].place(of: "</p>", "</P>") else { return nil }
            return open.lowerBound..<close.upperBound
        }
        return nil
    }

    private func lacks(_ text: Substring) -> Bool {
        var lacks = false
        forEachPart(of: text) { part in
            if case .place(let place) = part, values[place]?.isEmpty ?? true { lacks = true }
        }
        return lacks
    }

    private func filled(_ text: Substring, _ shape: (String) -> String) -> String {
        var result = ""
        forEachPart(of: text) { part in
            switch part {
            case .text(let text): result += text
            case .place(let place): result += shape(values[place] ?? "")
            }
        }
        return result
    }

    private enum Part {
        case text(Substring)
        case place(MailTemplate.Place)
    }

    /// Braces around anything that is no place are text.
    private func forEachPart(of text: Substring, _ body: (Part) -> Void) {
        var rest = text
        while let open = rest.place(of: "{{") {
            body(.text(rest[..<open.lowerBound]))
            rest = rest[open.upperBound...]
            // The longest name has eight letters, with some room around it.
            if let close = rest.prefix(20).place(of: "}}"),
                let place = MailTemplate.Place(rawValue: String(rest[..<close.lowerBound]).trimmed)
            {
                body(.place(place))
                rest = rest[close.upperBound...]
            } else {
                body(.text("{{"))
            }
        }
        body(.text(rest))
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

extension Substring {
    /// Where one of these texts stands first.
    fileprivate func place(of texts: String...) -> Range<Index>? {
        let patterns = texts.map { Array($0.utf8) }
        var place = startIndex
        while place < endIndex {
            for pattern in patterns where utf8[place...].starts(with: pattern) {
                return place..<utf8.index(place, offsetBy: pattern.count)
            }
            place = utf8.index(after: place)
        }
        return nil
    }
}

extension String {
    /// Without white space at its ends.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
