/// A place in a JSON value (RFC 6901), as in `/rows/0/$id`; the empty text is the whole value.
package struct JSONPointer: Sendable, Equatable {
    package var tokens: [String]

    /// How many parts one may have: what follows it, or builds a tree of several, goes down a level for each.
    package static let maximumTokens = 256

    /// - Throws: a sentence about what is wrong.
    package init(parsing text: some StringProtocol) throws(Malformed) {
        if text.isEmpty {
            tokens = []
            return
        }
        guard text.first == "/" else { throw Malformed(reason: "it must be empty or begin with '/'") }
        guard text.utf8.count(where: { $0 == UInt8(ascii: "/") }) <= Self.maximumTokens else {
            throw Malformed(reason: "it has more than \(Self.maximumTokens) parts")
        }
        var tokens: [String] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            tokens.append(try Self.unescaped(part))
        }
        self.tokens = tokens
    }

    /// Why a text is no pointer, as a clause.
    package struct Malformed: Error, Equatable {
        package var reason: String
    }

    private static func unescaped(_ part: some StringProtocol) throws(Malformed) -> String {
        guard part.contains("~") else { return String(part) }
        var result = ""
        var rest = part[...]
        while let next = rest.popFirst() {
            guard next == "~" else {
                result.append(next)
                continue
            }
            switch rest.popFirst() {
            case "0": result.append("~")
            case "1": result.append("/")
            default: throw Malformed(reason: "'~' must be followed by 0 or 1")
            }
        }
        return result
    }

    /// The position in an array that a token names; nil for what is no number in its shortest form.
    static func index(_ token: String) -> Int? {
        guard let index = Int(token), index >= 0, String(index) == token else { return nil }
        return index
    }
}

extension JSON {
    /// The value at a place; nil when there is none.
    package subscript(pointer: JSONPointer) -> JSON? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let items):
                guard let index = JSONPointer.index(token), index < items.count else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }
}
