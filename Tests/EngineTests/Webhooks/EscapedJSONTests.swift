import Testing
import Values

@testable import Engine

@Suite("JSON as receivers of the reference get it")
struct EscapedJSONTests {
    @Test(arguments: [
        (#"{"a":{},"b":[],"c":[{}]}"#, #"{"a":[],"b":[],"c":[[]]}"#),
        (#""a/b""#, #""a\/b""#),
        ("\"\u{1F600} \u{E9} \u{2028}\"", #""\ud83d\ude00 \u00e9 \u2028""#),
        (#""\"\\\b\f\n\r\t\u0001""#, #""\"\\\b\f\n\r\t\u0001""#),
        ("\"\u{7F}\"", "\"\u{7F}\""),
        (#"{"é/":null,"t":true,"f":false}"#, #"{"\u00e9\/":null,"t":true,"f":false}"#),
        ("[9223372036854775807,-1,0]", "[9223372036854775807,-1,0]"),
    ])
    func isEscaped(_ text: String, _ escaped: String) throws {
        #expect(String(decoding: EscapedJSON.encode(try JSON(parsing: text)), as: UTF8.self) == escaped)
    }

    @Test(arguments: [
        (1.0, "1"), (-0.0, "-0"), (0.0, "0"), (1.5, "1.5"), (0.1, "0.1"), (-12.25, "-12.25"), (0.0001, "0.0001"),
        (0.00001, "1.0e-5"), (1.25e-7, "1.25e-7"), (1e15, "1000000000000000"), (1e16, "10000000000000000"),
        (1e17, "1.0e+17"), (1.5e25, "1.5e+25"), (123456.789, "123456.789"), (100, "100"), (1e300, "1.0e+300"),
        (0.001234, "0.001234"),
    ])
    func numbersHaveNoNeedlessFraction(_ number: Double, _ text: String) {
        #expect(DecimalText.of(number) == text)
    }
}
