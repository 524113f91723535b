package import Engine
import NIOCore
import NIOPosix
import NIOSSL
import Values

extension HTTPOutgoing {
    /// The certificate that a server shows, in DER, whether or not anybody trusts it.
    package func certificate(of host: String, port: Int) async throws(OutgoingError) -> [UInt8] {
        do {
            return try await Self.within(.seconds(10)) {
                let all = try await self.reachable(host)
                for (index, address) in all.enumerated() {
                    do { return try await ShownCertificate.certificate(host, address, port) } catch
                        where index < all.count - 1 && OutgoingError.isOfConnecting(error)
                    { continue }
                }
                throw OutgoingError(.unreachable, "The host '\(host)' has no address.")
            }
        } catch {
            throw OutgoingError(error, at: host)
        }
    }
}

/// One connection that is made for nothing but the certificate.
private enum ShownCertificate {
    static func certificate(_ host: String, _ address: NetworkAddress, _ port: Int) async throws -> [UInt8] {
        let seen = Once<[UInt8]>()
        let tls = try NIOSSLContext(configuration: .makeClientConfiguration())
        let name = NetworkAddress(host) == nil ? host : nil
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: tls, serverHostname: name) { chain, promise in
                        seen.finish(Result { try chain.first.map { try $0.toDERBytes() } ?? { throw Nothing() }() })
                        promise.succeed(.certificateVerified)
                    }
                    try channel.pipeline.syncOperations.addHandlers([handler, Ending(seen)])
                }
            }
        let channel = try await bootstrap.connect(to: SocketAddress(ipAddress: "\(address)", port: port)).get()
        defer { channel.close(promise: nil) }
        return try await seen.value
    }

    struct Nothing: Error {}

    /// Tells when nothing more comes.
    private final class Ending: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let seen: Once<[UInt8]>

        init(_ seen: Once<[UInt8]>) { self.seen = seen }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            seen.finish(.failure(error))
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { seen.finish(.failure(ChannelError.eof)) }
    }
}
