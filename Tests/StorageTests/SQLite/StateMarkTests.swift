import Storage
import TestSupport
import Testing
import Values

@Suite("The mark of a committed state")
struct StateMarkTests {
    private func write(_ id: String, _ store: SQLiteStore) async throws {
        try await store.write { _ = try $0.insert(NewRow(id, [.string(id)]), into: ProbeProcess.table) }
    }

    private func look(_ store: SQLiteStore) async throws {
        _ = try await store.read { try $0.row("none", in: ProbeProcess.table) }
    }

    @Test func isKnownFromTheFirstReadToTheEnd() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        var kept: SQLiteStore?
        try await folder.withStore { store async throws in
            kept = store
            #expect(store.mark == nil)
            // A scope that asks for nothing finds nothing out either.
            try await store.read { _ in }
            try await look(store)
            #expect(store.mark != nil)
        }
        #expect(kept?.mark == nil)
    }

    @Test func stillStandsAfterReadsAndWhatWasUndone() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await folder.withStore { store async throws in
            try await write("a", store)
            try await look(store)
            let mark = store.mark
            for _ in 0..<20 { try await look(store) }
            try await store.rehearse { _ = try $0.insert(NewRow("b", ["b"]), into: ProbeProcess.table) }
            await #expect(throws: StoreError.self) { try await write("a", store) }
            #expect(mark != nil && store.mark == mark)
        }
    }

    @Test func moveWithEveryCommitOfAnyStore() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await folder.withStore { one async throws in
            try await look(one)
            try await folder.withStore { two async throws in
                var last = one.mark
                // Often enough for the log to begin anew several times.
                for index in 0..<3000 {
                    try await write("r\(index)", index % 2 == 0 ? one : two)
                    let mark = one.mark
                    #expect(mark != last, "write \(index)")
                    last = mark
                }
                #expect(last != nil)
            }
        }
    }

    @Test func moveWithTheCommitOfAnotherProcess() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await folder.withStore { store async throws in
            try await look(store)
            let mark = store.mark
            let probe = try ProbeProcess("write", folder.path, "p", "3")
            #expect(await !probe.lines().isEmpty)
            #expect(store.mark != nil && store.mark != mark)
        }
    }
}
