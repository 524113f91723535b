import NIOCore
import NIOPosix
import NIOSSL

/// A server on this machine that speaks HTTPS and says the same to everybody.
///
/// Nobody but these tests trusts its certificate, which is for the name `localhost` and no address.
final class TLSServer: Sendable {
    let port: Int
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel

    init() async throws {
        let key = try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(try Self.trusted())],
                privateKey: .privateKey(key)
            )
        )
        channel = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    NIOSSLServerHandler(context: context), Answerer(),
                ])
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress!.port!
    }

    func stop() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
    }

    /// What those trust who trust the server.
    static func trusted() throws -> NIOSSLCertificate {
        try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem)
    }

    /// Answers whatever comes.
    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = "HTTP/1.1 200 Said\r\ncontent-length: 5\r\n\r\nhello"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBRzCB7qADAgECAgEBMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDFRhbmRlbSB0
        ZXN0czAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFzEVMBMGA1UE
        AwwMVGFuZGVtIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE103dV+/S
        1maBPjaAYWsnttyZ48MPha1B9lsEJ0EvoMKp0ktGFbX5AovQZsTawNCy2TAFzNC9
        Oq3Ru+4Lwd9cFqMpMCcwFAYDVR0RBA0wC4IJbG9jYWxob3N0MA8GA1UdEwEB/wQF
        MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKKixlr6U0pRSz2ClGksN0ndIbseiCbj
        KLC9T1hBwV33AiBBPD2fUH6MsyOj6hOhXqgaA14nMmGf8DMPWEyrq5tkmA==
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxqhPgRNsiltv+kyI
        4UdHpnNrTbZT5/X3rco6nGH2/IihRANCAATXTd1X79LWZoE+NoBhaye23Jnjww+F
        rUH2WwQnQS+gwqnSS0YVtfkCi9BmxNrA0LLZMAXM0L06rdG77gvB31wW
        -----END PRIVATE KEY-----
        """
}
