import Testing
import Values

@testable import HTTPServer

@Suite("Proxies that are believed")
struct TrustedProxiesTests {
    private static let proxies = TrustedProxies(
        ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].map { NetworkAddress.Block($0)! }
    )

    private func origin(
        _ peer: String,
        _ forwarded: [String],
        proto: [String] = [],
        isSecure: Bool = false,
        by proxies: TrustedProxies = Self.proxies
    ) -> TrustedProxies.Origin {
        proxies.origin(of: peer, isSecure: isSecure) { name in
            name == "X-Forwarded-For" ? forwarded : name == "X-Forwarded-Proto" ? proto : []
        }
    }

    @Test(
        "the client is the last address that no trusted proxy has",
        arguments: [
            ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", ["203.0.113.9, 10.1.1.1,192.0.2.7"], "203.0.113.9"),
            ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.1.1.1"], "203.0.113.9"),
            ("192.0.2.7", ["2001:db8::1"], "2001:db8::1"),
            ("fd00::1", [" \t203.0.113.9\t "], "203.0.113.9"),
            ("::ffff:10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
            // Nobody but proxies, or nothing that can be read.
            ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["unknown"], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.9, _hidden, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", ["203.0.113.9,"], "10.0.0.1"),
            ("10.0.0.1", [""], "10.0.0.1"),
        ] as [(String, [String], String)]
    )
    func findsTheClient(_ peer: String, _ forwarded: [String], _ address: String) {
        #expect(origin(peer, forwarded).address == address)
    }

    @Test("nobody else is believed", arguments: ["203.0.113.9", "192.0.2.8", "11.0.0.1", "2001:db8::1", ""])
    func ignoresOthers(_ peer: String) {
        let told = TrustedProxies.Origin(address: peer, isSecure: false)
        #expect(origin(peer, ["198.51.100.1"], proto: ["https"]) == told)
        #expect(origin(peer, ["198.51.100.1"], proto: ["https"], by: TrustedProxies()) == told)
        #expect(origin("10.0.0.1", ["198.51.100.1"], by: TrustedProxies()).address == "10.0.0.1")
    }

    @Test("whether a client speaks TLS is what the proxy says that is nearest")
    func knowsTLS() {
        #expect(origin("10.0.0.1", [], proto: ["https"]).isSecure)
        #expect(origin("10.0.0.1", [], proto: ["http, HTTPS"]).isSecure)
        #expect(!origin("10.0.0.1", [], proto: ["https", "http"]).isSecure)
        #expect(!origin("10.0.0.1", [], proto: ["http"], isSecure: true).isSecure)
        #expect(origin("10.0.0.1", [], isSecure: true).isSecure)
    }

    private static let account = #"{"userId":"ann","email":"ann@example.org","password":"correct horse"}"#
    private static let login = #"{"email":"ann@example.org","password":"correct horse"}"#
    private static let forwarded = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"]

    @Test("sessions and cookies are those of the client behind a trusted proxy, and nobody can pretend to be one")
    func isTheClientOfTheSession() async throws {
        for (trusted, ip, isSecure) in [("127.0.0.1", "203.0.113.9", true), ("10.0.0.0/8", "127.0.0.1", false)] {
            var options = FrontOptions()
            options.proxies = TrustedProxies([NetworkAddress.Block(trusted)!])
            try await withFront(options) { front, _ in
                _ = try await front.send("POST", "/v1/account", [], Self.account)
                let session = try await front.send("POST", "/v1/account/sessions/email", Self.forwarded, Self.login)
                #expect(session?.json["ip"] == .string(ip))
                let cookies = session?.fields["set-cookie"] ?? []
                #expect(cookies.count == 2)
                #expect(cookies.allSatisfy { $0.contains("; Secure") == isSecure })
            }
        }
    }

    @Test("a limit can't be got around with made-up addresses, and holds for each client of a trusted proxy")
    func countsClients() async throws {
        for trusted in [nil, "127.0.0.1"] {
            var options = FrontOptions()
            options.limitsRates = true
            if let trusted { options.proxies = TrustedProxies([NetworkAddress.Block(trusted)!]) }
            try await withFront(options) { front, _ in
                var left: [String?] = []
                for client in ["203.0.113.1", "203.0.113.2", "9.9.9.9, 203.0.113.2"] {
                    let fields = ["X-Forwarded-For: \(client)"]
                    let answer = try await front.send("POST", "/v1/account/sessions/anonymous", fields, "{}")
                    left.append(answer?.field("x-ratelimit-remaining"))
                }
                #expect(left == (trusted == nil ? ["49", "48", "47"] : ["49", "49", "48"]))
            }
        }
    }
}
