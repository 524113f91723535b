/// Works on addresses as text.
package enum URLText {
    /// The address with further parameters in its query, before the fragment if it has one.
    package static func adding(_ parameters: [(name: String, value: String)], to address: String) -> String {
        let parts = address.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parameters.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
        let base = String(parts[0])
        let separator = !base.contains("?") ? "?" : base.hasSuffix("?") || base.hasSuffix("&") ? "" : "&"
        return base + separator + query + (parts.count == 2 ? "#\(parts[1])" : "")
    }

    /// The text that percent-encoded text stands for; nil where it is no UTF-8 or an escape is broken.
    /// - Parameter plusIsSpace: as in queries and forms, and not in paths.
    package static func decoded(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        var text = text
        return text.withUTF8 { decoded($0, plusIsSpace: plusIsSpace) }
    }

    /// The same of bytes, which need not be UTF-8.
    package static func decoded(_ bytes: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool) -> String? {
        guard bytes.contains(where: { $0 == 0x25 || (plusIsSpace && $0 == 0x2B) }) else {
            return String(checking: bytes)
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count) { result in
            var (place, end) = (0, 0)
            while place < bytes.count {
                var byte = bytes[place]
                place += 1
                if byte == 0x25 {
                    guard place + 2 <= bytes.count, let high = digit(bytes[place]), let low = digit(bytes[place + 1])
                    else { return nil }
                    byte = high << 4 | low
                    place += 2
                } else if byte == 0x2B, plusIsSpace {
                    byte = 0x20
                }
                result.initializeElement(at: end, to: byte)
                end += 1
            }
            return String(checking: UnsafeBufferPointer(rebasing: result[..<end]))
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// The names and values of a query or a form.
    /// - Parameters:
    ///   - maximum: how many are looked at.
    ///   - read: what becomes of a name or a value as it was sent.
    package static func pairs<Part>(
        of query: Substring,
        maximum: Int = .max,
        _ read: (UnsafeBufferPointer<UInt8>) -> Part
    ) -> [(name: Part, value: Part)] {
        var query = query
        return query.withUTF8 { bytes in
            var pairs: [(name: Part, value: Part)] = []
            var rest = bytes[...]
            while !rest.isEmpty, pairs.count < maximum {
                let pair = rest.prefix { $0 != UInt8(ascii: "&") }
                rest = rest[pair.endIndex...].dropFirst()
                guard !pair.isEmpty else { continue }
                let name = pair.prefix { $0 != UInt8(ascii: "=") }
                let value = pair[name.endIndex...].dropFirst()
                pairs.append((read(UnsafeBufferPointer(rebasing: name)), read(UnsafeBufferPointer(rebasing: value))))
            }
            return pairs
        }
    }

    /// The path of what a request asks for, and what follows the question mark.
    package static func parts(of target: String) -> (path: Substring, query: Substring) {
        let end = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        return (target[..<end], target[end...].dropFirst())
    }

    /// A text as it stands in a query.
    package static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
