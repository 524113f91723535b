import Engine
import NIOSSL
package import Values

extension HTTPCertificate {
    /// Looks whether HTTPS can be spoken with these files, as a server would that starts now.
    /// - Parameter host: where the server listens; a name there should be one of the certificate.
    package func findings(at now: Timestamp, host: String?) -> [Finding] {
        guard let certificates = Self.read(chain) else {
            let why = FileLook(chain).refusal.map { "can't be read: \($0)" } ?? "holds no certificate in PEM"
            return [Finding(.problem, Self.subject, "\(chain) \(why); name the right file with --tls-cert")]
                + keyFindings
        }
        let parsed = certificates.compactMap { certificate in
            (try? certificate.toDERBytes()).flatMap { try? Certificate(der: $0) }
        }
        guard parsed.count == certificates.count else {
            return [Finding(.problem, Self.subject, "a certificate in \(chain) can't be read")] + keyFindings
        }
        var findings = Self.examine(parsed, at: now, host: host)
        findings += keyFindings
        if !findings.contains(where: { $0.level == .problem && $0.subject == Self.keySubject }),
            !belongs(to: certificates)
        {
            findings.append(
                Finding(
                    .problem,
                    Self.keySubject,
                    "\(key) is not the key of the first certificate in \(chain); name the key with which it was asked for"
                )
            )
        }
        return findings
    }

    static let subject = "certificate"
    static let keySubject = "tls key"
    /// How long before its end a certificate is worth a warning, in milliseconds.
    private static let notice: Int64 = 30 * 86_400_000

    private static func read(_ path: String) -> [NIOSSLCertificate]? {
        (try? NIOSSLCertificate.fromPEMFile(path)).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Parameter chain: its own first, and then each the one that vouches for the one before it.
    static func examine(_ chain: [Certificate], at now: Timestamp, host: String?) -> [Finding] {
        var findings = chain.enumerated().compactMap { time($0.element, $0.offset, now) }
        for (index, (certificate, next)) in zip(chain, chain.dropFirst()).enumerated()
        where certificate.issuer != next.subject {
            findings.append(
                Finding(
                    .problem,
                    subject,
                    "number \(index + 2) in the file does not vouch for the one before it; put the server's own first, "
                        + "and behind each the one that signed it"
                )
            )
            break
        }
        let own = chain[0]
        if own.hosts.isEmpty {
            findings.append(
                Finding(.warning, subject, "it names no host (subjectAltName), so that clients take it for none")
            )
        } else if let host, !own.isFor(host), !["0.0.0.0", "::"].contains(host) {
            findings.append(
                Finding(.warning, subject, "it is not for \(host) but for \(own.hosts.joined(separator: ", "))")
            )
        }
        if own.issuer == own.subject {
            findings.append(
                Finding(.warning, subject, "it vouches for itself, so that only clients who were told so trust it")
            )
        }
        guard findings.isEmpty else { return findings }
        let names = own.hosts.joined(separator: ", ")
        return [Finding(.ok, subject, "for \(names), until \(day(own.validTo))")]
    }

    private static func time(_ certificate: Certificate, _ index: Int, _ now: Timestamp) -> Finding? {
        let name = index == 0 ? "it" : "number \(index + 1) in the file"
        if certificate.validTo <= now {
            let day = day(certificate.validTo)
            return Finding(.problem, subject, "\(name) has expired on \(day); renew it and restart the process")
        }
        if certificate.validFrom > now {
            let day = day(certificate.validFrom)
            return Finding(.problem, subject, "\(name) is valid from \(day) on only; look at the clock of this machine")
        }
        guard certificate.validTo.milliseconds - now.milliseconds < notice else { return nil }
        let days = (certificate.validTo.milliseconds - now.milliseconds) / 86_400_000
        return Finding(.warning, subject, "\(name) expires in \(days) days; renew it and restart the process")
    }

    private static func day(_ moment: Timestamp) -> String { String(moment.text.prefix(10)) }

    /// What is to be said of the file with the key.
    private var keyFindings: [Finding] {
        let look = FileLook(key)
        if let why = look.refusal {
            return [
                Finding(.problem, Self.keySubject, "\(key) can't be read: \(why); name the right file with --tls-key")
            ]
        }
        guard (try? NIOSSLPrivateKey(file: key, format: .pem)) != nil else {
            let text = "\(key) holds no key in PEM, or one behind a password; write it without one"
            return [Finding(.problem, Self.keySubject, text)]
        }
        guard look.isPrivate else {
            let text = "others than its owner may use \(key): chmod 600 it"
            return [Finding(.warning, Self.keySubject, text)]
        }
        return [Finding(.ok, Self.keySubject, key)]
    }

    private func belongs(to certificates: [NIOSSLCertificate]) -> Bool {
        guard let key = try? NIOSSLPrivateKey(file: key, format: .pem) else { return false }
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        return (try? NIOSSLContext(configuration: configuration)) != nil
    }
}
