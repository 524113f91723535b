/// Where and how HTTP is answered.
package struct HTTPConfiguration: Sendable {
    /// The name or address to listen at.
    package var host: String
    /// The port; 0 lets the system choose one.
    package var port: Int
    package var limits: HTTPLimits
    /// The certificate with which HTTPS is spoken; nil for plain HTTP.
    package var tls: HTTPCertificate?
    /// Who is believed what it says of the clients for which it asks.
    package var proxies: TrustedProxies

    package init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        limits: HTTPLimits = HTTPLimits(),
        tls: HTTPCertificate? = nil,
        proxies: TrustedProxies = TrustedProxies()
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.tls = tls
        self.proxies = proxies
    }
}

/// Where a certificate and its key are, as files in PEM.
package struct HTTPCertificate: Sendable, Equatable {
    /// The file with the certificate and those that vouch for it, its own first.
    package var chain: String
    /// The file with the private key.
    package var key: String

    package init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }
}

/// What the front takes of one client. Each bound is there so that nobody can hold its memory or its connections.
package struct HTTPLimits: Sendable, Equatable {
    /// The longest body that is no file, in bytes.
    package var bodyBytes = 32 << 20
    /// All bodies that are being read at one time, in bytes.
    package var allBodyBytes = 256 << 20
    /// The longest head of a request, in bytes.
    package var headBytes = 32 << 10
    /// The fields of a head.
    package var headFields = 128
    /// How long a client may take to send a head, which includes how long a connection may idle, in seconds.
    package var headSeconds = 60
    /// How long a client may take to send a body, in seconds.
    package var bodySeconds = 60
    /// Connections at one time.
    package var connections = 20_000
    /// How long requests under way may take to finish when the front stops, in seconds.
    package var drainSeconds = 10

    package init() {}
}
