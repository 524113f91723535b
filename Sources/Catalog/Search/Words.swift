/// Cuts text into lower-case words.
enum Words {
    /// Letters and digits belong to words, apostrophes vanish, everything else separates; so does a step from lower to
    /// upper case: `createRow`, `create_row` and `create row` are the same two words.
    static func split(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var words: [String] = []
        var word: [UInt8] = []
        func isUpper(_ index: Int) -> Bool { index >= 0 && index < bytes.count && 0x41...0x5A ~= bytes[index] }
        func isDigit(_ index: Int) -> Bool { index >= 0 && 0x30...0x39 ~= bytes[index] }
        func isLower(_ index: Int) -> Bool { index >= 0 && index < bytes.count && 0x61...0x7A ~= bytes[index] }
        func close() {
            if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
            word.removeAll(keepingCapacity: true)
        }
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x41...0x5A:
                // `JSONText` is two words and so is `MD5User`, `IPv6` and `DBs` are one.
                let startsWord =
                    isLower(index - 1) || (isDigit(index - 1) && isLower(index + 1))
                    || (word.count > 1 && isUpper(index - 1) && isLower(index + 1) && isLower(index + 2))
                if startsWord { close() }
                word.append(byte | 0x20)
            case 0x61...0x7A, 0x30...0x39, 0x80...0xFF: word.append(byte)
            case UInt8(ascii: "'"): continue
            default: close()
            }
        }
        close()
        return words
    }
}
