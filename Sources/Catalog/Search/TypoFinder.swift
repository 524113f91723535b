import Values

/// Finds the known words that a misspelled one may stand for.
struct TypoFinder: Sendable {
    /// By first letter, which is rarely the wrong one.
    private var buckets: [UInt8: [(bytes: [UInt8], word: String)]] = [:]

    init(words: some Sequence<String>) {
        for word in words where word.utf8.count >= 3 {
            let bytes = Array(word.utf8)
            buckets[bytes[0], default: []].append((bytes, word))
        }
    }

    /// The closest words, at most three: one edit away from four letters on, two from eight on.
    func corrections(of word: String) -> (distance: Int, words: [String])? {
        let bytes = Array(word.utf8)
        guard bytes.count >= 4 else { return shortCorrections(of: bytes) }
        var limit = bytes.count >= 8 ? 2 : 1
        var found: [String] = []
        // The second letter too, for `ocunt`.
        for letter in Set([bytes[0], bytes[1]]) {
            for (candidate, text) in buckets[letter] ?? [] {
                guard let distance = Spelling.distance(bytes, candidate, limit: limit) else { continue }
                if letter != bytes[0], candidate[1] != bytes[0] { continue }
                if distance == 2, candidate.count < 8 { continue }
                if bytes.count == 4, !Self.isSlip(bytes, candidate) { continue }
                if distance < limit {
                    limit = distance
                    found.removeAll()
                }
                found.append(text)
            }
        }
        return found.isEmpty ? nil : (limit, Array(found.sorted().prefix(3)))
    }

    /// Whether a letter was left out, doubled or moved. Another letter makes another word too often when words are short:
    /// `main` is not `mail`.
    private static func isSlip(_ word: [UInt8], _ candidate: [UInt8]) -> Bool {
        word.count != candidate.count || word.sorted() == candidate.sorted()
    }

    /// Words of three letters are corrected only when two letters changed places or one of four is missing.
    private func shortCorrections(of bytes: [UInt8]) -> (distance: Int, words: [String])? {
        guard bytes.count == 3 else { return nil }
        let found = (buckets[bytes[0]] ?? []).filter {
            guard Spelling.distance(bytes, $0.bytes, limit: 1) != nil else { return false }
            return $0.bytes.count <= 4 && Self.isSlip(bytes, $0.bytes)
        }
        return found.isEmpty ? nil : (1, found.map(\.word).sorted())
    }
}
