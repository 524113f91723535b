import Storage
import Values

/// `health.getCertificate`: looks at the certificate of a host, so that a monitor hears of its end in time.
struct CertificateHandler: Sendable {
    let outgoing: any Outgoing

    var handler: Handler {
        Handler(ids: ["health.getCertificate"]) { call in
            let place = try Self.place(call.string("domain"))
            return Work(body: .apart { _ in try await answer(place, at: call.now) })
        }
    }

    private struct Place: Sendable {
        var host: String
        var port: Int
    }

    /// A host, or an address that begins with `https://`.
    private static func place(_ text: String) throws(AppError) -> Place {
        let rest = text.lowercased().hasPrefix("https://") ? text.dropFirst(8) : text[...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let port = parts.count > 1 ? Int(parts[1]) : 443
        guard let port, (1...65_535).contains(port), Formats.isHostname(String(parts[0])),
            authority.count == rest.count || rest.count < text.count
        else {
            throw AppError(
                .generalArgumentInvalid,
                "'domain' is no host.",
                argument: "domain",
                hint: "Write it like example.org or https://example.org."
            )
        }
        return Place(host: String(parts[0]), port: port)
    }

    private func answer(_ place: Place, at now: Timestamp) async throws -> Response {
        let bytes: [UInt8]
        do throws(OutgoingError) {
            bytes = try await outgoing.certificate(of: place.host, port: place.port)
        } catch {
            throw AppError(.healthInvalidHost, error.message, argument: "domain", hint: error.hint)
        }
        guard let certificate = try? Certificate(der: bytes), certificate.isFor(place.host) else {
            throw AppError(
                .healthInvalidHost,
                "The host '\(place.host)' shows a certificate that is not for it.",
                argument: "domain"
            )
        }
        guard certificate.validTo > now else {
            throw AppError(
                .healthCertificateExpired,
                "The certificate of '\(place.host)' has expired at \(certificate.validTo.text).",
                argument: "domain",
                hint: "Renew it."
            )
        }
        func seconds(_ moment: Timestamp) -> JSON { .string(String(moment.milliseconds / 1000)) }
        return Response([
            "name": .string(certificate.subjectLine), "subjectSN": .string(certificate.commonName ?? place.host),
            "issuerOrganisation": .string(certificate.issuerOrganisation ?? ""),
            "validFrom": seconds(certificate.validFrom), "validTo": seconds(certificate.validTo),
            "signatureTypeSN": .string(certificate.signatureName),
        ])
    }
}
