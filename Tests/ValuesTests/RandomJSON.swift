import TestSupport
import Values

/// Random JSON values that favour the edges.
enum RandomJSON {
    static func value(_ random: inout SplitMix64, depth: Int = 0) -> JSON {
        switch random.below(depth < 5 ? 8 : 5) {
        case 0: return random.pick([.null, .bool(true), .bool(false)])
        case 1: return .int(integer(&random))
        case 2: return .double(double(&random))
        case 3, 4: return .string(text(&random))
        case 5: return .array((0..<random.below(6)).map { _ in value(&random, depth: depth + 1) })
        default:
            var keys: Set<[UInt8]> = []
            var object = JSONObject()
            for _ in 0..<random.below(random.once(in: 10) ? 40 : 6) {
                let key = text(&random)
                guard keys.insert(Array(key.utf8)).inserted else { continue }
                object.members.append((key, value(&random, depth: depth + 1)))
            }
            return .object(object)
        }
    }

    static func integer(_ random: inout SplitMix64) -> Int64 {
        switch random.below(3) {
        case 0: random.pick([0, 1, -1, 9, 10, .max, .min, 9_007_199_254_740_991, 9_007_199_254_740_992, -10])
        case 1: Int64.random(in: -1000...1000, using: &random)
        default: Int64(bitPattern: random.next()) >> random.below(64)
        }
    }

    static func double(_ random: inout SplitMix64) -> Double {
        switch random.below(3) {
        case 0:
            return random.pick([
                0, -0.0, 1, -1, 1e308, -1e308, .leastNonzeroMagnitude, 0.1, 1e16, 1e21, 2.225_073_858_507_2014e-308,
            ])
        case 1: return Double.random(in: -1000...1000, using: &random)
        default:
            let number = Double(bitPattern: random.next())
            return number.isFinite ? number : 1.5
        }
    }

    static func text(_ random: inout SplitMix64) -> String {
        var text = ""
        for _ in 0..<random.below(9) { text.unicodeScalars.append(scalar(&random)) }
        return text
    }

    private static func scalar(_ random: inout SplitMix64) -> Unicode.Scalar {
        switch random.below(4) {
        case 0: random.pick(["\"", "\\", "/", "\n", "\r", "\t", "\u{0}", "\u{1F}", "\u{7F}", "\u{8}", "\u{C}"])
        case 1: random.pick(["\u{85}", "\u{2028}", "\u{2029}", "\u{2027}", "\u{80}", "\u{C2}", "é", "\u{301}", "😀"])
        case 2: Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &random))
        default: Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) ?? "\u{FFFF}"
        }
    }
}
