import Catalog
import Foundation
import Testing
import Values

@testable import Engine

@Suite("The key of a project")
struct KeyFileTests {
    private func file(_ folder: TemporaryFolder, _ name: String, _ bytes: Int, mode: Int = 0o600) throws -> KeyFile {
        let path = "\(folder.path)/\(name)"
        try Data((0..<bytes).map { _ in UInt8.random(in: 0...255) }).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return KeyFile(path: path)
    }

    @Test(arguments: Backend.available)
    func isTheOnlyOneThatOpensIt(_ backend: Backend) async throws {
        try await withEngine(backend) { first in
            let keys = try TemporaryFolder()
            defer { keys.remove() }
            let (own, other) = (try file(keys, "own", 32), try file(keys, "other", 64))
            let invocation = Invocation("tablesDB.list")
            func engine(_ file: KeyFile?, readOnly: Bool = false) -> Engine {
                let key = file.map { KeySource.named($0) } ?? .nowhere
                return Engine(catalog: .embedded, store: first.store, access: Access(isReadOnly: readOnly), key: key)
            }
            _ = try await engine(other, readOnly: true).execute(invocation)
            _ = try await engine(own).execute(invocation)
            _ = try await engine(own).execute(invocation)
            _ = try await engine(nil).execute(invocation)
            let wrong = await #expect(throws: AppError.self) { _ = try await engine(other).execute(invocation) }
            #expect(wrong?.code.type == "store_unavailable")
            #expect(wrong?.message.contains(try own.key().fingerprint) == true)
            #expect(wrong?.message.contains(try other.key().fingerprint) == true)
        }
    }

    @Test func isRefusedWhereItIsNoSecret() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        func refusal(_ file: KeyFile) -> String? {
            do throws(AppError) {
                _ = try file.key()
                return nil
            } catch { return error.message }
        }
        #expect(refusal(try file(folder, "good", 32)) == nil)
        #expect(refusal(try file(folder, "open", 32, mode: 0o640))?.contains("open to other users") == true)
        #expect(refusal(try file(folder, "short", 31))?.contains("holds no key") == true)
        #expect(refusal(try file(folder, "long", 5000))?.contains("holds no key") == true)
        #expect(refusal(KeyFile(path: folder.path))?.contains("is no file") == true)
        #expect(refusal(KeyFile(path: folder.path + "/none"))?.contains("No such file") == true)
    }
}
