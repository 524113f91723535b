import CPasswords

/// The passwords that everybody tries first.
enum CommonPasswords {
    /// Whether a password is one of them, whatever the case of its letters.
    static func contains(_ password: String) -> Bool {
        var length = 0
        let list = UnsafeBufferPointer(start: tandem_common_passwords(&length), count: length)
        let wanted = password.lowercased().utf8.map { CChar(bitPattern: $0) }
        guard !wanted.contains(lineFeed) else { return false }
        // The line that holds the middle decides about the half, which ends and begins with a line.
        var (low, high) = (0, length)
        while low < high {
            var start = (low + high) / 2
            while start > low, list[start - 1] != lineFeed { start -= 1 }
            var end = start
            while list[end] != lineFeed { end += 1 }
            let line = list[start..<end]
            if line.elementsEqual(wanted) { return true }
            if line.lexicographicallyPrecedes(wanted) { low = end + 1 } else { high = start }
        }
        return false
    }

    private static let lineFeed = CChar(0x0A)
}
