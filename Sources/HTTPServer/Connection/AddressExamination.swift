import Glibc

/// Whether a server could listen at an address. Looking takes the port for a moment and leaves nothing behind.
package enum AddressExamination {
    package enum Obstacle: Sendable, Equatable {
        /// Somebody listens there.
        case taken
        /// Ports below 1024 are for privileged processes.
        case forbidden
        /// The address is not one of this machine.
        case foreign
        case unknownHost
        /// What the system says.
        case other(String)
    }

    /// nil where nothing is in the way.
    package static func obstacle(host: String, port: Int) -> Obstacle? {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        defer { if let list { freeaddrinfo(list) } }
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list?.pointee else {
            return .unknownHost
        }
        let descriptor = socket(first.ai_family, first.ai_socktype, 0)
        guard descriptor >= 0 else { return .other(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        // As servers do, which come back while old connections are still ending.
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            switch errno {
            case EADDRINUSE: return .taken
            case EACCES: return .forbidden
            case EADDRNOTAVAIL: return .foreign
            default: return .other(String(cString: strerror(errno)))
            }
        }
        return nil
    }
}
