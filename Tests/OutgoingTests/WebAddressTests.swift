import Engine
import Testing

@testable import Outgoing

@Suite("Web addresses")
struct WebAddressTests {
    @Test(arguments: [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/A?b=C#d", "https://example.org/A?b=C"),
        ("http://example.org:443?x", "http://example.org:443/?x"),
        ("http://[2606:4700::1]:8080/a", "http://[2606:4700::1]:8080/a"),
        ("http://127.0.0.1", "http://127.0.0.1/"),
    ])
    func areRead(_ text: String, _ same: String) throws {
        #expect(try WebAddress(text).text == same)
    }

    @Test(arguments: [
        "", "example.org", "ftp://example.org", "file:///etc/passwd", "http://", "http:///a", "http://user@example.org",
        "https://example.org\\@evil.example", "http://example.org:0", "http://example.org:65536",
        "http://example.org:+8",
        "http://exa mple.org", "http://example.org/\r\nHost: x", "http://[::1", "http://[127.0.0.1]",
        "http://[::1%25lo]",
        "http://exämple.org", "http://a..b", "unix:///run/docker.sock", "http+unix://%2Frun%2Fdocker.sock/",
    ])
    func areRefusedWherePeopleCouldDisagree(_ text: String) {
        #expect(throws: OutgoingError.self) { try WebAddress(text) }
    }

    @Test(arguments: [
        ("https://other.example/x", "https://other.example/x"), ("//other.example", "https://other.example/"),
        ("/c?d", "https://example.org:8443/c?d"), ("?e", "https://example.org:8443/a/b?e"),
        ("c", "https://example.org:8443/a/c"), ("http://[::1]/", "http://[::1]/"),
    ])
    func leadOn(_ location: String, _ there: String) throws {
        #expect(try WebAddress("https://example.org:8443/a/b?q").following(location).text == there)
    }

    @Test func doNotLeadToOtherProtocols() throws {
        let start = try WebAddress("https://example.org/")
        for location in ["file:///etc/passwd", "gopher://x", "javascript:alert(1)", "mailto:a@b.c"] {
            #expect(throws: OutgoingError.self, "\(location)") { try start.following(location) }
        }
    }
}
