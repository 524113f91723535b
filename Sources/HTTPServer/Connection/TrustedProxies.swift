import HTTPTypes
package import Values

/// The machines before this process that are believed what they say of their own clients.
///
/// Without any, and from everybody else, `X-Forwarded-For` and `X-Forwarded-Proto` mean nothing: whoever connects could
/// write into them what it likes.
package struct TrustedProxies: Sendable, Equatable {
    private let blocks: [NetworkAddress.Block]

    package init(_ blocks: [NetworkAddress.Block] = []) { self.blocks = blocks }

    /// Where a request comes from.
    struct Origin: Equatable {
        /// The address of the client as text; empty for one that has none.
        let address: String
        /// Whether the client speaks TLS.
        let isSecure: Bool
    }

    /// - Parameters:
    ///   - peer: the address of whoever has connected.
    ///   - isSecure: whether that one speaks TLS.
    ///   - fields: the values of a header, one for each line that there is.
    func origin(of peer: String, isSecure: Bool, _ fields: (_ name: String) -> [String]) -> Origin {
        guard !blocks.isEmpty, let address = NetworkAddress(peer), trusts(address) else {
            return Origin(address: peer, isSecure: isSecure)
        }
        let scheme = Self.items(fields("X-Forwarded-Proto")).last?.lowercased()
        return Origin(
            address: client(of: address, Self.items(fields("X-Forwarded-For"))).plain.description,
            isSecure: scheme.map { $0 == "https" || $0 == "wss" } ?? isSecure
        )
    }

    func origin(of peer: String, isSecure: Bool, _ fields: HTTPFields) -> Origin {
        origin(of: peer, isSecure: isSecure) { name in HTTPField.Name(name).map { fields[values: $0] } ?? [] }
    }

    /// Each proxy adds at the right end who came to it, so that what is to the left of the first one who is not trusted
    /// may be anybody's invention.
    private func client(of peer: NetworkAddress, _ chain: [Substring]) -> NetworkAddress {
        var client = peer
        for item in chain.reversed() {
            guard let address = Self.address(item) else { break }
            client = address
            if !trusts(address) { break }
        }
        return client
    }

    private func trusts(_ address: NetworkAddress) -> Bool {
        blocks.contains { $0.contains(address) || $0.contains(address.plain) }
    }

    private static func items(_ lines: [String]) -> [Substring] {
        lines.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .map { $0.drop { $0 == " " || $0 == "\t" } }
            .map { item in item.prefix(item.count - item.reversed().prefix { $0 == " " || $0 == "\t" }.count) }
    }

    /// An address, which some proxies write with the port.
    private static func address(_ item: Substring) -> NetworkAddress? {
        if item.hasPrefix("[") { return NetworkAddress(String(item.dropFirst().prefix { $0 != "]" })) }
        if let address = NetworkAddress(String(item)) { return address }
        return item.count(where: { $0 == ":" }) == 1 ? NetworkAddress(String(item.prefix { $0 != ":" })) : nil
    }
}
