import Foundation
import GRDB
import Storage
import TestSupport
import Testing
import Values

@Suite("Several processes on one folder", .serialized)
struct ProcessTests {
    private let table = ProbeProcess.table

    private func integrity(_ folder: TemporaryFolder) throws -> String? {
        let queue = try DatabaseQueue(path: folder.database)
        defer { try? queue.close() }
        return try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    }

    /// Everything acknowledged is there, and the event log tells the story of the rows.
    private func check(_ folder: TemporaryFolder, _ acknowledged: Set<String>, _ context: String) async throws {
        try await folder.withStore { store async throws in
            let (ids, log) = try await store.read { session in
                (
                    try session.rows(RowQuery(limit: 1_000_000), in: ProbeProcess.table).map(\.id),
                    try session.events(after: nil, limit: 1_000_000).map { String(decoding: $0.record, as: UTF8.self) }
                )
            }
            #expect(acknowledged.subtracting(ids).isEmpty, "\(context)")
            #expect(ids == log, "\(context)")
            #expect(Set(ids).count == ids.count, "\(context)")
        }
    }

    @Test func aKilledWriterLosesNothingThatItAcknowledged() async throws {
        let seed: UInt64 = 31
        var random = SplitMix64(seed: seed)
        let folder = TemporaryFolder()
        defer { folder.remove() }
        var acknowledged: Set<String> = []
        for round in 0..<15 {
            let probe = try ProbeProcess("write", folder.path, "k\(round)", "1000000")
            await probe.firstWord()
            try await Task.sleep(for: .milliseconds(random.below(80)))
            probe.killHard()
            acknowledged.formUnion(await probe.lines())
            try await check(folder, acknowledged, "seed \(seed), round \(round)")
        }
        #expect(acknowledged.count > 100)
        #expect(try integrity(folder) == "ok")
    }

    @Test func aKilledMakerLeavesAFolderThatWorks() async throws {
        let seed: UInt64 = 32
        var random = SplitMix64(seed: seed)
        for round in 0..<30 {
            let folder = TemporaryFolder()
            defer { folder.remove() }
            let probe = try ProbeProcess("write", folder.path, "m", "3")
            try await Task.sleep(for: .microseconds(random.below(60_000)))
            probe.killHard()
            let acknowledged = await probe.lines()
            try await check(folder, Set(acknowledged), "seed \(seed), round \(round)")
            let mode = try DatabaseQueue(path: folder.database)
            #expect(try await mode.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
            try mode.close()
        }
    }

    @Test func processesThatStartOnAFreshFolderTogetherAllWork() async throws {
        for round in 0..<6 {
            let folder = TemporaryFolder()
            defer { folder.remove() }
            let probes = try (0..<4).map { try ProbeProcess("write", folder.path, "p\($0)", "5") }
            var acknowledged: Set<String> = []
            for probe in probes {
                acknowledged.formUnion(await probe.lines())
                #expect(probe.succeeded, "round \(round)")
            }
            #expect(acknowledged.count == 80, "round \(round)")
            try await check(folder, acknowledged, "round \(round)")
        }
    }

    @Test func aReaderMeetsEveryEventOfOtherProcessesOnce() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await folder.withStore { store async throws in
            _ = try await store.read { try $0.schemaVersion() }
            let probes = try (0..<2).map { try ProbeProcess("write", folder.path, "e\($0)", "60") }
            var seen: [String] = []
            var cursor: EventCursor?
            let end = ContinuousClock.now + .seconds(60)
            while seen.count < 480, ContinuousClock.now < end {
                let after = cursor
                let page = try await store.read { try $0.events(after: after, limit: 5) }
                seen += page.map { String(decoding: $0.record, as: UTF8.self) }
                cursor = page.last?.cursor ?? cursor
            }
            for probe in probes {
                _ = await probe.lines()
                #expect(probe.succeeded)
            }
            let order = try await store.read { try $0.events(after: nil, limit: 10_000) }
            #expect(seen.count == 480)
            #expect(seen == order.map { String(decoding: $0.record, as: UTF8.self) })
        }
    }

    @Test func aFullDiskFailsTheWriteAndNothingElse() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let probe = try ProbeProcess("limited", folder.path)
        let lines = await probe.lines()
        #expect(probe.succeeded)
        try #require(lines.count == 3, "\(lines)")
        #expect(["full", "unavailable"].contains(lines[0]))
        let counts = lines[1].split(separator: " ").compactMap { Int($0) }
        #expect(counts[0] > 5 && counts[0] < 200)
        #expect(counts[1] == counts[0])
        #expect(Int(lines[2]) == counts[0] + 1)
        try await check(folder, ["first", "last", "row\(counts[0] - 1)"], "after the limit")
        #expect(try integrity(folder) == "ok")
    }

    @Test func temporaryFoldersAreRemovedAndSweptAfterTheirProcess() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
        let environment = ["TMPDIR": folder.path]
        let closed = try ProbeProcess("ephemeral", environment: environment)
        #expect(await closed.lines() == ["ready"])
        #expect(try left() == [])
        let waiting = try ProbeProcess("ephemeral", "wait", environment: environment)
        await waiting.firstWord()
        let used = try left()
        #expect(used.count == 1)
        #expect(await (try ProbeProcess("ephemeral", environment: environment)).lines() == ["ready"])
        #expect(try left() == used)
        waiting.killHard()
        _ = await waiting.lines()
        #expect(try left() == used)
        #expect(await (try ProbeProcess("ephemeral", environment: environment)).lines() == ["ready"])
        #expect(try left() == [])
    }

    @Test func temporaryStoresThatBeginTogetherSweepNoneOfTheOthers() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    for _ in 0..<4 {
                        let configuration = SQLiteStore.Configuration(
                            folder: .ephemeral,
                            project: "p",
                            syncsEveryCommit: false,
                            systemTables: []
                        )
                        let store = SQLiteStore(configuration)
                        let version = try await store.read { try $0.schemaVersion() }
                        #expect(version == 1)
                        await store.close()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
