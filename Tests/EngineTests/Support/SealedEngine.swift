import Foundation
import Logging
import Storage
import Values

@testable import Engine

/// Makes a key file.
func makeKey(_ folder: TemporaryFolder, _ name: String = "test.key") throws -> KeyFile {
    let path = folder.path + "/" + name
    try Data((0..<32).map { _ in UInt8.random(in: 0...255) }).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return KeyFile(path: path)
}

/// Runs a test on an engine with an empty store and a key.
func withSealedEngine(
    _ backend: Backend,
    limits: Bool = false,
    log: Logger = Logger(label: "test"),
    _ body: (_ engine: TestEngine, _ key: KeyFile, _ keys: TemporaryFolder) async throws -> Void
) async throws {
    let (folder, keys) = (try TemporaryFolder(), try TemporaryFolder())
    let key = try makeKey(keys)
    let engine = TestEngine(backend, folder, key: .named(key), limits: limits, log: log)
    let result: Result<Void, any Error>
    do { result = .success(try await body(engine, key, keys)) } catch { result = .failure(error) }
    await engine.engine.close()
    await backend.remove(folder)
    keys.remove()
    try result.get()
}

extension TestEngine {
    /// The rows of the table `t` as the store holds them, by their ids.
    func storedRows() async throws -> [String: [JSON]] {
        try await store.read { session in
            let table = try SchemaReader(session: session).table("t", in: "d")!
            let rows = try session.rows(RowQuery(limit: 10_000), in: table.layout)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.values) })
        }
    }

    /// Writes a value past all sealing.
    func store(_ value: JSON, at position: Int, of row: String) async throws {
        try await store.write(grouped: false) { session in
            let table = try SchemaReader(session: session).table("t", in: "d")!
            let moment = Timestamp(milliseconds: 0)
            let change = RowChange(updatedAt: moment, values: [(position, value)])
            _ = try session.update(row, change, in: table.layout)
        }
    }
}
