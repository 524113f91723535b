/// Near misses for error messages.
package enum Spelling {
    /// The known words that are closest to a wrong one, best first, at most three; empty when none is close.
    ///
    /// Close means: equal but for case and punctuation, a part of the other from four letters on, or an optimal string
    /// alignment distance of at most a third of the length.
    package static func suggestions(for word: String, among known: [String]) -> [String] {
        let target = folded(word)
        guard !target.isEmpty else { return [] }
        var scored: [(score: Int, index: Int)] = []
        for (index, candidate) in known.enumerated() {
            let other = folded(candidate)
            if other == target {
                scored.append((0, index))
                continue
            }
            let distance = distance(target, other, limit: max(1, max(target.count, other.count) / 3))
            if let distance {
                scored.append((distance, index))
            } else if min(target.count, other.count) >= 4, contains(other, target) || contains(target, other) {
                scored.append((100 + abs(other.count - target.count), index))
            }
        }
        return scored.sorted { ($0.score, $0.index) < ($1.score, $1.index) }.prefix(3).map { known[$0.index] }
    }

    /// Lower-cased ASCII letters and digits of a word: the form in which spellings compare.
    package static func folded(_ word: String) -> [UInt8] {
        word.utf8.compactMap { byte in
            switch byte {
            case 0x41...0x5A: byte | 0x20
            case 0x61...0x7A, 0x30...0x39: byte
            default: byte < 0x80 ? nil : byte
            }
        }
    }

    /// The optimal string alignment distance (Damerau 1964, restricted: no substring is edited twice), or nil above
    /// `limit`.
    package static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        var current = last
        for i in 0..<left.count {
            current[0] = i + 1
            var smallest = current[0]
            for j in 0..<right.count {
                let same = left[i] == right[j]
                var cost = min(last[j + 1] + 1, current[j] + 1, last[j] + (same ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                current[j + 1] = cost
                smallest = min(smallest, cost)
            }
            if smallest > limit { return nil }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[right.count] <= limit ? last[right.count] : nil
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
