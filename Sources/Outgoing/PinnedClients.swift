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
    }

    private struct Entry {
        let client: HTTPClient
        var users = 0
        var lastUse = 0
    }

    private struct State {
        var group: MultiThreadedEventLoopGroup?
        var entries: [Key: Entry] = [:]
        var uses = 0
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
    init(limit: Int = 64, timeouts: Timeouts = Timeouts(), trusted: NIOSSLTrustRoots = .default) {
        self.limit = limit
        self.timeouts = timeouts
        self.trusted = trusted
    }

    /// Of the addresses of a host those first to which there may be connections already.
    func sorted(_ addresses: [NetworkAddress], of host: String) -> [NetworkAddress] {
        state.withLock { state in
            let known = addresses.filter { state.entries[Key(host: host, address: $0)] != nil }
            return known + addresses.filter { !known.contains($0) }
        }
    }

    /// Lends the client for a host at an address.
    /// - Throws: ``OutgoingError`` `cancelled` once the clients are closed.
    func with<R>(_ key: Key, _ body: (HTTPClient) async throws -> R) async throws -> R {
        let (client, old) = try borrow(key)
        defer { give(key) }
        for client in old { try? await client.shutdown() }
        return try await body(client)
    }

    private func borrow(_ key: Key) throws(OutgoingError) -> (HTTPClient, old: [HTTPClient]) {
        let found: (HTTPClient, old: [HTTPClient])? = state.withLock { state in
            guard !state.isClosed else { return nil }
            var entry = state.entries[key] ?? Entry(client: make(key, &state))
            state.uses += 1
            entry.users += 1
            entry.lastUse = state.uses
            state.entries[key] = entry
            return (entry.client, Self.surplus(&state, limit))
        }
        guard let found else { throw OutgoingError(.cancelled, "This process is about to end.") }
        return found
    }

    private func give(_ key: Key) {
        state.withLock { $0.entries[key]?.users -= 1 }
    }

    /// Takes those out that were used longest ago, as far as nobody uses them.
    private static func surplus(_ state: inout State, _ limit: Int) -> [HTTPClient] {
        var old: [HTTPClient] = []
        while state.entries.count > limit,
            let last = state.entries.filter({ $0.value.users == 0 }).min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            state.entries[last.key] = nil
            old.append(last.value.client)
        }
        return old
    }

    private func make(_ key: Key, _ state: inout State) -> HTTPClient {
        let group = state.group ?? MultiThreadedEventLoopGroup(numberOfThreads: 1)
        state.group = group
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = trusted
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
