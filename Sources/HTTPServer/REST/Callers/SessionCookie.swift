import HTTPTypes
import Values

/// The cookies that hold the secret of a session, one for browsers of today and one for those that know no `SameSite`.
struct SessionCookie {
    let project: String

    /// The names of both.
    var names: [String] { ["a_session_\(project)", "a_session_\(project)_legacy"] }

    /// The secret that a request has, from its cookies or from the header that stands in for them.
    func secret(in fields: HTTPFields) -> String? {
        for line in fields[values: .cookie] {
            for pair in line.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                let name = parts[0].drop { $0 == " " }
                guard names.contains(where: { $0 == name }) else { continue }
                if let text = URLText.decoded(parts[1]), !text.isEmpty { return text }
            }
        }
        guard let fallback = fields[.fallbackCookies], fallback != "[]", !fallback.isEmpty,
            let cookies = try? JSON(parsing: fallback, limits: JSONLimits(depth: 4, bytes: 16 << 10))
        else { return nil }
        for name in names {
            if let text = cookies[name]?.string, !text.isEmpty { return text }
        }
        return nil
    }

    /// Sets both, or takes both away.
    /// - Parameters:
    ///   - secret: nil to take them away.
    ///   - expire: when they end.
    ///   - host: the host that was asked, without a port.
    ///   - isSecure: whether it was asked over TLS.
    func fields(_ secret: String?, expire: Timestamp, host: String, isSecure: Bool) -> [HTTPField] {
        let value = secret.map { URLText.encoded($0) } ?? ""
        var attributes = "; Path=/; Expires=\(HTTPDate.text(secret == nil ? Timestamp(milliseconds: 0) : expire))"
        // A domain of one word is none that browsers take.
        if host.contains("."), !host.allSatisfy({ $0 == "." || $0 == ":" || $0.isHexDigit }) {
            attributes += "; Domain=.\(host)"
        }
        if isSecure { attributes += "; Secure" }
        attributes += "; HttpOnly"
        return [
            HTTPField(name: .setCookie, value: "\(names[1])=\(value)\(attributes)"),
            HTTPField(name: .setCookie, value: "\(names[0])=\(value)\(attributes); SameSite=None"),
        ]
    }

    /// The header that stands in for the cookies where a browser keeps none.
    func fallback(_ secret: String?) -> HTTPField {
        let cookies: JSON = secret.map { .object([names[0]: .string($0)]) } ?? .array([])
        return HTTPField(name: .fallbackCookies, value: cookies.text)
    }
}
