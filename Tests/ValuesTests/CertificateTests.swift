import Testing

@testable import Values

@Suite("What a certificate says")
struct CertificateTests {
    /// Made by OpenSSL for these tests, and trusted by nobody: an authority of its own, and what it signed.
    static let authority = """
        MIIDTzCCAjegAwIBAgIUJLsAqhMpRSO/y5I/KjheIwNMHAkwDQYJKoZIhvcNAQEL
        BQAwNjEZMBcGA1UECgwQVGFuZGVtIEF1dGhvcml0eTEZMBcGA1UEAwwQVGFuZGVt
        IEF1dGhvcml0eTAgFw0yNjExMjYxMzIwMDFaGA8yMDUxMDcxODEzMjAwMVowNjEZ
        MBcGA1UECgwQVGFuZGVtIEF1dGhvcml0eTEZMBcGA1UEAwwQVGFuZGVtIEF1dGhv
        cml0eTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBALDtP0qw8qpJnFfB
        ZmdsRCjLQOmw5Wt9z91uQbkwSMudFdo243nO2ZZHBguGeONrFEVp+FcGd3f/X6hb
        6KsAgzfXlRCIqehOPMcXPROtKfpcdeLWUr+UoOhchvZHzHlZuHoZoTJurXAQeIsp
        o2X7tz1zNwRRSg8SHBuubIsO3KQjmeYBmNXXPW2LDHAVFF0NCrVl3uQH3axs4gNS
        O/r8qFAiDt+2NYq/a4FdB40g+Helr70oS50ljHCCNIntdTXGj+DfXH4n/+atsTah
        CFbh+dszGO7HW11Lg0b+3rX8ylnZyVXz+u8MfJBFOJHmttza4pVSerRfc0GEZVe+
        /lLBE50CAwEAAaNTMFEwHQYDVR0OBBYEFBSi3REv2rkHfL+870A4CL3JPXCwMB8G
        A1UdIwQYMBaAFBSi3REv2rkHfL+870A4CL3JPXCwMA8GA1UdEwEB/wQFMAMBAf8w
        DQYJKoZIhvcNAQELBQADggEBAK91It0cXbhvXEzBzy4rcGNJj4NPUpXorM/ab2Lk
        3nt9q1hVERF7fsc1/RoCUBV/MotNI3I7VKNKsoKBxWlYzLqS0N1MHZcbTkHUSvWm
        YZpUYvmazf0Z94dZfW2oPBuCKMUtkF/NSYOEP29w3RdbO4O18EqleHW1tBz1j8wV
        p7cZvD8dZLdYS/tsEvRW8U5h+ZYItVbfOU+j2zS8aEbq1gz6VASaejNcGZKFYfxZ
        uCfKYhP/0i5qOpM8ZIbqKI0ObHKE2WWtw+td7K7VbCzUSCegWez8hW2U9vMS3zFQ
        /E8eYuic/TPzAE27EoQj5riW3rnsuCU/YvePs0l1X+6yUoQ=
        """
    static let leaf = """
        MIIDfjCCAmagAwIBAgIBATANBgkqhkiG9w0BAQsFADA2MRkwFwYDVQQKDBBUYW5k
        ZW0gQXV0aG9yaXR5MRkwFwYDVQQDDBBUYW5kZW0gQXV0aG9yaXR5MCAXDTI2MDEw
        MjAzMDQwNVoYDzIwNTEwNjA3MDgwOTEwWjA7MQswCQYDVQQGEwJERTEVMBMGA1UE
        CgwMVGFuZGVtIFRlc3RzMRUwEwYDVQQDDAxzaG9wLmV4YW1wbGUwggEiMA0GCSqG
        SIb3DQEBAQUAA4IBDwAwggEKAoIBAQDT3+8nSnGBzH5bssPAPRT76X40CyQ168OH
        Ch/VCorZ38R9ExQyiwB4QxQ8Yc0v4+92xNKc6TOgqtJgi5KwRX1AwiCeUMe0+1m5
        McuEylCwhKdIdxFsJk0OxiOt1UHTwmOkM3MzV2R0lB5uPpbVSiKYYRLeiAJbM03Z
        B9ofufdxhIoNyJm5jh8jf+zVGtkTPoAC/jPbsaF/+67ikw+crN3e0AxHkLv1qgD9
        wNCTJcMJGmNhFNSfoPy0B1xIGV3pGLrwohBuN6gP8IgQZ7a9PmkjsuJ+Gsic6AK1
        /faSlY0fzN/7VnNYCy5VSq8tLWpyi/Bw4xZp52BOqERG+9RbUCjHAgMBAAGjgY8w
        gYwwPwYDVR0RBDgwNoIMc2hvcC5leGFtcGxlgg4qLnNob3AuZXhhbXBsZYcEfwAA
        AYcQAAAAAAAAAAAAAAAAAAAAATAJBgNVHRMEAjAAMB0GA1UdDgQWBBSTO+u7bA+K
        OzjoROR3gi+UeymlFzAfBgNVHSMEGDAWgBQUot0RL9q5B3y/vO9AOAi9yT1wsDAN
        BgkqhkiG9w0BAQsFAAOCAQEAhSV/nqrNVEcdYb3mPEgCYVGfPIB3Dr9LanjuLbIX
        yYWlGBO+H8uUt4AhoLkneWbFbi8HxmqzwgftdCqkzhhcGCExsYTkT0SyVSwGDqfn
        6By6zPCD+/Y+RJHnYzT0VshslD5YRlxJAxGL2JJlb1+SetQ+VCwpzsjYd+GbAv0M
        b2ev4mmUxoOXLeUcibGhGVicabvYXRUt9YMp+Vj6C7uHWvOVLN6is+alIy4lNDMD
        KQR9GtYGZKwxXrymVwUB2l/SyFKLDMV4DTgebDp/fPq4osaO4FOQdvSYTHW52Hws
        4vJSDiXSI/oU3Bi3TC9qjIWUERQmNsK2u8G9RA4dj5mi5w==
        """

