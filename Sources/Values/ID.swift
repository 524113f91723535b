/// The rules for ids and keys that callers choose, and the ids that we make.
package enum ID {
    /// The longest id, in characters (which are all ASCII).
    package static let maximumLength = 36

    /// What a caller writes to have an id made.
    package static let unique = "unique()"

    /// Whether a text is a well-formed id: 1 to 36 of `A-Z a-z 0-9 . _ -`, starting with a letter or a digit.
    /// - Parameter maximumLength: where names of the same kind may be longer.
    package static func isValid(_ text: String, maximumLength: Int = Self.maximumLength) -> Bool {
        let bytes = text.utf8
        guard (1...maximumLength).contains(bytes.count), let first = bytes.first, isAlphanumeric(first) else {
            return false
        }
        return bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
    }

    /// Makes an id of 20 hexadecimal digits: 8 of seconds, 5 of microseconds, 7 random; ids sort by age.
    package static func make(microseconds: Int64, using random: inout some RandomNumberGenerator) -> String {
        let seconds = microseconds / 1_000_000
        let fraction = microseconds % 1_000_000
        let tail = UInt64.random(in: 0..<(1 << 28), using: &random)
        return hex(UInt64(seconds), 8) + hex(UInt64(fraction), 5) + hex(tail, 7)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func hex(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
