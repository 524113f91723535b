import Foundation
import Storage
import TestSupport
import Values

/// A run of the executable `StorageProbe`.
final class ProbeProcess: Sendable {
    /// The table that the probe writes to.
    static let table = TableLayout(
        databaseID: nil,
        tableID: "probe",
        incarnation: "1",
        columns: [ColumnLayout("text", .text)]
    )

    private let process = Process()
    private let output = Pipe()

    init(_ arguments: String..., environment: [String: String] = [:]) throws {
        // The tests are an executable beside the probe.
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "StorageProbe")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        try process.run()
    }

    /// The lines that it wrote, once it has ended.
    func lines() async -> [String] {
        await onThread { [self] in
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    /// Waits for the first thing that it says.
    func firstWord() async {
        _ = await onThread { [self] in output.fileHandleForReading.availableData }
    }

    /// Ends it without any warning.
    func killHard() { kill(process.processIdentifier, SIGKILL) }

    /// Whether it ended well; ask after ``lines()``.
    var succeeded: Bool { process.terminationReason == .exit && process.terminationStatus == 0 }
}

extension TemporaryFolder {
    /// Opens the embedded store that the probe writes to.
    func withStore<R>(_ body: (SQLiteStore) async throws -> R) async throws -> R {
        let store = SQLiteStore(
            .init(folder: .at(path), project: "test", systemTables: [SystemTable(ProbeProcess.table)])
        )
        do {
            let result = try await body(store)
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }

    /// Every file below the folder with its bytes.
    func snapshot() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            files[name] = FileManager.default.contents(atPath: path + "/" + name)
        }
        return files
    }
}
