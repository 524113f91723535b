import Catalog
import Foundation
import Storage
import Synchronization
import Testing
import Values

@testable import Engine

@Suite("A new key for a project", .timeLimit(.minutes(5)))
struct KeyRotationTests {
    private static let columns: [JSON] = [
        ["key": "s", "type": "text", "encrypt": true], ["key": "l", "type": "text", "encrypt": true, "array": true],
        ["key": "n", "type": "integer"],
    ]

    /// Two tables with rows in them; the second has nothing encrypted.
    private func fill(_ engine: TestEngine, rows: Int) async throws {
        try await engine.makeTable(Self.columns)
        try await engine.on(
            "createTable",
            ["tableId": "open", "name": "O", "columns": [["key": "s", "type": "text"]]]
        )
        try await engine.on("createRow", ["tableId": "open", "rowId": "a", "data": ["s": "open"]])
        try await SealedStore(base: engine.store, keys: Keyring(engine.key)).write(grouped: false) { session in
            let table = try SchemaReader(session: session).table("t", in: "d")!
            for n in 0..<rows {
                let moment = Timestamp(milliseconds: Int64(n))
                let values: [JSON] = [.string("s\(n)"), n % 3 == 0 ? ["x", .string("\(n)")] : nil, .int(Int64(n))]
                let row = NewRow(id: "r\(n)", createdAt: moment, updatedAt: moment, values: values)
                _ = try session.insert(row, into: table.layout)
            }
        }
    }

    private func fingerprints(_ engine: TestEngine) async throws -> Set<String> {
        Set(try await engine.storedRows().values.compactMap { $0[0].string.flatMap { SealedText($0)?.fingerprint } })
    }

