import Engine
import Synchronization
import Values

/// Tells a client of events: by notifications about resources, and by notes in the results of tools.
///
/// It follows the event log as long as something is watched, and touches nothing before. What is sent is queued under the
/// lock under which it is decided, so that a listener which was given up hears nothing more.
final class EventWatcher: Sendable {
    struct State {
        var book = WatchBook()
        var streams = Streams()
        var places = ReadingPlaces()
        /// Lives as long as the log is followed.
        var following: (any AnyObject & Sendable)?
        var rounds: Task<Void, Never>?
        var isClosed = false
    }

    let source: EventSource
    let sink: any LineSink
    private let executor: (any TaskExecutor)?
    /// Who the server is, as JSON text.
    private let serverInfo: [UInt8]
    let state = Mutex(State())
    private let rings: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    /// The least time between two notifications about a resource.
    private static let pause = Duration.milliseconds(100)
    /// When to look again at what could not be looked at.
    private static let longPause = Duration.seconds(1)

    init(_ source: EventSource, sink: any LineSink, executor: (any TaskExecutor)?, serverInfo: [UInt8]) {
        self.source = source
        self.sink = sink
        self.executor = executor
        self.serverInfo = serverInfo
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    deinit { bell.finish() }

    /// Ends everything; open streams get their result.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.rounds?.cancel()
            state.following = nil
            state.book = WatchBook()
            for id in state.streams.removeAll() { sink.append(Notifications.ended(id, serverInfo)) }
        }
        bell.finish()
        sink.flush()
    }

    /// Looks soon at what is watched, as if something had happened.
    func lookAround() { bell.yield() }

    /// Changes what is watched, and follows the log as long as anything is.
    func change<R: Sendable>(_ body: (inout State) -> R) -> R {
        state.withLock { state in
            let result = body(&state)
            if state.book.isEmpty || state.isClosed {
                state.following = nil
            } else if state.following == nil {
                state.following = source.follow { [bell] in bell.yield() }
                if state.rounds == nil { state.rounds = begin() }
            }
            return result
        }
    }

    private func begin() -> Task<Void, Never> {
        // It goes on for everybody, and so for no call.
        TraceContext.$current.withValue(nil) {
            Task(executorPreference: executor) { [weak self, rings, bell] in
                for await _ in rings {
                    guard let isDone = await self?.look() else { return }
                    if !isDone { bell.yield() }
                    try? await Task.sleep(for: isDone ? Self.pause : Self.longPause)
                }
            }
        }
    }

    /// Looks at what is watched, and tells what there is.
    /// - Returns: false when something could not be looked at.
    private func look() async -> Bool {
        var isDone = true
        for look in state.withLock({ $0.book.looks }) {
            do throws(AppError) {
                var invocation = Invocation("realtime.wait", look.uri.question(from: look.cursor))
                invocation.credential = look.credential
                let peek = try await source.peek(invocation)
                state.withLock { $0.book.saw(peek, at: look) }
            } catch {
                // What is gone, or no longer open to the caller, will not come back.
                if error.code.status < 500 { forget(look.uri) } else { isDone = false }
            }
        }
        announce()
        return isDone
    }

    private func announce() {
        state.withLock { state in
            let streams = state.streams
            let taken = state.book.takeAnnouncements { listener in
                guard case .stream(let number) = listener else { return true }
                return streams[number]?.isOpen == true
            }
            for (uri, listener) in taken {
                var stream: RequestID?
                if case .stream(let number) = listener { stream = streams[number]?.id }
                sink.append(Notifications.updated(uri, on: stream))
            }
        }
        sink.flush()
    }
}
