import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// A connection over TLS that speaks HTTP/2 or, with all that ``FrontChannel`` can, HTTP/1.1, as its client wishes.
struct SecureChannel: ServerChildChannel {
    enum Negotiated: Sendable {
        case http1(FrontChannel.Value)
        case http2(HTTP2Channel.Value)
    }

    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    private let http1: FrontChannel
    private let http2: HTTP2Channel
    private let tls: NIOSSLContext

    /// - Parameters:
    ///   - http1: what takes connections of HTTP/1.1.
    ///   - streams: what answers requests over HTTP/2.
    /// - Throws: what is wrong with the certificate.
    init(_ http1: FrontChannel, _ certificate: HTTPCertificate, streams: @escaping HTTPChannelHandler.Responder) throws
    {
        let limits = http1.pipeline.limits
        self.http1 = http1
        http2 = HTTP2Channel(
            responder: streams,
            configuration: HTTP2ChannelConfiguration(
                idleTimeout: .seconds(limits.headSeconds),
                gracefulCloseTimeout: .seconds(limits.drainSeconds),
                streamConfiguration: .init(
                    additionalChannelHandlers: [StreamHandler(limits)],
                    idleTimeout: .seconds(Int64(limits.bodySeconds))
                )
            )
        )
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.chain).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        tls = try NIOSSLContext(configuration: configuration)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let operations = channel.pipeline.syncOperations
            try operations.addHandler(NIOSSLServerHandler(context: tls))
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result in
                switch result {
                case .negotiated("h2"):
                    watch(channel).flatMap { http2.setup(channel: channel, logger: logger) }.map { .http2($0) }
                case .negotiated, .fallback: http1.setup(channel: channel, logger: logger).map { .http1($0) }
                }
            }
            try operations.addHandler(negotiation)
            let negotiated = negotiation.protocolNegotiationResult
            // A client that never ends its greeting.
            let time = TimeAmount.seconds(Int64(http1.pipeline.limits.headSeconds))
            let alarm = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
            negotiated.whenComplete { _ in alarm.cancel() }
            return Value(negotiated: negotiated, channel: channel)
        }
    }

    private func watch(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(StreamWatch(http1.pipeline.limits))
        }
    }

    func handle(value: Value, logger: Logger) async {
        switch try? await value.negotiated.get() {
        case .http1(let value): await http1.handle(value: value, logger: logger)
        case .http2(let value): await http2.handle(value: value, logger: logger)
        case nil: value.channel.close(promise: nil)
        }
    }
}
