import Testing
import Values

@Suite("Addresses and blocks of them")
struct NetworkAddressTests {
    @Test(
        "a block holds what begins like it",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("172.16.0.0/12", "172.31.255.255", true),
            ("172.16.0.0/12", "172.32.0.0", false), ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/33", "2001:db8:7fff::", true),
            ("2001:db8::/33", "2001:db8:8000::", false), ("::1", "::1", true),
        ]
    )
    func holds(_ block: String, _ address: String, _ isIn: Bool) throws {
        #expect(try #require(NetworkAddress.Block(block)).contains(try #require(NetworkAddress(address))) == isIn)
    }

    @Test(
        "other texts are none",
        arguments: ["", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0/8", "a"]
    )
    func refuses(_ text: String) {
        #expect(NetworkAddress.Block(text) == nil)
    }

    @Test func anAddressOfIPv4InTheSpellingOfIPv6IsOne() {
        #expect(NetworkAddress("::ffff:192.0.2.1")?.plain.description == "192.0.2.1")
        #expect(NetworkAddress("2001:DB8::1")?.plain.description == "2001:db8::1")
    }
}