    @Test(arguments: Backend.available)
    func sealsEveryRowAnew(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, old, keys in
            try await fill(engine, rows: 1201)
            let before = try await engine.on("getRow", ["rowId": "r3"])
            let transaction = try await engine.call("tablesDB.createTransaction")["$id"] ?? nil
            let staged: JSONObject = ["rowId": "waits", "data": ["s": "staged-4711"], "transactionId": transaction]
            try await engine.on("createRow", staged)
            let new = try makeKey(keys, "new.key")
            #expect(try await engine.engine.keyRotation.run(to: new) { _ in } == 1201)
            #expect(try await fingerprints(engine) == [try new.key().fingerprint])
            #expect(try await engine.on("getRow", ["rowId": "r3"]) == before)

            // A process that starts now needs the new key.
            let later = TestEngine(backend, engine.folder, key: .named(new))
            #expect(try await later.on("getRow", ["rowId": "r3"]) == before)
            #expect(try await !backend.holds("staged-4711", engine.folder))
            try await later.call("tablesDB.updateTransaction", ["transactionId": transaction, "commit": true])
            #expect(try await later.on("getRow", ["rowId": "waits"])["s"] == "staged-4711")
            let stale = TestEngine(backend, engine.folder, key: .named(old))
            #expect(try await stale.refusalOn("getRow", ["rowId": "r3"]).type == "store_unavailable")
            for other in [later, stale] { await other.engine.close() }
            let open = try await engine.on("getRow", ["tableId": "open", "rowId": "a"])
            #expect(open["s"] == "open")
        }
    }

    @Test(arguments: Backend.available)
    func sealsSettingsAnew(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, keys in
            try await engine.call("project.createMockPhone", ["number": "+4930123456", "otp": "123456"])
            try await engine.call(
                "project.createVariable",
                ["variableId": "v", "key": "K", "value": "x", "secret": false]
            )
            let ephemeral = try await engine.call(
                "project.createEphemeralKey",
                ["scopes": ["project.read"], "duration": 3600]
            )
            let new = try makeKey(keys, "new.key")
            #expect(try await engine.engine.keyRotation.run(to: new) { _ in } == 3)
            let later = TestEngine(backend, engine.folder, key: .named(new))
            #expect(try await later.call("project.getMockPhone", ["number": "+4930123456"])["otp"] == "123456")
            #expect(try await later.call("project.getVariable", ["variableId": "v"])["value"] == "x")
            let key = Credential.key(ephemeral["secret"]?.string ?? "")
            #expect(try await later.call("project.getVariable", ["variableId": "v"], by: key)["value"] == "x")
            await later.engine.close()
        }
    }

    @Test(arguments: Backend.available)
    func goesOnAfterADeath(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, old, keys in
            try await fill(engine, rows: 1700)
            let new = try makeKey(keys, "new.key")
            let arguments = ["rotate", "--new-key-file", new.path, "--key-file", old.path]
            #expect(try await Binary.run(arguments, command: "key", on: backend, engine.folder, crashAt: "key.page"))
            let half = try await fingerprints(engine)
            #expect(half == [try old.key().fingerprint, try new.key().fingerprint])

            // Whichever key a process has, it reads everything and seals with the new one.
            let clock = ManualClock()
            clock.set(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + JobQueue.leaseMilliseconds + 1000)
            let others = [old, new].map { TestEngine(backend, engine.folder, clock: clock, key: .named($0)) }
            for (index, other) in others.enumerated() {
                for row in [0, 499, 500, 1699] {
                    let read = try await other.on("getRow", ["rowId": .string("r\(row)")])
                    #expect(read["s"] == .string("s\(row)"))
                }
                try await other.on("createRow", ["rowId": .string("new\(index)"), "data": ["s": "fresh"]])
            }
            let third = try makeKey(keys, "third.key")
            let refused = await #expect(throws: AppError.self) {
                try await others[0].engine.keyRotation.run(to: third) { _ in }
            }
            #expect(refused?.message.contains("already") == true)

            // The rest is done by any process with a key.
            try await others[1].engine.jobs.drain()
            #expect(try await fingerprints(engine) == [try new.key().fingerprint])
            for other in others {
                #expect(try await other.on("getRow", ["rowId": "new0"])["s"] == "fresh")
                await other.engine.close()
            }
            let stale = TestEngine(backend, engine.folder, key: .named(old))
            #expect(try await stale.refusalOn("getRow", ["rowId": "r1"]).type == "store_unavailable")
            await stale.engine.close()
        }
    }

    @Test("A process without the keys leaves the work to one that has them", arguments: Backend.available)
    func withoutKeys(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, old, keys in
            try await fill(engine, rows: 3)
            let (new, wrong) = (try makeKey(keys, "new.key"), try makeKey(keys, "wrong.key"))
            let now = engine.clock.wallClock.now
            try await engine.store.write(grouped: false) { session in
                let change = try KeyChange(from: try old.key(), to: try new.key(), in: new)
                try session.bumpSchemaVersion()
                try session.set(property: KeyChange.property, to: change.text)
                try KeyRotationJob.begin(at: now, id: "rotation", in: session)
            }
            for source in [KeySource.nowhere, .ownFile(wrong)] {
                let other = Engine(catalog: .embedded, store: engine.store, key: source, clock: engine.clock.wallClock)
                for _ in 1...12 {
                    #expect(try await other.jobs.drain() == 0)
                    engine.clock.advance(milliseconds: 300_000)
                }
            }
            #expect(try await engine.store.read { try KeyRotationJob.failure(in: $0) } == nil)
            #expect(try await engine.engine.jobs.drain() == 1)
            #expect(try await fingerprints(engine) == [try new.key().fingerprint])
        }
    }

    @Test(arguments: Backend.available)
    func isRefusedWhereItMakesNoSense(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let keys = try TemporaryFolder()
            defer { keys.remove() }
            let (first, second) = (try makeKey(keys, "first"), try makeKey(keys, "second"))
            func message(_ own: KeySource, _ to: KeyFile) async throws -> String {
                let rotation = Engine(catalog: .embedded, store: engine.store, key: own).keyRotation
                do {
                    _ = try await rotation.run(to: to) { _ in }
                    return "done"
                } catch let error as AppError { return error.message }
            }
            #expect(try await message(.ownFile(first), second).contains("no key yet"))
            #expect(try await message(.named(first), first).contains("already"))
            #expect(try await message(.ownFile(second), try makeKey(keys, "third")).contains("not the key"))
            #expect(try await message(.named(first), KeyFile(path: keys.path + "/none")).contains("can't be read"))
            #expect(try await message(.named(first), second) == "done")
        }
    }
}
