package import Values

/// The way to servers of others: webhooks go over it, and so do the questions to providers that users sign in with.
///
/// The engine knows no sockets; whoever makes an engine hands it this way.
package protocol Outgoing: Sendable {
    /// Sends a request and waits for the answer, whatever its status is.
    func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingAnswer
    /// The certificate that a server shows, in DER, whether or not anybody trusts it.
    func certificate(of host: String, port: Int) async throws(OutgoingError) -> [UInt8]
    /// What time it is where the time server is.
    func time() async throws(OutgoingError) -> Timestamp
}

extension Outgoing {
    package func certificate(of host: String, port: Int) async throws(OutgoingError) -> [UInt8] {
        throw OutgoingError(.refused, "This process looks at no other servers.")
    }

    package func time() async throws(OutgoingError) -> Timestamp {
        throw OutgoingError(.refused, "This process asks no time server.")
    }
}

/// No way at all, for engines that are to stay on their own.
package struct NoOutgoing: Outgoing {
    package init() {}

    package func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingAnswer {
        throw OutgoingError(.refused, "This process sends nothing to other servers.")
    }
}
