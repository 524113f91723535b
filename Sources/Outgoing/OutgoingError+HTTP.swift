import AsyncHTTPClient
import Engine
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Values

extension OutgoingError {
    /// What went wrong, in terms that do not depend on how requests are sent.
    init(_ error: any Error, at host: String) {
        switch error {
        case let error as OutgoingError: self = error
        case let error as HTTPClientError: self.init(error, at: host)
        case is CancellationError: self.init(.cancelled, "The request to '\(host)' was given up.")
        case ChannelError.connectTimeout: self.init(HTTPClientError.connectTimeout, at: host)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(
                .untrusted,
                "The host '\(host)' shows no certificate that can be trusted: \(String(describing: error)).",
                hint: "Its certificate must be of a known authority, for this name, and not expired."
            )
        case is IOError, is NIOConnectionError:
            self.init(
                .unreachable,
                "The host '\(host)' can't be reached: \(String(describing: error)).",
                hint: "Check address and port."
            )
        default: self.init(notHTTP: error, at: host)
        }
    }

    private init(_ error: HTTPClientError, at host: String) {
        switch error {
        case .cancelled, .alreadyShutdown: self.init(.cancelled, "The request to '\(host)' was given up.")
        case .connectTimeout, .tlsHandshakeTimeout:
            self.init(
                .timeout,
                "The host '\(host)' took too long to take a connection.",
                hint: "Check the address and whether a firewall is in between."
            )
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            self.init(.timeout, "The host '\(host)' took too long to answer.", hint: "Try again later.")
        case .getConnectionFromPoolTimeout:
            self.init(
                .timeout,
                "Too many requests to '\(host)' wait for an answer already.",
                hint: "Try again later."
            )
        default: self.init(notHTTP: error, at: host)
        }
    }

    private init(notHTTP error: any Error, at host: String) {
        self.init(
            .broken,
            "The host '\(host)' did not answer as HTTP says: \(String(describing: error)).",
            hint: "Check the port, and whether it speaks https or http."
        )
    }

    /// Whether a request failed before any of it was sent, so that another address may be tried.
    static func isOfConnecting(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .connectTimeout
        case ChannelError.connectTimeout, is NIOConnectionError: true
        case let error as IOError: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
        default: false
        }
    }
}
