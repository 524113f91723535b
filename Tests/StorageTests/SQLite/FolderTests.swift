import Foundation
import GRDB
import Storage
import Testing
import Values

@Suite("A folder that can't be used is refused and left as it is")
struct FolderTests {
    /// Makes a folder, expects the store to refuse it, and compares every file before and after.
    private func expectRefusal(
        _ kind: StoreError.Kind,
        _ words: String,
        at location: SourceLocation = #_sourceLocation,
        _ prepare: (TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try await prepare(folder)
        let before = try folder.snapshot()
        for _ in 0..<2 {
            do {
                try await folder.withStore { store async throws in _ = try await store.read { try $0.schemaVersion() } }
                Issue.record("the folder was opened", sourceLocation: location)
            } catch let error as StoreError {
                #expect(error.kind == kind, "\(error)", sourceLocation: location)
                #expect(error.message.contains(words), "\(error)", sourceLocation: location)
            }
            await expectFailure(kind, at: location) {
                try await folder.withStore { store async throws in
                    try await store.write { try $0.append(event: [0x31]) }
                }
            }
        }
        let after = try folder.snapshot()
        for (name, bytes) in before { #expect(after[name] == bytes, "\(name)", sourceLocation: location) }
        let grown = Set(after.keys).subtracting(before.keys)
        #expect(grown.isEmpty, "\(grown)", sourceLocation: location)
    }

    private func put(_ bytes: some Sequence<UInt8>, _ folder: TemporaryFolder, _ name: String) throws {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// A folder as a store leaves it, with rows in the database.
    private func fill(_ folder: TemporaryFolder, rows: Int = 300) async throws {
        try await folder.withStore { store async throws in
            try await store.write { session in
                for n in 0..<rows {
                    _ = try session.insert(
                        NewRow("r\(n)", [.string(String(repeating: "x", count: 500))]),
                        into: ProbeProcess.table
                    )
                }
            }
        }
    }

    /// Changes the database file with SQL.
    private func change(_ folder: TemporaryFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func otherFiles() async throws {
        try await expectRefusal(.unavailable, "holds other files") { try put("hello".utf8, $0, "notes.txt") }
    }

    @Test func aNewerFormat() async throws {
        try await expectRefusal(.unavailable, "newer Tandem") { try put(#"{"format":2}"#.utf8, $0, "tandem.json") }
        try await expectRefusal(.unavailable, "newer Tandem") { folder async throws in
            try await fill(folder)
            try change(folder, "PRAGMA user_version = 99")
        }
    }

    @Test(arguments: ["", "{", #"{"format":"1"}"#, "{}", "\u{0}\u{0}\u{0}"])
    func aDamagedMarker(text: String) async throws {
        try await expectRefusal(.unavailable, "damaged") { try put(text.utf8, $0, "tandem.json") }
    }

    @Test(arguments: ["plain text", "SQLite format 3", "SQLite format 3\u{0}", "SQLite format 2\u{0}"])
    func aDatabaseThatIsNone(text: String) async throws {
        try await expectRefusal(.damaged, "damaged or no database") { folder in
            try put(#"{"format":1}"#.utf8, folder, "tandem.json")
            try put(text.utf8, folder, "projects/test.sqlite")
        }
    }

    @Test func aDatabaseWithAGarbageHeader() async throws {
        try await expectRefusal(.damaged, "damaged or no database") { folder async throws in
            try await fill(folder)
            let file = try FileHandle(forUpdating: URL(filePath: folder.database))
            try file.write(contentsOf: Data(repeating: 0xAB, count: 100))
            try file.close()
        }
    }

    @Test func aDatabaseOfSomebodyElse() async throws {
        for id in [0, 0x1234] {
            try await expectRefusal(.unavailable, "not made by Tandem") { folder in
                try put(#"{"format":1}"#.utf8, folder, "tandem.json")
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/projects",
                    withIntermediateDirectories: true
                )
                try change(
                    folder,
                    "PRAGMA application_id = \(id); CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)"
                )
            }
        }
        try await expectRefusal(.unavailable, "not made by Tandem") { folder in
            try put(#"{"format":1}"#.utf8, folder, "tandem.json")
            try FileManager.default.createDirectory(
                atPath: folder.path + "/projects",
                withIntermediateDirectories: true
            )
            try change(folder, "CREATE VIEW theirs AS SELECT 1")
        }
    }

    @Test func aDatabaseThatIsCutOff() async throws {
        try await expectRefusal(.damaged, "damaged") { folder async throws in
            try await fill(folder)
            let file = try FileHandle(forUpdating: URL(filePath: folder.database))
            try file.truncate(atOffset: 20_000)
            try file.close()
        }
    }

    @Test func aDatabaseWithoutOurTables() async throws {
        try await expectRefusal(.damaged, "tables are missing") { folder async throws in
            try await fill(folder)
            try change(folder, "DROP TABLE tandem_events")
        }
    }

    @Test func aFolderInPlaceOfTheDatabase() async throws {
        try await expectRefusal(.unavailable, "can't read") { folder in
            try put(#"{"format":1}"#.utf8, folder, "tandem.json")
            try FileManager.default.createDirectory(atPath: folder.database, withIntermediateDirectories: true)
        }
    }

    @Test func aPathBelowAFile() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try put("hello".utf8, folder, "file")
        for path in ["/file", "/file/below", "/file/below/deep"] {
            let store = SQLiteStore(.init(folder: .at(folder.path + path), project: "test", systemTables: []))
            await expectFailure(.unavailable) { try await store.read { try $0.schemaVersion() } }
            await store.close()
        }
        #expect(try folder.snapshot().keys.sorted() == ["file"])
    }

    @Test func aStoreTriesAgainAfterTheCauseIsGone() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try put("hello".utf8, folder, "notes.txt")
        try await folder.withStore { store async throws in
            await expectFailure(.unavailable) { try await store.read { try $0.schemaVersion() } }
            await expectFailure(.unavailable) { try await store.write { try $0.bumpSchemaVersion() } }
            try FileManager.default.removeItem(atPath: folder.path + "/notes.txt")
            try await store.write { try $0.bumpSchemaVersion() }
            #expect(try await store.read { try $0.schemaVersion() } == 2)
        }
    }

    @Test func everythingMadeIsForItsOwnerAlone() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await folder.withStore { store async throws in
            try await store.write { try $0.append(event: [0x31]) }
            _ = try await store.read { try $0.lastEvent() }
            let files = FileManager.default
            func mode(_ path: String) throws -> Int {
                try #require(try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
            }
            #expect(try mode(folder.path) == 0o700)
            for name in try files.subpathsOfDirectory(atPath: folder.path) {
                #expect(try mode(folder.path + "/" + name) == (name == "projects" ? 0o700 : 0o600), "\(name)")
            }
            #expect(
                try folder.snapshot().keys.sorted() == [
                    "projects/test.sqlite", "projects/test.sqlite-shm", "projects/test.sqlite-wal",
                    "tandem.json",
                ]
            )
        }
        #expect(try folder.snapshot().keys.sorted() == ["projects/test.sqlite", "tandem.json"])
    }

    @Test func damageMetLaterIsAnErrorOfThatCall() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await fill(folder, rows: 2000)
        let file = try FileHandle(forUpdating: URL(filePath: folder.database))
        let size = try file.seekToEnd()
        for page in stride(from: 40, to: Int(size) / 4096 - 10, by: 3) {
            try file.seek(toOffset: UInt64(page) * 4096)
            try file.write(contentsOf: Data(repeating: 0xFF, count: 4096))
        }
        try file.close()
        try await folder.withStore { store async throws in
            let table = ProbeProcess.table
            for _ in 0..<3 {
                await expectFailure(.damaged) { try await store.rows(RowQuery(limit: 10_000), in: table) }
                await expectFailure(.damaged) {
                    try await store.write { session in
                        for n in 0..<2000 { _ = try session.delete("r\(n)", from: table) }
                    }
                }
                #expect(try await store.read { try $0.schemaVersion() } == 1)
                #expect(try await store.rows(RowQuery(limit: 3), in: table).map(\.id) == ["r0", "r1", "r2"])
            }
        }
    }
}
