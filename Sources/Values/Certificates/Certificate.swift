/// What an X.509 certificate says of itself (RFC 5280). Nothing of it is checked: whoever wants to know whether it is good
/// asks a library for TLS.
package struct Certificate: Sendable, Equatable {
    /// The encoded name of whoever vouches for it, which is the ``subject`` of that one's certificate.
    package let issuer: [UInt8]
    /// The encoded name of whose it is.
    package let subject: [UInt8]
    package let validFrom: Timestamp
    package let validTo: Timestamp
    /// How it is signed, as an object identifier.
    package let signatureAlgorithm: String
    /// The hosts that it is for, where it says so: names and addresses.
    package let hosts: [String]
    /// Pairs of an attribute, as an object identifier, and its value.
    private let issuerAttributes: [(String, String)]
    private let subjectAttributes: [(String, String)]

    /// Text that is no certificate.
    package struct Malformed: Error {}

    /// Reads one in DER.
    package init(der: [UInt8]) throws(Malformed) {
        do throws(DER.Malformed) { try self.init(reading: der[...]) } catch { throw Malformed() }
    }

    private init(reading bytes: ArraySlice<UInt8>) throws(DER.Malformed) {
        var bytes = bytes
        var outer = try DER(DER.Tag.sequence, from: &bytes).content
        var body = try DER(DER.Tag.sequence, from: &outer).content
        // The version is left out where it is the first; the number of the certificate is of no interest.
        if body.first == DER.Tag.optional0 { _ = try DER(from: &body) }
        _ = try DER(from: &body)
        guard let algorithm = try DER(DER.Tag.sequence, from: &body).items.first else { throw DER.Malformed() }
        signatureAlgorithm = try algorithm.identifier
        let issuer = try DER(DER.Tag.sequence, from: &body)
        let validity = try DER(DER.Tag.sequence, from: &body).items
        guard validity.count == 2 else { throw DER.Malformed() }
        validFrom = try validity[0].time
        validTo = try validity[1].time
        let subject = try DER(DER.Tag.sequence, from: &body)
        self.issuer = Array(issuer.content)
        self.subject = Array(subject.content)
        issuerAttributes = try Self.attributes(issuer)
        subjectAttributes = try Self.attributes(subject)
        _ = try DER(DER.Tag.sequence, from: &body)
        var hosts: [String] = []
        while !body.isEmpty {
            let part = try DER(from: &body)
            if part.tag == DER.Tag.optional3 { hosts = try Self.hosts(part) }
        }
        self.hosts = hosts
    }

    package static func == (one: Certificate, other: Certificate) -> Bool {
        one.issuer == other.issuer && one.subject == other.subject && one.validFrom == other.validFrom
            && one.validTo == other.validTo && one.signatureAlgorithm == other.signatureAlgorithm
            && one.hosts == other.hosts
    }

    /// The name of whose it is, which for old certificates is a host.
    package var commonName: String? { subjectAttributes.last { $0.0 == "2.5.4.3" }?.1 }
    /// The organisation of whoever vouches for it.
    package var issuerOrganisation: String? { issuerAttributes.last { $0.0 == "2.5.4.10" }?.1 }
    /// Whose it is, as OpenSSL writes that in one line: `/C=DE/CN=example.org`.
    package var subjectLine: String {
        subjectAttributes.map { "/\(Self.shortNames[$0.0] ?? $0.0)=\($0.1)" }.joined()
    }
    /// The short name of how it is signed, such as `RSA-SHA256`; its identifier where it has none.
    package var signatureName: String { Self.signatures[signatureAlgorithm] ?? signatureAlgorithm }

    /// Whether it is for a host; `*` stands for one label at the beginning.
    package func isFor(_ host: String) -> Bool {
        let host = host.lowercased()
        return (hosts.isEmpty ? [commonName ?? ""] : hosts).contains { name in
            let name = name.lowercased()
            guard name.hasPrefix("*.") else { return name == host }
            guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
            return host[dot...] == name.dropFirst()
        }
    }

    // MARK: Reading

    private static func attributes(_ name: DER) throws(DER.Malformed) -> [(String, String)] {
        var found: [(String, String)] = []
        for set in try name.items {
            for pair in try set.items {
                let parts = try pair.items
                guard parts.count == 2 else { throw DER.Malformed() }
                found.append((try parts[0].identifier, text(parts[1])))
            }
        }
        return found
    }

    /// Texts are kept in several forms; all but one of those in use are bytes of ASCII or UTF-8.
    private static func text(_ value: DER) -> String {
        guard value.tag == 0x1E else { return String(decoding: value.content, as: UTF8.self) }
        let bytes = Array(value.content)
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        return String(decoding: units, as: UTF16.self)
    }

    private static func hosts(_ extensions: DER) throws(DER.Malformed) -> [String] {
        var hosts: [String] = []
        for entry in try extensions.items.first?.items ?? [] {
            let parts = try entry.items
            guard let id = parts.first, try id.identifier == "2.5.29.17", var value = parts.last?.content else {
                continue
            }
            for name in try DER(DER.Tag.sequence, from: &value).items {
                switch name.tag {
                case 0x82: hosts.append(String(decoding: name.content, as: UTF8.self))
                case 0x87: hosts.append(address(Array(name.content)))
                default: break
                }
            }
        }
        return hosts
    }

    private static func address(_ bytes: [UInt8]) -> String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: bytes.count - 1, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    private static let shortNames = [
        "2.5.4.3": "CN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
        "2.5.4.9": "street",
        "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.15": "businessCategory", "1.2.840.113549.1.9.1": "emailAddress",
        "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC", "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    ]
    private static let signatures = [
        "1.2.840.113549.1.1.4": "RSA-MD5", "1.2.840.113549.1.1.5": "RSA-SHA1", "1.2.840.113549.1.1.11": "RSA-SHA256",
        "1.2.840.113549.1.1.12": "RSA-SHA384", "1.2.840.113549.1.1.13": "RSA-SHA512",
        "1.2.840.113549.1.1.10": "rsassaPss", "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3": "ecdsa-with-SHA384", "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
        "1.3.101.112": "ED25519",
    ]
}
