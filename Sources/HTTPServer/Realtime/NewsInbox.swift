import Engine
import Storage
import Synchronization

/// What the feed has told and nobody has looked at yet.
final class NewsInbox: Sendable {
    enum Batch: Sendable {
        case records([LoggedEvent])
        /// The log is followed from now on, or something was left out because too much waited.
        case begins
    }

    private struct State {
        var records: [LoggedEvent] = []
        var bytes = 0
        var begins = false
    }

    private let state = Mutex(State())
    private let settings: RealtimeSettings
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    /// How much is looked at together.
    private static let batch = 100
    private static let batchBytes = 1 << 20

    init(_ settings: RealtimeSettings) {
        self.settings = settings
        (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func put(_ news: EventFeed.News) {
        state.withLock { state in
            switch news {
            case .begins:
                state.begins = true
            case .records(let records):
                state.records += records
                state.bytes += records.reduce(0) { $0 + $1.record.count }
            }
            guard state.records.count > settings.waitingRecords || state.bytes > settings.waitingBytes else { return }
            state = State(begins: true)
        }
        ring.yield()
    }

    /// Ends ``each(_:)``.
    func close() { ring.finish() }

    /// Goes on with what there is, until the end.
    func each(_ body: (Batch) async -> Void) async {
        for await _ in bell {
            while !Task.isCancelled, let next = take() { await body(next) }
        }
    }

    private func take() -> Batch? {
        state.withLock { state in
            if state.begins {
                // What came after a beginning is behind it; what came before it is part of the gap.
                state.begins = false
                return .begins
            }
            guard !state.records.isEmpty else { return nil }
            var (count, bytes) = (0, 0)
            while count < min(Self.batch, state.records.count), count == 0 || bytes < Self.batchBytes {
                bytes += state.records[count].record.count
                count += 1
            }
            let taken = Array(state.records.prefix(count))
            state.records.removeFirst(count)
            state.bytes -= bytes
            return .records(taken)
        }
    }
}