    static func bytes(_ text: String) -> [UInt8] { Base64.decode(text.utf8.filter { $0 != 0x0A })! }

    @Test("Is read")
    func fields() throws {
        let certificate = try Certificate(der: Self.bytes(Self.leaf))
        #expect(certificate.subjectLine == "/C=DE/O=Tandem Tests/CN=shop.example")
        #expect(certificate.commonName == "shop.example")
        #expect(certificate.issuerOrganisation == "Tandem Authority")
        #expect(certificate.hosts == ["shop.example", "*.shop.example", "127.0.0.1", "0:0:0:0:0:0:0:1"])
        #expect(certificate.signatureName == "RSA-SHA256")
        #expect(certificate.validFrom.text == "2026-01-02T03:04:05.000+00:00")
        #expect(certificate.validTo.text == "2051-06-07T08:09:10.000+00:00")
    }

    @Test("Tells who vouches for it")
    func issuer() throws {
        let (authority, leaf) = (
            try Certificate(der: Self.bytes(Self.authority)), try Certificate(der: Self.bytes(Self.leaf))
        )
        #expect(leaf.issuer == authority.subject)
        #expect(authority.issuer == authority.subject)
        #expect(leaf.subject != authority.subject)
        #expect(authority.hosts == [])
        #expect(authority.isFor("tandem authority"))
    }

    @Test(
        "Is for the hosts that it names",
        arguments: [
            ("shop.example", true), ("SHOP.example", true), ("a.shop.example", true), ("a.b.shop.example", false),
            ("example", false), (".shop.example", false), ("ashop.example", false), ("127.0.0.1", true), ("", false),
        ]
    )
    func hosts(_ host: String, _ isFor: Bool) throws {
        #expect(try Certificate(der: Self.bytes(Self.leaf)).isFor(host) == isFor)
    }

    @Test("Anything else is none, and harms nobody")
    func malformed() {
        let good = Self.bytes(Self.leaf)
        #expect(throws: Certificate.Malformed.self) { try Certificate(der: []) }
        for length in 0..<good.count {
            #expect(throws: Certificate.Malformed.self, "\(length)") { try Certificate(der: Array(good[..<length])) }
        }
        for index in good.indices {
            for flip: UInt8 in [0x01, 0x80, 0xFF] {
                var bytes = good
                bytes[index] ^= flip
                _ = try? Certificate(der: bytes)
            }
        }
    }
}
