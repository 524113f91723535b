import Testing
import Values

@Suite("Base32")
struct Base32Tests {
    /// The examples of RFC 4648, without their padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func isThatOfTheStandard(_ clear: String, _ text: String) {
        #expect(Base32.encode(Array(clear.utf8)) == text)
        #expect(Base32.decode(text) == Array(clear.utf8))
    }

    @Test(arguments: ["1", "A0", "a", "MY=="])
    func otherTextIsNone(_ text: String) {
        #expect(Base32.decode(text) == nil)
    }
}
