/// Bytes as text of letters, digits, `+` and `/`, padded with `=`.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each letter; 255 for what is none.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
        return table
    }()

    /// Whether this is one of the 64 letters; the padding is none.
    package static func isLetter(_ letter: UInt8) -> Bool { values[Int(letter)] != 255 }

    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            var length = 0
            var index = 0
            while index < bytes.count {
                let count = min(3, bytes.count - index)
                var group = 0
                for offset in 0..<3 { group = group << 8 | (offset < count ? Int(bytes[index + offset]) : 0) }
                for position in 0..<4 {
                    text[length] =
                        position <= count ? alphabet[group >> (18 - 6 * position) & 63] : UInt8(ascii: "=")
                    length += 1
                }
                index += 3
            }
            return length
        }
    }

    /// - Returns: nil for a text that ``encode(_:)`` does not make.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (group, letters, padding) = (0, 0, 0)
        for letter in text {
            if letter == UInt8(ascii: "=") {
                padding += 1
                group <<= 6
            } else {
                let value = values[Int(letter)]
                guard padding == 0, value != 255 else { return nil }
                group = group << 6 | Int(value)
            }
            letters += 1
            guard letters % 4 == 0 else { continue }
            guard padding <= 2, group & ((1 << (8 * padding)) - 1) == 0 else { return nil }
            for offset in 0..<(3 - padding) { bytes.append(UInt8(group >> (16 - 8 * offset) & 255)) }
            group = 0
        }
        return letters % 4 == 0 ? bytes : nil
    }
}
