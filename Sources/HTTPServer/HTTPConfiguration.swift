/// Where and how HTTP is answered.
package struct HTTPConfiguration: Sendable {
    /// The name or address to listen at.
    package var host: String
    /// The port; 0 lets the system choose one.
    package var port: Int
    package var limits: HTTPLimits

    package init(host: String = "127.0.0.1", port: Int = 8080, limits: HTTPLimits = HTTPLimits()) {
        self.host = host
        self.port = port
        self.limits = limits
    }
}

/// What the front takes of one client. Each bound is there so that nobody can hold its memory or its connections.
package struct HTTPLimits: Sendable, Equatable {
    /// The longest body that is no file, in bytes.
    package var bodyBytes = 32 << 20
    /// The longest head of a request, in bytes.
    package var headBytes = 32 << 10
    /// How long a client may take to send a head, which includes how long a connection may idle, in seconds.
    package var headSeconds = 60
    /// How long a client may take to send a body, in seconds.
    package var bodySeconds = 60
    /// Connections at one time.
    package var connections = 20_000
    /// How long a call may take, in seconds.
    package var callSeconds = 60

    package init() {}
}
