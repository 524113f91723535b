import HTTPServer
import Values

/// Where clients reach this process, and who stands in between.
extension Settings {
    /// The beginning of this process's own addresses; nil where it can't be known.
    var publicAddress: String? {
        if let publicURL { return publicURL }
        let address = http ?? .usual
        let isSomewhere = address.port != 0 && !["0.0.0.0", "::"].contains(address.host)
        return isSomewhere ? "\(scheme)://\(address.text)" : nil
    }

    /// - Throws: ``Failure`` with status 2 for what is more, or less, than a scheme, a host and perhaps a port.
    static func publicURL(_ text: String) throws -> String {
        let url = text.hasSuffix("/") ? String(text.dropLast()) : text
        let scheme = ["https://", "http://"].first { url.hasPrefix($0) }
        let authority = scheme.map { url.dropFirst($0.count) } ?? ""
        guard Formats.isURL(url), !authority.isEmpty, !authority.contains(where: { "/?#@\\".contains($0) }) else {
            throw Failure.usage(
                "--public-url takes http:// or https:// with a host, such as https://api.example.com, not '\(text)'"
            )
        }
        return url
    }

    /// - Throws: ``Failure`` with status 2.
    static func proxies(_ text: String?) throws -> TrustedProxies {
        guard let text else { return TrustedProxies() }
        let blocks = try text.split(separator: ",", omittingEmptySubsequences: false).map { item in
            let trimmed = item.filter { $0 != " " }
            guard let block = NetworkAddress.Block(trimmed) else {
                throw Failure.usage("--trust-proxy takes addresses, or blocks such as 10.0.0.0/8, not '\(item)'")
            }
            return block
        }
        return TrustedProxies(blocks)
    }
}
