/// The header `tracestate` of W3C Trace Context: what systems along a trace tell each other, newest first.
enum TraceState {
    /// How many members there may be.
    private static let members = 32
    /// How much is passed on, in bytes; whole members are left out from the end.
    private static let bytes = 2048

    /// The one header that several make; empty where they break a rule, in which case nothing of them may be passed on.
    static func combined(_ headers: [String]) -> String {
        var keys: Set<String> = []
        var result = ""
        var count = 0
        for header in headers {
            for part in header.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                let member = Substring(part.trimmingBlanks)
                if member.isEmpty { continue }
                guard let equals = member.firstIndex(of: "=") else { return "" }
                let key = member[..<equals]
                count += 1
                guard count <= members, isKey(key.utf8), isValue(member[equals...].utf8.dropFirst()),
                    keys.insert(String(key)).inserted
                else { return "" }
                let length = result.utf8.count + member.utf8.count + (result.isEmpty ? 0 : 1)
                guard length <= bytes else { continue }
                result += result.isEmpty ? String(member) : "," + member
            }
        }
        return result
    }

    /// `name`, or `tenant@system`.
    private static func isKey(_ key: Substring.UTF8View) -> Bool {
        let parts = key.split(separator: UInt8(ascii: "@"), maxSplits: 2, omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return isName(parts[0], longest: 256, mayBeginWithDigit: false)
        case 2:
            return isName(parts[0], longest: 241, mayBeginWithDigit: true)
                && isName(parts[1], longest: 14, mayBeginWithDigit: false)
        default: return false
        }
    }

    private static func isName(_ name: Substring.UTF8View, longest: Int, mayBeginWithDigit: Bool) -> Bool {
        guard (1...longest).contains(name.count), let first = name.first else { return false }
        guard isLetter(first) || mayBeginWithDigit && isDigit(first) else { return false }
        return name.allSatisfy { byte in
            isLetter(byte) || isDigit(byte) || "_-*/".utf8.contains(byte)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Printable characters without commas and equals signs, the last of which is no blank.
    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        (1...256).contains(value.count) && value.last != 0x20
            && value.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
    }
}

extension Substring.UTF8View {
    /// Without blanks and tabs at both ends.
    fileprivate var trimmingBlanks: Substring.UTF8View {
        var text = self
        while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
