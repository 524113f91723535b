import Testing
import Values

@Suite("Malformed JSON is refused with the place and the reason")
struct JSONMalformedTests {
    @Test(arguments: [
        ("", 0, "unexpected end"), ("  ", 2, "unexpected end"), ("[1,]", 3, "unexpected character"),
        (#"{"a":1,}"#, 7, "expected a key"), ("{1:2}", 1, "expected a key"), ("{", 1, "expected a key"),
        (#"{"a"}"#, 4, "expected ':'"), (#"{"a":}"#, 5, "unexpected character"),
        ("[1 2]", 3, "expected ',' or a closing bracket"),
        ("[1}", 2, "expected ',' or a closing bracket"), ("[1", 2, "unexpected end"), ("[", 1, "unexpected end"),
        ("[1,", 3, "unexpected end"), ("]", 0, "unexpected character"), ("[,1]", 1, "unexpected character"),
        ("01", 0, "a number must not start with 0"), ("-01", 1, "a number must not start with 0"),
        ("-", 1, "expected a digit"), ("+1", 0, "unexpected character"), (".5", 0, "unexpected character"),
        ("1.", 2, "expected a digit"), ("1.e5", 2, "expected a digit"), ("1e", 2, "expected a digit"),
        ("1e+", 3, "expected a digit"), ("0x10", 1, "unexpected text after the value"),
        ("NaN", 0, "unexpected character"), ("nan", 0, "unknown word"), ("Infinity", 0, "unexpected character"),
        ("-Infinity", 1, "expected a digit"), ("1e400", 0, "number out of range"),
        ("[-1e400]", 1, "number out of range"),
        ("tru", 0, "unexpected end"), ("[tr]", 1, "unknown word"), ("True", 0, "unexpected character"),
        ("nul1", 0, "unknown word"), ("1 true", 2, "unexpected text after the value"),
        ("{}{}", 2, "unexpected text after the value"),
        ("'a'", 0, "unexpected character"), (#""a"#, 2, "unterminated string"),
        ("\"a\nb\"", 2, "unescaped control character in a string"),
        ("\"\u{0}\"", 1, "unescaped control character in a string"), (#""\x41""#, 2, "unknown escape"),
        (#""\"#, 2, "unterminated string"), (#""\u12"#, 5, "unexpected end"),
        (#""\u12""#, 5, "expected four hexadecimal digits"),
        (#""\u12G4""#, 5, "expected four hexadecimal digits"), (#"{"a":1,"b":2,"a":3}"#, 13, "duplicate key"),
        (#"{"a":1,"\u0061":2}"#, 7, "duplicate key"), ("/* no */ 1", 0, "unexpected character"),
        ("\u{FEFF}1", 0, "unexpected character"),
    ])
    func isRefused(text: String, offset: Int, reason: String) {
        #expect(throws: JSONError(offset: offset, reason: reason)) { try JSON(parsing: text) }
    }

    @Test(arguments: [
        #""\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ude00""#, #""\ud83d\ud83d""#,
        #""\udfff\ud800""#,
    ])
    func loneSurrogatesAreRefused(text: String) {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error?.reason == "lone surrogate")
    }

    /// Overlong forms, surrogates, beyond U+10FFFF, stray and missing continuation bytes.
    @Test(
        arguments: [
            [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xBF],
            [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xFF], [0xFE],
        ] as [[UInt8]]
    )
    func textThatIsNotUTF8IsRefusedWhereItBreaks(bytes: [UInt8]) {
        let plain = Array(#"["é"#.utf8) + bytes + Array(#"z"]"#.utf8)
        #expect(throws: JSONError(offset: 4, reason: "text is not UTF-8")) { try JSON(parsing: plain) }
        let escaped = Array(#"["\n"#.utf8) + bytes + Array(#"z"]"#.utf8)
        #expect(throws: JSONError(offset: 4, reason: "text is not UTF-8")) { try JSON(parsing: escaped) }
        let key = Array(#"{""#.utf8) + bytes + Array(#"":1}"#.utf8)
        #expect(throws: JSONError(offset: 2, reason: "text is not UTF-8")) { try JSON(parsing: key) }
    }

    @Test func aDuplicateAmongManyKeysIsFound() {
        let members = (0..<50).map { "\"key\($0)\":\($0)" } + ["\"key7\":0"]
        let text = "{" + members.joined(separator: ",") + "}"
        #expect(throws: JSONError(offset: text.utf8.count - 9, reason: "duplicate key")) { try JSON(parsing: text) }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSON(parsing: nested(256))
        #expect(throws: JSONError(offset: 256, reason: "nested deeper than 256 levels")) {
            try JSON(parsing: nested(257))
        }
        let objects = String(repeating: #"{"a":"#, count: 3) + "1" + String(repeating: "}", count: 3)
        _ = try JSON(parsing: objects, limits: JSONLimits(depth: 3))
        #expect(throws: JSONError(offset: 10, reason: "nested deeper than 2 levels")) {
            try JSON(parsing: objects, limits: JSONLimits(depth: 2))
        }
        #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func sizeIsBounded() throws {
        _ = try JSON(parsing: "12345", limits: JSONLimits(bytes: 5))
        #expect(throws: JSONError(offset: 5, reason: "text is longer than 5 bytes")) {
            try JSON(parsing: "123456", limits: JSONLimits(bytes: 5))
        }
    }

    @Test func theErrorDescribesItself() {
        #expect(JSONError(offset: 3, reason: "unexpected character").description == "unexpected character at byte 3")
    }
}
