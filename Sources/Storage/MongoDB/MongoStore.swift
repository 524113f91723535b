import Synchronization
import Threads

/// The store on a replica set or a sharded cluster of MongoDB, shared by any number of processes.
///
/// Nothing is opened before the first call. Calls run on the store's own threads, each with a connection of its own;
/// writes that wait together share a transaction.
package final class MongoStore: DocumentStore {
    package struct Configuration: Sendable {
        /// The connection string. What it says of concerns, time limits, TLS and logins holds; otherwise majority.
        package var uri: String
        package var project: String
        /// Tables that every project has, made with it.
        package var systemTables: [SystemTable]

        package init(uri: String, project: String, systemTables: [SystemTable]) {
            self.uri = uri
            self.project = project
            self.systemTables = systemTables
        }
    }

    private let project: MongoProject
    private let threads: WorkerThreads
    private let connections: Connections
    /// For what may take long.
    private let patient: MongoDriver
    private let writer: WriteQueue<MongoSession>
    private let stopper: MongoStopper
    private let tails = OpenTails()
    private let isClosed = Atomic(false)

    /// Threads that write in groups. While one waits for its commit the other one collects.
    private static let lanes = 2

    package var executor: any TaskExecutor { threads }
    package var mark: StateMark? { nil }

    package init(_ configuration: Configuration, threads count: Int = 16) {
        let driver = MongoDriver.to(configuration.uri)
        let project = MongoProject(configuration.project, driver, systemTables: configuration.systemTables)
        self.project = project
        patient = MongoDriver.to(configuration.uri, patient: true)
        threads = WorkerThreads(count: count)
        connections = Connections(count: count, driver)
        stopper = MongoStopper(driver)
        writer = WriteQueue(lanes: Self.lanes) { Lane(project).run }
    }

    package func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        let stopper = stopper
        let cancellation = MongoCancellation { stopper.stop($0) }
        return try await withTaskCancellationHandler {
            try await onThread { [self] connection in
                try read(connection, MongoSession.Supervision(cancellation, within: limit), body)
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    package func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        let stopper = stopper
        let cancellation = MongoCancellation { stopper.stop($0) }
        return try await withTaskCancellationHandler {
            guard grouped else {
                return try await writeAlone { session in
                    try session.supervised(.init(cancellation, within: writeLimit)) { try body(session) }
                }
            }
            return try await withCheckedThrowingContinuation { continuation in
                let outcome = Mutex<Result<R, any Error>>(.failure(StoreError(.internalFault, "the write never ran")))
                writer.submit(
                    WriteQueue.Request(isAlone: false) { session in
                        let value = try session.supervised(.init(cancellation, within: writeLimit)) {
                            try body(session)
                        }
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

    package func rehearse<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        let (project, stopper) = (project, stopper)
        let cancellation = MongoCancellation { stopper.stop($0) }
        return try await withTaskCancellationHandler {
            try await onThread { connection in
                var result: R?
                try MongoTransactions(project: project, connection: connection).rehearse { session in
                    result = try session.supervised(.init(cancellation, within: limit)) { try body(session) }
                }
                return result!
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    package func define(
        _ change: SchemaChange,
        then body: @escaping @Sendable (any WriteSession) throws -> Void
    ) async throws {
        let (project, patient) = (project, patient)
        try await onThread { _ in
            let connection = try patient.connection()
            defer { patient.release(connection) }
            try MongoDefinition(project, connection).carryOut(change)
        }
        try await writeAlone { session in
            if case .dropTable(let layout) = change { try session.forget(layout) }
            try body(session)
        }
        if case .dropTable(let layout) = change { project.forget(layout) }
    }

    package func tail(after place: EventCursor?) -> any EventTail {
        let project = project
        return tails.keep(BlockingTail { try MongoTail(project, after: place) })
    }

    package func trimLog(to bounds: LogBounds) async throws -> Int {
        var count = 0
        while true {
            let removed = try await onThread { [project] connection in
                try MongoRetention(project: project, connection: connection).removeEvents(bounds, limit: trimmedAtOnce)
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
                writer.stop()
                stopper.close()
                connections.close()
                continuation.resume()
            }
        }
    }

    private func writeAlone<R: Sendable>(_ body: @escaping @Sendable (MongoSession) throws -> R) async throws -> R {
        let project = project
        return try await onThread { connection in
            var result: R?
            try MongoTransactions(project: project, connection: connection).run { result = try body($0) }
            return result!
        }
    }

    /// Lends the connection of one of the threads, once the project is open.
    private func onThread<R: Sendable>(_ body: @escaping @Sendable (MongoConnection) throws -> R) async throws -> R {
        if let slot = threads.currentSlot { return try lend(slot, body) }
        return try await withCheckedThrowingContinuation { continuation in
            threads.submit { [self] in
                continuation.resume(with: Result { try lend(threads.currentSlot!, body) })
            }
        }
    }

    private func lend<R>(_ slot: Int, _ body: (MongoConnection) throws -> R) throws -> R {
        guard !isClosed.load(ordering: .acquiring) else { throw StoreError(.unavailable, "the store is closed") }
        let connection = try connections.connection(slot)
        do {
            try project.open(connection)
            return try body(connection)
        } catch let failure as MongoFailure {
            throw failure.storeError(connection.hosts)
        }
    }

    private func read<R>(
        _ connection: MongoConnection,
        _ supervision: MongoSession.Supervision,
        _ body: (any ReadSession) throws -> R
    ) throws -> R {
        var patience = MongoTransactions.Patience()
        while true {
            do {
                let server = try connection.session(connection.readsSnapshots ? .snapshot : .plain)
                return try body(MongoSession(project, connection, server, supervision: supervision))
            } catch let failure as MongoFailure {
                if supervision.cancellation.isCancelled { throw StoreError(.cancelled, "the work was stopped") }
                guard supervision.deadline > monotonicNanoseconds() else {
                    throw StoreError(.timeout, "the query took longer than it may")
                }
                try patience.wait(failure, connection.hosts)
            }
        }
    }

    /// The connection of a thread that writes.
    private final class Lane {
        private let project: MongoProject
        private var connection: MongoConnection?

        init(_ project: MongoProject) {
            self.project = project
        }

        deinit {
            if let connection { project.driver.release(connection) }
        }

        func run(_ group: [WriteQueue<MongoSession>.Request]) {
            do {
                let connection = try connection ?? project.driver.connection()
                self.connection = connection
                try project.open(connection)
                var group = group
                if let failure = project.driver.recentFailure {
                    let error = failure.storeError(project.driver.hosts)
                    let now = monotonicNanoseconds()
                    func isLate(_ request: WriteQueue<MongoSession>.Request) -> Bool {
                        now - request.submitted > MongoTransactions.connectionPatience
                    }
                    for request in group where isLate(request) { request.finish(error) }
                    group.removeAll(where: isLate)
                }
                MongoTransactions(project: project, connection: connection).run(group[...])
            } catch {
                let error = (error as? MongoFailure)?.storeError(project.driver.hosts) ?? error
                for request in group { request.finish(error) }
            }
        }
    }

    /// The connections of the threads, made at the first call of each.
    private final class Connections: Sendable {
        /// Slot `n` is touched by thread `n` of the store alone, and freed once the threads have ended; threads that
        /// start after that find the store closed.
        private nonisolated(unsafe) let slots: UnsafeMutableBufferPointer<MongoConnection?>
        private let driver: MongoDriver

        init(count: Int, _ driver: MongoDriver) {
            self.driver = driver
            slots = .allocate(capacity: count)
            slots.initialize(repeating: nil)
        }

        deinit {
            slots.deinitialize()
            slots.deallocate()
        }

        func close() {
            for slot in slots.indices {
                if let connection = slots[slot] { driver.release(connection) }
                slots[slot] = nil
            }
        }

        func connection(_ slot: Int) throws -> MongoConnection {
            if let connection = slots[slot] { return connection }
            let connection = try driver.connection()
            slots[slot] = connection
            return connection
        }
    }
}
