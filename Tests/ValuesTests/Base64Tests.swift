import Testing
import Values

@Suite("Base64")
struct Base64Tests {
    /// The test vectors of RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func writesAndReads(_ clear: String, _ text: String) {
        #expect(Base64.encode(Array(clear.utf8)) == text)
        #expect(Base64.decode(text.utf8) == Array(clear.utf8))
    }

    @Test func knowsEveryByte() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm-v", "Zg=A"])
    func refusesWhatItDoesNotWrite(_ text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }
}
