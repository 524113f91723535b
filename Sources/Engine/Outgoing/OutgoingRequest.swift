package import Values

/// What is sent to another server.
package struct OutgoingRequest: Sendable {
    package var method: String
    /// An address that begins with `https://` or `http://`.
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]?
    /// How long all of it may take: finding the host, connecting, every redirect, and the last byte of the answer.
    package var timeout: Duration
    /// How much of the answer's body is read.
    package var maximumAnswerBytes: Int
    /// Whether an answer that points elsewhere is followed, up to five times. Each place is checked like the first one.
    package var followsRedirects: Bool
    /// Whether a server of `https://` must show a certificate of a known authority, for its name.
    package var checksCertificate: Bool

    package init(
        _ method: String,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(15),
        maximumAnswerBytes: Int = 1 << 20,
        followsRedirects: Bool = false,
        checksCertificate: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumAnswerBytes = maximumAnswerBytes
        self.followsRedirects = followsRedirects
        self.checksCertificate = checksCertificate
    }

    /// The same with further headers.
    package func adding(_ headers: [(name: String, value: String)]) -> OutgoingRequest {
        var request = self
        request.headers += headers
        return request
    }
}

/// What another server has answered.
package struct OutgoingAnswer: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Whether there was more than was to be read; the rest is lost.
    package var isTruncated: Bool

    package init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        isTruncated: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isTruncated = isTruncated
    }

    /// The first header of a name, in any case of its letters.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why a request got no answer. The message names no more of the address than its host.
package struct OutgoingError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The address is none, or leads where nothing may be sent.
        case refused
        /// Nobody knows the host, or nobody answers there.
        case unreachable
        /// The server can't show that it is the one it is taken for.
        case untrusted
        /// It took too long.
        case timeout
        /// The server hung up, or speaks something else than HTTP.
        case broken
        /// The caller has given up, or the process ends.
        case cancelled
    }

    package var kind: Kind
    package var message: Prose
    package var hint: Prose?

    package init(_ kind: Kind, _ message: Prose, hint: Prose? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    package var description: String { message.string + (hint.map { " " + $0.string } ?? "") }
}
