/// How full-text search takes texts apart and compares their words.
///
/// It is the rule of MongoDB's text indexes (version 3, language "none"), which knows the characters of Unicode 8:
/// letters count without their case and accents, words are not stemmed, and none is left out. A test compares the
/// tables with a server, character by character.
enum WordRule {
    /// What becomes of a character.
    private enum Effect {
        case delimits, vanishes
        case counts(as: UInt32)
    }

    /// A run of characters of the tables.
    private struct Run {
        enum Kind { case delimiter, accent, folding }

        var kind: Kind
        var first: UInt32
        var last: UInt32
        var target: UInt32 = 0
        /// 0: every character becomes the target; otherwise one in so many, each one further.
        var stride: UInt32 = 0
    }

    private static let runs: [Run] =
        (parse(delimiters, .delimiter) + parse(accents, .accent) + parse(foldings, .folding)).sorted {
            $0.first < $1.first
        }

    /// The same for ASCII: 0 between words, otherwise what a byte counts as.
    private static let ascii: [UInt8] = (0..<128 as Range<UInt32>).map { byte in
        if case .counts(let folded) = effect(of: byte) { UInt8(folded) } else { 0 }
    }

    /// Appends the words of a text as they are compared, each followed by a space.
    static func appendWords(of text: UnsafeBufferPointer<UInt8>, to words: inout [UInt8]) {
        var start = words.count
        func end() {
            if words.count > start { words.append(0x20) }
            start = words.count
        }
        forEachScalar(of: text) { scalar in
            if scalar < 0x80 {
                let byte = ascii[Int(scalar)]
                if byte == 0 { end() } else { words.append(byte) }
                return
            }
            switch effect(of: scalar) {
            case .delimits: end()
            case .vanishes: break
            case .counts(let folded): append(folded, to: &words)
            }
        }
        end()
    }

    /// The words of a text as they are compared, in their order.
    static func words(of text: String) -> [String] {
        var text = text
        var words: [UInt8] = []
        text.withUTF8 { appendWords(of: $0, to: &words) }
        return words.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A text as phrases are compared with it: what stands between words is kept.
    static func folded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        forEachScalar(of: text) { scalar in
            switch scalar {
            // These are accents here, though between words they delimit; the last is none here.
            case 0x5E, 0x60, 0x2E2F: return
            case 0xFEFF: append(scalar, to: &result)
            default:
                switch effect(of: scalar) {
                case .delimits: append(scalar, to: &result)
                case .vanishes: return
                case .counts(let folded): append(folded, to: &result)
                }
            }
        }
        return result
    }

    private static func effect(of scalar: UInt32) -> Effect {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].last < scalar { low = middle + 1 } else { high = middle }
        }
        guard low < runs.count, runs[low].first <= scalar else { return .counts(as: scalar) }
        let run = runs[low]
        switch run.kind {
        case .delimiter: return .delimits
        case .accent: return .vanishes
        case .folding:
            if run.stride == 0 { return .counts(as: run.target) }
            let distance = scalar - run.first
            return .counts(as: distance % run.stride == 0 ? run.target + distance : scalar)
        }
    }

    /// The bytes must be UTF-8, which texts of a store are.
    private static func forEachScalar(of text: UnsafeBufferPointer<UInt8>, _ body: (UInt32) -> Void) {
        var index = 0
        while index < text.count {
            let lead = UInt32(text[index])
            let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            guard length > 1, index + length <= text.count else {
                body(lead)
                index += 1
                continue
            }
            var scalar = lead & (0x7F >> UInt32(length))
            for offset in 1..<length { scalar = scalar << 6 | UInt32(text[index + offset] & 0x3F) }
            body(scalar)
            index += length
        }
    }

    private static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        if scalar < 0x80 {
            bytes.append(UInt8(scalar))
        } else if let scalar = Unicode.Scalar(scalar) {
            bytes.append(contentsOf: UTF8.encode(scalar)!)
        }
    }

    /// Reads runs such as `41-5A+61` in hexadecimal numbers.
    private static func parse(_ table: String, _ kind: Run.Kind) -> [Run] {
        table.split { $0 == " " || $0 == "\n" }.map { text in
            let parts = text.split { "=+*".contains($0) }.map { part in
                part.split(separator: "-").map { UInt32($0, radix: 16)! }
            }
            var run = Run(kind: kind, first: parts[0].first!, last: parts[0].last!)
            if parts.count > 1 {
                run.target = parts[1][0]
                run.stride = text.contains("+") ? 1 : text.contains("*") ? 2 : 0
            }
            return run
        }
    }
}
