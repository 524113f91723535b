import Testing
import Values

@Suite("Addresses as text")
struct URLTextTests {
    @Test(arguments: [
        ("https://a.example", "https://a.example?k=v%20w"),
        ("https://a.example/p?x=1", "https://a.example/p?x=1&k=v%20w"),
        ("https://a.example/p?", "https://a.example/p?k=v%20w"), ("app://h/p#top", "app://h/p?k=v%20w#top"),
        ("app://h?a=b#c?d", "app://h?a=b&k=v%20w#c?d"),
    ])
    func parametersGoIntoTheQuery(_ address: String, _ expected: String) {
        #expect(URLText.adding([("k", "v w")], to: address) == expected)
    }

    @Test func everythingButPlainCharactersIsEncoded() {
        #expect(URLText.encoded("aZ09-._~") == "aZ09-._~")
        #expect(URLText.encoded("&=#?/+ é\u{1}") == "%26%3D%23%3F%2F%2B%20%C3%A9%01")
    }
}
