import Glibc

/// An IPv4 or IPv6 address.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16, in network order.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        precondition(bytes.count == 4 || bytes.count == 16)
        self.bytes = bytes
    }

    /// nil for what is no address in its usual spelling: four decimal numbers, or IPv6 without brackets and zone.
    package init?(_ text: String) {
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            bytes = Array(buffer.prefix(4))
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            bytes = buffer
        } else {
            return nil
        }
    }

    /// The address itself, where it is an IPv4 address in the spelling of IPv6.
    package var plain: NetworkAddress {
        bytes.count == 16 && bytes[..<12] == Self.mapped[...] ? NetworkAddress(bytes: Array(bytes[12...])) : self
    }

    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension NetworkAddress {
    /// All addresses that begin with the same bits.
    package struct Block: Sendable, Equatable {
        private let start: [UInt8]
        private let length: Int

        /// - Parameter text: an address, `/` and the number of bits; without them the one address. nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let address = NetworkAddress(parts[0]) else { return nil }
            start = address.bytes
            guard parts.count == 2 else {
                length = start.count * 8
                return
            }
            guard let bits = Int(parts[1]), (0...start.count * 8).contains(bits) else { return nil }
            length = bits
        }

        package func contains(_ address: NetworkAddress) -> Bool {
            guard address.bytes.count == start.count else { return false }
            let (whole, rest) = length.quotientAndRemainder(dividingBy: 8)
            guard address.bytes[..<whole] == start[..<whole] else { return false }
            return rest == 0 || (address.bytes[whole] ^ start[whole]) >> (8 - rest) == 0
        }
    }
}
