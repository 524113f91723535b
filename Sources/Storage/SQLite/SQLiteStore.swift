import Synchronization
import Threads

/// The embedded store: one SQLite file in WAL mode for each project, shared by any number of processes.
///
/// Nothing is opened before the first call. Reads run on the store's own threads, each with its own connection; writes
/// run on one thread.
package final class SQLiteStore: DocumentStore {
    package struct Configuration: Sendable {
        package var folder: DataFolder
        package var project: String
        /// Whether every commit reaches the disk before it is acknowledged.
        package var syncsEveryCommit: Bool
        /// Tables that every project has, made with the file.
        package var systemTables: [SystemTable]

        package init(
            folder: DataFolder,
            project: String,
            syncsEveryCommit: Bool = false,
            systemTables: [SystemTable]
        ) {
            self.folder = folder
            self.project = project
            self.syncsEveryCommit = syncsEveryCommit
            self.systemTables = systemTables
        }
    }

    private let threads: WorkerThreads
    private let readers: Readers
    private let writer: WriteQueue<SQLiteSession>
    private let file: SQLiteFile
    private let bell = CommitBell()
    private let tails = OpenTails()
    private let walIndex = SQLiteWALIndex()
    private let isClosed = Atomic(false)

    package var executor: any TaskExecutor { threads }
    package var mark: StateMark? { walIndex.mark }

    package init(_ configuration: Configuration, threads count: Int = 4) {
        let file = SQLiteFile(configuration)
        self.file = file
        threads = WorkerThreads(count: count)
        readers = Readers(count: count)
        writer = WriteQueue(lanes: 1) { [bell] in SQLiteWriter(bell: bell) { try file.connect(readonly: false) }.run }
    }

    package func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            if let slot = threads.currentSlot { return try read(slot, limit, cancellation, body) }
            return try await withCheckedThrowingContinuation { continuation in
                threads.submit { [self] in
                    continuation.resume(
                        with: Result { try read(threads.currentSlot!, limit, cancellation, body) }
                    )
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    package func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        try await write(alone: !grouped, within: writeLimit) { session in try body(session) }
    }

    package func rehearse<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        let outcome = Mutex<R?>(nil)
        do {
            try await write(alone: true, within: limit) { session in
                let value = try body(session)
                outcome.withLock { $0 = value }
                throw Rehearsed()
            }
        } catch is Rehearsed {}
        return outcome.withLock { $0! }
    }

    /// Undoes a transaction whose outcome is known.
    private struct Rehearsed: Error {}

    package func define(
        _ change: SchemaChange,
        then body: @escaping @Sendable (any WriteSession) throws -> Void
    ) async throws {
        // An index over many rows takes as long as it takes.
        try await write(alone: true, within: nil) { session in
            try session.define(change)
            try body(session)
        }
    }

    package func tail(after place: EventCursor?) -> any EventTail {
        let (file, bell) = (file, bell)
        return tails.keep(
            BlockingTail(wake: { bell.ring() }) {
                SQLiteTail(try file.connect(readonly: true), after: place, bell: bell)
            }
        )
    }

    package func trimLog(to bounds: LogBounds) async throws -> Int {
        var count = 0
        while true {
            let removed = try await write(alone: false, within: writeLimit) { session in
                try session.removeEvents(bounds, limit: trimmedAtOnce)
            }
            count += removed
            if removed < trimmedAtOnce { return count }
        }
    }

    package func close() async {
        await withCheckedContinuation { continuation in
            Threads.start { [self] in
                isClosed.store(true, ordering: .sequentiallyConsistent)
                tails.close()
                threads.stop()
                walIndex.forget()
                readers.close()
                // The last connection to go writes the WAL back into the file, which one that only reads can't.
                writer.stop()
                file.remove()
                continuation.resume()
            }
        }
    }

    /// - Parameter limit: how long the body may take; nil for one that nothing stops once it runs.
    private func write<R: Sendable>(
        alone: Bool,
        within limit: Duration?,
        _ body: @escaping @Sendable (SQLiteSession) throws -> R
    ) async throws -> R {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = Mutex<Result<R, any Error>>(.failure(StoreError(.internalFault, "the write never ran")))
                writer.submit(
                    WriteQueue.Request(isAlone: alone) { session in
                        guard !cancellation.isCancelled else { throw StoreError(.cancelled, "the work was stopped") }
                        let supervision = limit.map { SQLiteConnection.Supervision(cancellation, within: $0) }
                        let value = try session.connection.supervised(supervision) { try body(session) }
                        outcome.withLock { $0 = .success(value) }
                    } finish: { error in
                        if let error {
                            continuation.resume(throwing: error)
                        } else {
                            continuation.resume(with: outcome.withLock { $0 })
                        }
                    }
                )
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    private func read<R>(
        _ slot: Int,
        _ limit: Duration,
        _ cancellation: Cancellation,
        _ body: (any ReadSession) throws -> R
    ) throws -> R {
        guard !isClosed.load(ordering: .acquiring) else { throw StoreError(.unavailable, "the store is closed") }
        let session = try readers.session(slot) { try file.connect(readonly: true) }
        let connection = session.connection
        let supervision = SQLiteConnection.Supervision(cancellation, within: limit)
        let result = try connection.scope {
            try connection.transaction(immediate: false) {
                try connection.supervised(supervision) { try body(session) }
            }
        }
        if !session.isWatched { session.isWatched = walIndex.find(by: connection) }
        return result
    }

    /// The connections of the reading threads, made at the first read of each.
    private final class Readers: Sendable {
        /// Slot `n` is touched by thread `n` of the store alone, and freed once the threads have ended; threads that
        /// start after that find the store closed.
        private nonisolated(unsafe) let slots: UnsafeMutableBufferPointer<SQLiteSession?>

        init(count: Int) {
            slots = .allocate(capacity: count)
            slots.initialize(repeating: nil)
        }

        deinit {
            slots.deinitialize()
            slots.deallocate()
        }

        func close() {
            for slot in slots.indices { slots[slot] = nil }
        }

        func session(_ slot: Int, _ connect: () throws -> SQLiteConnection) throws -> SQLiteSession {
            if let session = slots[slot] { return session }
            let session = SQLiteSession(try connect())
            slots[slot] = session
            return session
        }
    }
}

/// A table of Tandem itself, with its indexes.
package struct SystemTable: Sendable {
    package var layout: TableLayout
    package var indexes: [IndexLayout]
    /// Whether many projects do without it, so that a store to which a table is dear makes it with its first row.
    package var isOptional: Bool

    package init(_ layout: TableLayout, indexes: [IndexLayout] = [], isOptional: Bool = false) {
        self.layout = layout
        self.indexes = indexes
        self.isOptional = isOptional
    }
}
