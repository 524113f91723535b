import TestSupport
import Testing
import Values

@Suite("JSON text and values are the same thing")
struct JSONRoundTripTests {
    @Test func randomValuesComeBackAsTheyWere() throws {
        let seed: UInt64 = 20_261_122
        var random = SplitMix64(seed: seed)
        for number in 0..<8000 {
            let value = RandomJSON.value(&random)
            let text = value.encoded
            let back = try JSON(parsing: text)
            guard back == value, back.encoded == text else {
                Issue.record("seed \(seed), value \(number): \(value.text)")
                return
            }
        }
    }

    @Test func writtenTextIsOneLineToEveryReader() {
        let seed: UInt64 = 7
        var random = SplitMix64(seed: seed)
        for number in 0..<5000 {
            let text = RandomJSON.value(&random).text
            for line in ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"] as [Unicode.Scalar] {
                #expect(!text.unicodeScalars.contains(line), "seed \(seed), value \(number)")
            }
        }
    }

    @Test(
        arguments: [
            ("9223372036854775807", JSON.int(.max)), ("-9223372036854775808", .int(.min)), ("0", 0), ("-0", 0),
            ("1", 1), ("-12", -12), ("1.0", 1.0), ("0.1", 0.1), ("-2.5", -2.5), ("1e+308", 1e308), ("true", true),
            ("false", false), ("null", nil), (#""""#, ""), ("[]", []), ("{}", .object([:])),
            (#"[1,[2,{"a":[]}]]"#, [1, [2, ["a": []]]]), (#"{"b":1,"a":2}"#, ["b": 1, "a": 2]),
        ] as [(String, JSON)]
    )
    func literalTextsAndTheirValues(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
        if text != "-0" { #expect(value.text == text) }
    }

    @Test func anIntegerAndADoubleAreDifferent() throws {
        #expect(try JSON(parsing: "1") != JSON(parsing: "1.0"))
        #expect(try JSON(parsing: "1e0") == .double(1))
        #expect(try JSON(parsing: "-0.0").number?.sign == .minus)
        #expect(JSON.double(-0.0).text == "-0.0")
        #expect(JSON.double(1).text == "1.0")
    }

    @Test(arguments: [
        ("9223372036854775808", 9_223_372_036_854_775_808.0), ("-9223372036854775809", -9_223_372_036_854_775_808.0),
        ("18446744073709551616", 18_446_744_073_709_551_616.0), ("100000000000000000000000000000", 1e29),
        ("184467440737095516161", 184_467_440_737_095_516_161.0),
    ])
    func integersBeyond64BitsBecomeDoubles(text: String, value: Double) throws {
        #expect(try JSON(parsing: text) == .double(value))
    }

    @Test func numbersTooSmallForADoubleBecomeZero() throws {
        #expect(try JSON(parsing: "1e-400") == .double(0))
        #expect(try JSON(parsing: "4.9e-324") == .double(.leastNonzeroMagnitude))
    }

    @Test func membersKeepTheirOrder() throws {
        let text = #"{"z":1,"a":2,"m":{"y":3,"b":4},"0":5}"#
        #expect(try JSON(parsing: text).object?.keys == ["z", "a", "m", "0"])
        #expect(try JSON(parsing: text).text == text)
    }

    @Test func keysDifferWhenTheirBytesDo() throws {
        let text = "{\"\u{E9}\":1,\"e\u{301}\":2}"
        #expect(try JSON(parsing: text).object?.count == 2)
        let many = "{" + (0..<20).map { "\"k\($0)\":0," }.joined() + "\"\u{E9}\":1,\"e\u{301}\":2}"
        #expect(try JSON(parsing: many).text == many)
    }

    @Test(arguments: [
        (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\ud83d\ude00""#, "😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0000""#, "\u{0}"), ("\"a\u{7F}b\"", "a\u{7F}b"), (#""a\u2028b""#, "a\u{2028}b"),
        (#""\uD7FF\uE000\uFFFF""#, "\u{D7FF}\u{E000}\u{FFFF}"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
    ])
    func escapesAreResolved(text: String, value: String) throws {
        let parsed = try #require(try JSON(parsing: text).string)
        #expect(Array(parsed.utf8) == Array(value.utf8))
    }

    @Test func whiteSpaceIsAllowedBetweenTokensOnly() throws {
        #expect(try JSON(parsing: " \t\r\n[ 1 , { \"a\" : null } ] \n") == [1, ["a": nil]])
        #expect(throws: JSONError.self) { try JSON(parsing: "\u{A0}1") }
        #expect(throws: JSONError.self) { try JSON(parsing: "1 2") }
    }
}
