import Glibc

/// An IPv4 or IPv6 address.
struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16, in network order.
    let bytes: [UInt8]

    /// nil for what is no address in its usual spelling: four decimal numbers, or IPv6 without brackets and zone.
    init?(_ text: String) {
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            bytes = Array(buffer.prefix(4))
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            bytes = buffer
        } else {
            return nil
        }
    }

    /// nil for an address of another family.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin_addr) { Array($0) }
            }
        case AF_INET6:
            bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin6_addr) { Array($0) }
            }
        default: return nil
        }
    }

    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension NetworkAddress {
    /// All addresses that begin with the same bits.
    struct Block: Sendable {
        private let start: [UInt8]
        private let length: Int

        /// - Parameter text: an address, `/` and the number of bits.
        init(_ text: String) {
            let parts = text.split(separator: "/").map(String.init)
            start = NetworkAddress(parts[0])!.bytes
            length = Int(parts[1])!
        }

        func contains(_ address: NetworkAddress) -> Bool {
            guard address.bytes.count == start.count else { return false }
            let (whole, rest) = length.quotientAndRemainder(dividingBy: 8)
            guard address.bytes[..<whole] == start[..<whole] else { return false }
            return rest == 0 || (address.bytes[whole] ^ start[whole]) >> (8 - rest) == 0
        }
    }
}
