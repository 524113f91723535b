import Glibc

/// Checks of text formats.
package enum Formats {
    /// A mailbox as the HTML standard accepts it, with a domain of at least two labels.
    package static func isEmail(_ text: String) -> Bool {
        guard text.utf8.count <= 254, let at = text.lastIndex(of: "@"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return false }
        let local = text[..<at].utf8
        let special = Array("!#$%&'*+/=?^_`{|}~-.".utf8)
        guard (1...64).contains(local.count), local.first != UInt8(ascii: "."), local.last != UInt8(ascii: "."),
            !text[..<at].contains(".."), local.allSatisfy({ isAlphanumeric($0) || special.contains($0) })
        else { return false }
        return isDomain(text[text.index(after: at)...], labels: 2)
    }

    /// A phone number with its country code: `+` and at most 15 digits, the first of which is not 0.
    package static func isPhone(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.hasPrefix("+") && (2...15).contains(digits.count) && digits.first != UInt8(ascii: "0")
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// An absolute URL with a scheme and a host.
    package static func isURL(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let first = text.utf8.first, isAlphanumeric(first), first > UInt8(ascii: "9"),
            text[..<colon].utf8.allSatisfy({ isAlphanumeric($0) || "+-.".utf8.contains($0) }),
            text[colon...].hasPrefix("://")
        else { return false }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            return isIP(String(host[host.index(after: host.startIndex)..<end])) && isPort(host[end...].dropFirst())
        }
        let name = host.prefix { $0 != ":" }
        return isDomain(name, labels: 1) && isPort(host.dropFirst(name.count))
    }

    /// The name of a host, or an IPv4 address: labels of letters, digits, hyphens and underscores with dots between them.
    package static func isHostname(_ text: String) -> Bool { isDomain(text[...], labels: 1) }

    /// An IPv4 or IPv6 address.
    package static func isIP(_ text: String) -> Bool {
        var buffer = in6_addr()
        return inet_pton(AF_INET, text, &buffer) == 1 || inet_pton(AF_INET6, text, &buffer) == 1
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && text.count > 1 && UInt16(text.dropFirst()) != nil)
    }

    private static func isDomain(_ text: Substring, labels minimum: Int) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253 && labels.count >= minimum
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
