import Dispatch
import Storage
import Synchronization
import Testing
import Values

@Suite("Work that nobody waits for any more")
struct StopTests {
    private let table = TableLayout.small()

    /// Lends a table on which ``slow`` takes minutes.
    private func withRows(_ backend: Backend, _ body: (any DocumentStore) async throws -> Void) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            let text = JSON.string(String(repeating: "ab", count: 2000))
            try await store.write { session in
                for n in 0..<2000 { _ = try session.insert(NewRow("r\(n)", [text, .int(Int64(n))]), into: table) }
            }
            try await body(store)
            #expect(try await store.count(in: table) == 2000)
            try await store.insert(NewRow("after"), into: table)
            #expect(try await store.row("after", in: table) != nil)
        }
    }

    private let slow = RowQuery(
        .and((0..<120).map { .compare("a", .notContains, [.string("\($0)")]) })
    )

    @Test(arguments: Backend.available)
    func aReadThatIsCancelledStops(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            let (slow, table) = (slow, table)
            let started = DispatchSemaphore(value: 0)
            let task = Task {
                try await store.read(within: .seconds(600)) { session in
                    started.signal()
                    while true { _ = try session.count(slow, in: table, cap: 5000) }
                }
            }
            await Task.detached { wait(for: started) }.value
            let clock = ContinuousClock()
            let start = clock.now
            task.cancel()
            await expectFailure(.cancelled) { try await task.value }
            #expect(clock.now - start < .seconds(5))
        }
    }

    @Test(arguments: Backend.available)
    func aReadThatTakesTooLongStops(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            let (slow, table) = (slow, table)
            let clock = ContinuousClock()
            let start = clock.now
            await expectFailure(.timeout) {
                try await store.read(within: .milliseconds(100)) { session in
                    while true { _ = try session.count(slow, in: table, cap: 5000) }
                }
            }
            #expect(clock.now - start < .seconds(5))
        }
    }

    /// Comparisons of ours that take long, each of them.
    private func expectStop(_ query: RowQuery, _ table: TableLayout, _ store: any DocumentStore) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        await expectFailure(.timeout) {
            try await store.read(within: .milliseconds(100)) { session in
                while true { _ = try session.count(query, in: table, cap: 5000) }
            }
        }
        #expect(clock.now - start < .seconds(5))
    }

    @Test(arguments: Backend.available)
    func aReadStopsBetweenLargeShapes(_ backend: Backend) async throws {
        let table = TableLayout(
            databaseID: "shop",
            tableID: "map",
            incarnation: "1",
            columns: [ColumnLayout("shape", .geometry)]
        )
        try await backend.withStore(table) { store async throws in
            @Sendable func line(_ offset: Double) -> JSON {
                .array((0..<1500).map { [.double(Double($0) / 100), .double(offset)] })
            }
            try await store.write { session in
                for n in 0..<60 { _ = try session.insert(NewRow("r\(n)", [line(Double(n) / 100)]), into: table) }
            }
            try await expectStop(RowQuery(.compare("shape", .intersects, [line(50)])), table, store)
        }
    }

    @Test(arguments: Backend.available)
    func aReadStopsBetweenLongTexts(_ backend: Backend) async throws {
        let table = TableLayout.small(indexes: [IndexLayout("words", .fulltext, on: [.init("a")])])
        try await backend.withStore(table, indexes: table.indexes) { store async throws in
            let text = JSON.string(String(repeating: "green cup of tea, ", count: 5000))
            try await store.write { session in
                for n in 0..<30 { _ = try session.insert(NewRow("r\(n)", [text, 1]), into: table) }
            }
            try await expectStop(RowQuery(.compare("a", .search, ["\"green tea\""])), table, store)
        }
    }

    @Test(arguments: Backend.available)
    func aRehearsalThatTakesTooLongStops(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            let (slow, table) = (slow, table)
            let clock = ContinuousClock()
            let start = clock.now
            await expectFailure(.timeout) {
                try await store.rehearse(within: .milliseconds(100)) { session in
                    while true { _ = try session.count(slow, in: table, cap: 5000) }
                }
            }
            #expect(clock.now - start < .seconds(5))
        }
    }

    /// Those which share its transaction are kept.
    @Test(arguments: Backend.available, [true, false])
    func aWriteThatIsCancelledStops(_ backend: Backend, grouped: Bool) async throws {
        try await withRows(backend) { store async throws in
            let (slow, table) = (slow, table)
            let started = DispatchSemaphore(value: 0)
            let task = Task {
                try await store.write(grouped: grouped) { session in
                    _ = try session.insert(NewRow("never"), into: table)
                    started.signal()
                    while true { _ = try session.count(slow, in: table, cap: 5000) }
                }
            }
            await Task.detached { wait(for: started) }.value
            let others = (0..<5).map { number in
                Task { try await store.insert(NewRow("w\(number)"), into: table) }
            }
            let clock = ContinuousClock()
            let start = clock.now
            task.cancel()
            await expectFailure(.cancelled) { try await task.value }
            for other in others { _ = try await other.value }
            #expect(clock.now - start < .seconds(5))
            #expect(try await store.row("never", in: table) == nil)
            for number in 0..<5 { #expect(try await store.delete("w\(number)", from: table)) }
        }
    }

    @Test(arguments: Backend.available)
    func aWriteThatIsCancelledWhileItWaitsNeverRuns(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            let (started, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let first = Task {
                try await store.write { session in
                    started.signal()
                    wait(for: goOn)
                    _ = try session.insert(NewRow("first"), into: table)
                }
            }
            await Task.detached { wait(for: started) }.value
            let waiting = (0..<5).map { number in
                Task { try await store.insert(NewRow("w\(number)"), into: table) }
            }
            waiting[1].cancel()
            waiting[3].cancel()
            goOn.signal()
            try await first.value
            for (number, task) in waiting.enumerated() {
                if [1, 3].contains(number) {
                    await expectFailure(.cancelled) { try await task.value }
                } else {
                    _ = try await task.value
                }
            }
            #expect(try await store.ids(in: table).sorted() == ["first", "w0", "w2", "w4"])
        }
    }

    @Test(arguments: Backend.available)
    func aClosedStoreRefusesWorkAndFinishesWhatRuns(_ backend: Backend) async throws {
        try await backend.withPlace { place async throws in
            let table = table
            let store = place.open()
            try await store.write { try $0.create(table, indexes: []) }
            let started = DispatchSemaphore(value: 0)
            let running = Task {
                try await store.read { session in
                    // The first read chooses the snapshot, which no write of below is part of.
                    var count = try session.count(RowQuery(), in: table, cap: 10) + 1
                    started.signal()
                    for _ in 1..<2000 { count += try session.count(RowQuery(), in: table, cap: 10) + 1 }
                    return count
                }
            }
            await Task.detached { wait(for: started) }.value
            let writes = (0..<20).map { number in Task { try await store.insert(NewRow("w\(number)"), into: table) } }
            for write in writes { _ = try await write.value }
            await store.close()
            #expect(try await running.value == 2000)
            await expectFailure(.unavailable) { try await store.row("w0", in: table) }
            await expectFailure(.unavailable) { try await store.insert(NewRow("late"), into: table) }
            await expectFailure(.unavailable) { try await store.define(.dropTable(table)) }
            await store.close()
            try await place.withStore { store async throws in #expect(try await store.count(in: table) == 20) }
        }
    }

    @Test(arguments: Backend.available)
    func tasksThatPreferTheStoreGoOnAfterItClosed(_ backend: Backend) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            try await store.insert(NewRow("one"), into: table)
            let answers = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 {
                    group.addTask(executorPreference: store.executor) {
                        // Refused once another task has closed the store.
                        let found = try? await store.row("one", in: table) != nil
                        await store.close()
                        await Task.yield()
                        return found ?? true
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: true, count: 12))
        }
    }

    @Test(arguments: Backend.available)
    func aStoreThatWasNeverUsedCloses(_ backend: Backend) async throws {
        try await backend.withPlace { place async throws in
            let store = place.open()
            await store.close()
            await expectFailure(.unavailable) { try await store.read { try $0.schemaVersion() } }
        }
    }
}

/// Blocks the calling thread, which tests do on threads of their own.
private func wait(for semaphore: DispatchSemaphore) { semaphore.wait() }
