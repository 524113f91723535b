import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// A connection of HTTP/1.1 that may turn into a WebSocket with its first request.
struct FrontChannel: HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let outcome: EventLoopFuture<ConnectionOutcome>
        let channel: any Channel
    }

    let pipeline: FrontPipeline
    let responder: Responder

    init(_ pipeline: FrontPipeline, responder: @escaping Responder) {
        self.pipeline = pipeline
        self.responder = responder
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            Value(outcome: try pipeline.setUp(channel), channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        switch try? await value.outcome.get() {
        case .http(let channel):
            await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
                await handleHTTP(asyncChannel: channel, logger: logger)
            }
        case .socket, .gone, nil:
            await withTaskCancellationHandler {
                try? await value.channel.closeFuture.get()
            } onCancel: {
                value.channel.close(promise: nil)
            }
        }
    }
}
