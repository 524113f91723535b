import Engine
import Values

/// The address of something on the web, in parts of which every program thinks the same.
struct WebAddress: Sendable, Equatable {
    let isSecure: Bool
    /// A name in lower case, or an address without brackets.
    let host: String
    let port: Int
    /// Path and query.
    let target: String

    /// - Throws: ``OutgoingError`` `refused` for what is no such address, or has a name and password in it.
    init(_ text: String) throws(OutgoingError) {
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains("\\")
        else {
            throw Self.invalid("begins neither with https:// nor with http://, or has characters that addresses don't")
        }
        let rest = text.dropFirst(scheme.count).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw Self.invalid("has a user name in it") }
        let (host, port) = try Self.split(String(authority).lowercased())
        let target = rest.dropFirst(authority.count)
        isSecure = scheme == "https://"
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        self.target = target.hasPrefix("/") ? String(target) : "/\(target)"
    }

    private static func split(_ authority: String) throws(OutgoingError) -> (host: String, port: Int?) {
        let host: String
        let rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw invalid("has a bracket that is not closed") }
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            guard host.contains(":"), NetworkAddress(host) != nil else { throw invalid("has no IPv6 address") }
            rest = authority[end...].dropFirst()
        } else {
            host = String(authority.prefix { $0 != ":" })
            guard Formats.isHostname(host) else { throw invalid("has no host") }
            rest = authority.dropFirst(host.count)
        }
        if rest.isEmpty { return (host, nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65_535).contains(port)
        else {
            throw invalid("has no port from 1 to 65535")
        }
        return (host, port)
    }

    private static func invalid(_ why: Prose) -> OutgoingError {
        OutgoingError(.refused, "The address \(why).", hint: "Write it like https://example.org/path.")
    }

    /// The host as it stands in addresses.
    var bracketed: String { host.contains(":") ? "[\(host)]" : host }

    var origin: String { "\(isSecure ? "https" : "http")://\(bracketed):\(port)" }

    var text: String {
        let usual = isSecure ? 443 : 80
        return "\(isSecure ? "https" : "http")://\(bracketed)\(port == usual ? "" : ":\(port)")\(target)"
    }

    /// Where a header `Location` of an answer from here leads.
    func following(_ location: String) throws(OutgoingError) -> WebAddress {
        let path = target.prefix { $0 != "?" }
        if location.hasPrefix("//") { return try WebAddress((isSecure ? "https:" : "http:") + location) }
        if location.hasPrefix("/") { return try WebAddress(origin + location) }
        if location.hasPrefix("?") { return try WebAddress(origin + path + location) }
        let scheme = location.prefix { $0 != ":" && $0 != "/" && $0 != "?" && $0 != "#" }
        if location.dropFirst(scheme.count).hasPrefix(":") { return try WebAddress(location) }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return try WebAddress(origin + folder + location)
    }
}
