/// Where it is asked what time it is.
package struct TimeServer: Sendable, Equatable {
    package var host: String
    package var port: Int

    package static let usual = TimeServer(host: "time.cloudflare.com", port: 123)

    package init(host: String, port: Int = 123) {
        self.host = host
        self.port = port
    }
}
