import Values

/// To which addresses something may be sent.
///
/// What is reachable from here and from nowhere else is not for callers to reach through us: their address may have come
/// from anybody.
struct AddressRule: Sendable {
    /// Whether machines of the own network, and this one, are open too.
    let allowsPrivate: Bool

    /// Why an address is closed.
    struct Refusal: Sendable, Equatable {
        /// What the address is, with its article.
        var what: String
        /// Whether an option opens it.
        var canBeAllowed: Bool
    }

    /// nil for an address that is open.
    func refusal(_ address: NetworkAddress) -> Refusal? {
        if let what = Self.closed.first(where: { $0.block.contains(address) })?.what {
            return Refusal(what: what, canBeAllowed: false)
        }
        if let what = Self.own.first(where: { $0.block.contains(address) })?.what {
            return allowsPrivate ? nil : Refusal(what: what, canBeAllowed: true)
        }
        // What has been given out of IPv6 begins so; all else is special.
        guard address.bytes.count == 4 || Self.given.contains(address) else {
            return Refusal(what: "an address for special use", canBeAllowed: false)
        }
        return nil
    }

    private static let given = NetworkAddress.Block("2000::/3")!

    private static let own = blocks([
        "127.0.0.0/8": "a loopback address",
        "::1/128": "a loopback address",
        "10.0.0.0/8": "a private address",
        "172.16.0.0/12": "a private address",
        "192.168.0.0/16": "a private address",
        "100.64.0.0/10": "an address inside of a provider's network",
        "fc00::/7": "a private address",
    ])

    private static let closed = blocks([
        "169.254.0.0/16": "a link-local address, where machines in a cloud find their credentials",
        "168.63.129.16/32": "an address where machines in a cloud find their settings",
        "100.100.100.200/32": "an address where machines in a cloud find their credentials",
        "fd00:ec2::/32": "an address where machines in a cloud find their credentials",
        "fd20:ce::/32": "an address where machines in a cloud find their credentials",
        "fe80::/10": "a link-local address",
        "0.0.0.0/8": "no address of a machine",
        "::/128": "no address of a machine",
        "224.0.0.0/4": "a multicast address",
        "ff00::/8": "a multicast address",
        "240.0.0.0/4": "an address for special use",
        "192.0.0.0/24": "an address for special use",
        "192.0.2.0/24": "an address for documentation",
        "198.51.100.0/24": "an address for documentation",
        "203.0.113.0/24": "an address for documentation",
        "198.18.0.0/15": "an address for special use",
        "192.88.99.0/24": "an address for special use",
        "::ffff:0:0/96": "an IPv4 address written as IPv6",
        "64:ff9b::/96": "an IPv4 address behind a translator",
        "64:ff9b:1::/48": "an IPv4 address behind a translator",
        "2002::/16": "an IPv4 address behind a tunnel",
        "2001::/23": "an address for special use",
        "2001:db8::/32": "an address for documentation",
        "3fff::/20": "an address for documentation",
    ])

    private static func blocks(
        _ table: KeyValuePairs<String, String>
    ) -> [(block: NetworkAddress.Block, what: String)] {
        table.map { (NetworkAddress.Block($0.key)!, $0.value) }
    }
}
