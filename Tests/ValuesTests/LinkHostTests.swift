import Testing
import Values

@Suite("Hosts of web addresses")
struct LinkHostTests {
    @Test(arguments: [
        ("https://App.Example.org/in?x=1", "app.example.org"), ("http://localhost:3000", "localhost"),
        ("HTTPS://a.b/#c", "a.b"), ("https://good.org@evil.org/", "evil.org"),
        ("https://evil.org?@good.org", "evil.org"),
    ])
    func areWhereProgramsGo(_ address: String, _ host: String) {
        #expect(URLText.host(of: address) == host)
    }

    @Test(arguments: [
        "ftp://a.b", "javascript://a.b/%0aalert(1)", "a.b", "https://", "https://evil.org\\@good.org", "https://a b/",
    ])
    func areUnknownElsewhere(_ address: String) {
        #expect(URLText.host(of: address) == nil)
    }
}
