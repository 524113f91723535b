import Foundation
import GRDB
import Storage
import Testing
import Values

@Suite("A database whose making was interrupted is made to its end")
struct InterruptedMakingTests {
    /// Makes a folder, changes what is in it, and expects a store to work there as on a new one.
    private func expectWork(
        at location: SourceLocation = #_sourceLocation,
        after interruption: (TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await folder.withStore { store async throws in _ = try await store.read { try $0.schemaVersion() } }
        try await interruption(folder)
        try await folder.withStore { store async throws in
            try await store.insert(NewRow("one", ["x"]), into: ProbeProcess.table)
            #expect(try await store.ids(in: ProbeProcess.table) == ["one"], sourceLocation: location)
            #expect(try await store.read { try $0.schemaVersion() } == 1, sourceLocation: location)
        }
        let queue = try DatabaseQueue(path: folder.database)
        defer { try? queue.close() }
        try await queue.read { database throws in
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal", sourceLocation: location)
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok", sourceLocation: location)
            #expect(try Int.fetchOne(database, sql: "PRAGMA application_id") == 0x5461_6E64, sourceLocation: location)
        }
    }

    private func change(_ folder: TemporaryFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func beforeTheFile() async throws {
        try await expectWork { try FileManager.default.removeItem(atPath: $0.database) }
        try await expectWork { try FileManager.default.removeItem(atPath: $0.path + "/projects") }
        try await expectWork { folder in
            try FileManager.default.removeItem(atPath: folder.path)
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            try Data("{".utf8).write(to: URL(filePath: folder.path + "/.tandem.json.77"))
        }
    }

    @Test func beforeTheFirstPage() async throws {
        try await expectWork { try Data().write(to: URL(filePath: $0.database)) }
    }

    @Test func afterAFirstPageWithNothingInIt() async throws {
        try await expectWork { folder in
            try FileManager.default.removeItem(atPath: folder.database)
            try change(folder, "VACUUM")
            #expect(try folder.snapshot()["projects/test.sqlite"]?.count == 4096)
        }
    }

    @Test func inTheFirstCommit() async throws {
        try await expectWork { folder in
            try change(folder, "PRAGMA journal_mode = DELETE")
            // The journal of a transaction that began on an empty file: its header and no page.
            var journal = Data([0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7])
            for number: UInt32 in [0, 1, 0, 512, 4096] {
                withUnsafeBytes(of: number.bigEndian) { journal.append(contentsOf: $0) }
            }
            journal.append(Data(count: 512 - journal.count))
            try journal.write(to: URL(filePath: folder.database + "-journal"))
        }
    }

    @Test func betweenTheFirstCommitAndTheWriteAheadLog() async throws {
        try await expectWork { try change($0, "PRAGMA journal_mode = DELETE") }
    }
}
