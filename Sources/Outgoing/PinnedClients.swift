import AsyncHTTPClient
import Engine
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Values

/// HTTP clients each of which can reach one host at one address only.
///
/// That is how the address which was checked and the one which is connected to are the same: the client never looks up
/// the name itself. It still asks for the host by its name and checks the certificate for it. Should a client connect
/// elsewhere for all that, the connection is given up before a request goes over it.
///
/// Made at the first request: until then there is neither a thread nor a socket.
final class PinnedClients: Sendable {
    struct Key: Hashable, Sendable {
        var host: String
        var address: NetworkAddress
        /// Part of the key, so that no request goes over a connection that was made without a check it asks for.
        var checksCertificate = true
    }

    private struct Entry {
        let client: HTTPClient
        var users = 0
        var lastUse = ContinuousClock.now
    }

    private struct State {
        var group: MultiThreadedEventLoopGroup?
        var entries: [Key: Entry] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    /// How many clients are kept at the most, but for those that are in use.
    private let limit: Int
    private let timeouts: Timeouts
    private let trusted: NIOSSLTrustRoots

    /// For how long nothing may happen.
    struct Timeouts: Sendable {
        var connect: TimeAmount = .seconds(10)
        var read: TimeAmount = .seconds(30)
        /// After that a connection that nobody uses is closed.
        var idle: TimeAmount = .seconds(30)
    }

    /// How many requests may be on their way to one host at one address; others wait.
    static let connectionsPerHost = 8

    /// - Parameter trusted: whose certificates are good.
    init(limit: Int = 32, timeouts: Timeouts = Timeouts(), trusted: NIOSSLTrustRoots = .default) {
        self.limit = limit
        self.timeouts = timeouts
        self.trusted = trusted
    }

    /// How many clients there are.
    var count: Int { state.withLock { $0.entries.count } }

    /// Those keys first for which there may be connections already.
    func sorted(_ keys: [Key]) -> [Key] {
        state.withLock { state in
            let known = keys.filter { state.entries[$0] != nil }
            return known + keys.filter { !known.contains($0) }
        }
    }

    /// Lends the client for a host at an address.
    /// - Throws: ``OutgoingError`` `cancelled` once the clients are closed.
    func with<R>(_ key: Key, _ body: (HTTPClient) async throws -> R) async throws -> R {
        let (client, old) = try borrow(key)
        defer { give(key) }
        // One that is still connecting takes a while, for which nobody else should wait.
        if !old.isEmpty { Task { for client in old { try? await client.shutdown() } } }
        return try await body(client)
    }

    private func borrow(_ key: Key) throws(OutgoingError) -> (HTTPClient, old: [HTTPClient]) {
        let found: (HTTPClient, old: [HTTPClient])? = state.withLock { state in
            guard !state.isClosed else { return nil }
            var entry = state.entries[key] ?? Entry(client: make(key, &state))
            entry.users += 1
            state.entries[key] = entry
            return (entry.client, surplus(&state))
        }
        guard let found else { throw OutgoingError(.cancelled, "This process is about to end.") }
        return found
    }

    private func give(_ key: Key) {
        state.withLock { state in
            state.entries[key]?.users -= 1
            state.entries[key]?.lastUse = .now
        }
    }

    /// Takes those out that nobody uses and that have no connection any more, because each holds the certificates that are
    /// trusted; beyond the limit also others, those first that were used longest ago.
    private func surplus(_ state: inout State) -> [HTTPClient] {
        let unused = state.entries.filter { $0.value.users == 0 }.sorted { $0.value.lastUse < $1.value.lastUse }
        let idle = ContinuousClock.now - .nanoseconds(timeouts.idle.nanoseconds)
        let excess = max(0, state.entries.count - limit)
        let old = unused.enumerated().filter { $0.offset < excess || $0.element.value.lastUse < idle }.map(\.element)
        for (key, _) in old { state.entries[key] = nil }
        return old.map(\.value.client)
    }

    private func make(_ key: Key, _ state: inout State) -> HTTPClient {
        let group = state.group ?? MultiThreadedEventLoopGroup(numberOfThreads: 1)
        state.group = group
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = trusted
        if !key.checksCertificate { tls.certificateVerification = .none }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: timeouts.connect, read: timeouts.read, write: timeouts.read),
            connectionPool: .init(
                idleTimeout: timeouts.idle,
                concurrentHTTP1ConnectionsPerHostSoftLimit: Self.connectionsPerHost
            )
        )
        // Otherwise a connection that is refused would be tried again until the time is up.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.dnsOverride = [key.host: key.address.description]
        configuration.http1_1ConnectionDebugInitializer = { channel in
            let peer = channel.remoteAddress.flatMap { $0.withSockAddr { address, _ in NetworkAddress(address) } }
            guard peer == key.address else {
                return channel.eventLoop.makeFailedFuture(
                    OutgoingError(.refused, "The host '\(key.host)' was looked up anew, which must not happen.")
                )
            }
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return HTTPClient(eventLoopGroup: group, configuration: configuration)
    }

    /// Ends all connections; requests that are under way fail. A connection that is just being made can't be given up and
    /// is left to itself after a moment, because a process should not wait for it.
    func close() async {
        let (clients, group) = state.withLock { state in
            defer { state = State(isClosed: true) }
            return (state.entries.values.map(\.client), state.group)
        }
        guard let group else { return }
        let end = Once<Void>()
        Task {
            await withDiscardingTaskGroup { tasks in
                for client in clients { tasks.addTask { try? await client.shutdown() } }
            }
            try? await group.shutdownGracefully()
            end.finish(.success(()))
        }
        Task {
            try? await Task.sleep(for: Self.farewell)
            end.finish(.success(()))
        }
        try? await end.value
    }

    private static let farewell: Duration = .milliseconds(300)
}
