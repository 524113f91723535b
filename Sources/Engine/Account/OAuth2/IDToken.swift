import Values

/// The token of OpenID Connect that says who has signed in, to whom, and when.
///
/// It comes straight from the provider's token endpoint. Over HTTPS that stands for its signature (OpenID Connect Core,
/// 3.1.3.7), so what is checked is what it says.
struct IDToken: Sendable {
    let claims: JSON

    /// How many milliseconds the clocks of two machines may differ.
    private static let leeway: Int64 = 60_000

    /// - Throws: a clause about what is wrong.
    init(
        _ text: String,
        issuer: OAuth2Flow.OpenID,
        audience: String,
        nonce: String,
        at now: Timestamp
    ) throws(Refused) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = JWT.decode(parts[1]), let claims = try? JSON(parsing: bytes),
            claims["sub"]?.string?.isEmpty == false
        else { throw Refused(reason: "it can't be read") }
        if case .issuer(let issuer) = issuer, claims["iss"]?.string != issuer {
            throw Refused(reason: "somebody else has issued it")
        }
        let audiences = claims["aud"]?.strings ?? claims["aud"]?.string.map { [$0] } ?? []
        guard audiences.contains(audience), audiences.count == 1 || claims["azp"]?.string == audience else {
            throw Refused(reason: "it is for another app")
        }
        guard let end = claims["exp"]?.number, Double(now.milliseconds - Self.leeway) < end * 1000 else {
            throw Refused(reason: "it has expired")
        }
        guard claims["nonce"]?.string == nonce else { throw Refused(reason: "it belongs to another sign-in") }
        self.claims = claims
    }

    struct Refused: Error, Equatable {
        var reason: Prose
    }
}
