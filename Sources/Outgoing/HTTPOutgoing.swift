import AsyncHTTPClient
package import Engine
import NIOCore
import NIOHTTP1
import Values

/// HTTP and HTTPS to other servers, but not to those that only this machine can reach.
///
/// A name is looked up first, every address that it has is checked, and the connection is made to an address that was
/// checked, whatever the name means a moment later. A redirect begins anew.
package final class HTTPOutgoing: Outgoing {
    private let rule: AddressRule
    private let clients: PinnedClients
    let timeServer: TimeServer

    private static let maximumRedirects = 5

    /// - Parameter allowsPrivate: whether loopback and private addresses are open.
    package convenience init(allowsPrivate: Bool, timeServer: TimeServer = .usual) {
        self.init(allowsPrivate: allowsPrivate, clients: PinnedClients(), timeServer: timeServer)
    }

    init(allowsPrivate: Bool, clients: PinnedClients, timeServer: TimeServer = .usual) {
        self.timeServer = timeServer
        rule = AddressRule(allowsPrivate: allowsPrivate)
        self.clients = clients
    }

    /// Ends all connections. Whoever sends afterwards is refused.
    package func close() async { await clients.close() }

    package func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingAnswer {
        var host: String?
        // What is sent because of a call belongs to its trace.
        let request = request.adding(TraceContext.current?.headers ?? [])
        do {
            let address = try WebAddress(request.url)
            host = address.host
            return try await Self.within(request.timeout) { try await self.send(request, to: address) }
        } catch {
            throw OutgoingError(error, at: host ?? "")
        }
    }

    static func within<R: Sendable>(
        _ timeout: Duration,
        _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            guard let result = try await group.next() ?? nil else { throw HTTPClientError.deadlineExceeded }
            return result
        }
    }

    /// Sends a request and follows where its answer points, if that is wanted.
    private func send(_ request: OutgoingRequest, to start: WebAddress) async throws -> OutgoingAnswer {
        var (request, address) = (request, start)
        for _ in 0...Self.maximumRedirects {
            let answer = try await exchange(request, with: address)
            guard request.followsRedirects, [301, 302, 303, 307, 308].contains(answer.status),
                let location = answer.header("location")
            else { return answer }
            let next = try address.following(location)
            guard next.isSecure || !address.isSecure else {
                throw OutgoingError(.refused, "The host '\(address.host)' points from https to http.")
            }
            request.follow(answer.status, isElsewhere: next.origin != address.origin)
            address = next
        }
        throw OutgoingError(
            .broken,
            "The host '\(start.host)' points from one address to the next without end.",
            hint: "Name the address at which the answer is."
        )
    }

    /// One request and its answer, with the first address of the host that takes a connection.
    private func exchange(_ request: OutgoingRequest, with address: WebAddress) async throws -> OutgoingAnswer {
        let all = try await reachable(address.host).map { candidate in
            PinnedClients.Key(
                host: address.host,
                address: candidate,
                checksCertificate: request.checksCertificate
            )
        }
        let candidates = clients.sorted(all)
        for (index, candidate) in candidates.enumerated() {
            do {
                return try await clients.with(candidate) { client in
                    let answer = try await client.execute(
                        HTTPClientRequest(request, to: address),
                        deadline: .distantFuture
                    )
                    return try await OutgoingAnswer(answer, limit: request.maximumAnswerBytes)
                }
            } catch  where index < candidates.count - 1 && OutgoingError.isOfConnecting(error) {
                continue
            }
        }
        throw OutgoingError(.unreachable, "The host '\(address.host)' has no address.")
    }

    /// The addresses of a host to which something may be sent; at least one.
    func reachable(_ host: String) async throws -> [NetworkAddress] {
        let all: [NetworkAddress] =
            if let address = NetworkAddress(host) { [address] } else { try await Resolver.addresses(of: host) }
        let open = all.filter { rule.refusal($0) == nil }
        if open.isEmpty, let closed = all.first, let refusal = rule.refusal(closed) {
            throw OutgoingError(
                .refused,
                "Nothing is sent to '\(host)': its address \(closed) is \(refusal.what).",
                hint: refusal.canBeAllowed
                    ? "Name a public server, or start Tandem with --allow-private-webhooks." : "Name a public server."
            )
        }
        return open
    }
}

extension OutgoingRequest {
    /// Makes it the request that follows a redirect.
    fileprivate mutating func follow(_ status: Int, isElsewhere: Bool) {
        if status == 303 || (status < 303 && method == "POST") {
            method = method == "HEAD" ? "HEAD" : "GET"
            body = nil
            headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        // What shows who asks is for the one who was asked.
        if isElsewhere { headers.removeAll { ["authorization", "cookie"].contains($0.name.lowercased()) } }
    }
}

extension HTTPClientRequest {
    fileprivate init(_ request: OutgoingRequest, to address: WebAddress) {
        self.init(url: address.text)
        method = HTTPMethod(rawValue: request.method)
        headers = HTTPHeaders(request.headers.filter { $0.name.lowercased() != "host" }.map { ($0.name, $0.value) })
        if !headers.contains(name: "user-agent") { headers.add(name: "user-agent", value: "Tandem") }
        body = request.body.map { .bytes(ByteBuffer(bytes: $0)) }
    }
}

extension OutgoingAnswer {
    /// Reads an answer up to a number of bytes. The connection is closed where there is more.
    fileprivate init(_ answer: HTTPClientResponse, limit: Int) async throws {
        self.init(status: Int(answer.status.code), headers: answer.headers.map { ($0.name, $0.value) })
        for try await part in answer.body {
            let room = limit - body.count
            body += part.readableBytesView.prefix(room)
            if part.readableBytes > room {
                isTruncated = true
                break
            }
        }
        // A body that was being read ends without an error when its reader is cancelled.
        try Task.checkCancellation()
    }
}
