import TestSupport
import Testing
import Values

@Suite("No bytes whatever make the JSON parser fail otherwise than by refusing them")
struct JSONFuzzTests {
    /// A text that is accepted must also come back from the writer.
    private func check(_ bytes: [UInt8], _ context: String) {
        guard let value = try? JSON(parsing: bytes) else { return }
        guard let back = try? JSON(parsing: value.encoded), back.encoded == value.encoded else {
            Issue.record("\(context): \(bytes)")
            return
        }
    }

    @Test func mutatedTexts() {
        let seed: UInt64 = 99
        var random = SplitMix64(seed: seed)
        let interesting = Array("{}[]\",:\\u0eE+-.tfn \u{0}\u{7F}".utf8) + [0x80, 0xC2, 0xE2, 0xED, 0xF0, 0xFF]
        for number in 0..<15_000 {
            var bytes = RandomJSON.value(&random).encoded
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count + 1)
                switch random.below(4) {
                case 0: bytes.insert(random.pick(interesting), at: place)
                case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 2 where place < bytes.count: bytes.remove(at: place)
                default: bytes = Array(bytes.prefix(place))
                }
            }
            check(bytes, "seed \(seed), text \(number)")
        }
    }

    @Test func everyPrefixOfAText() throws {
        let text = Array(#"{"a":[1,-2.5e+3,"é\ud83d\ude00\n",true,false,null],"b":{"c":""}}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONError.self, "the first \(count) bytes") { try JSON(parsing: Array(text.prefix(count))) }
        }
        _ = try JSON(parsing: text)
    }

    @Test func everyPairOfBytes() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max { check([first, second], "two bytes") }
        }
    }
}
