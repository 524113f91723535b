import Foundation

/// The `tandem` that was built beside these tests.
enum Binary {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/debug/tandem").path

    /// Runs an operation on a store and lets the process die at a place, when it gets there.
    /// - Returns: whether it was killed.
    static func run(
        _ arguments: [String],
        command: String = "run",
        on backend: Backend,
        _ data: TemporaryFolder,
        crashAt place: String
    ) async throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = [command] + arguments + (command == "run" ? ["--yes"] : []) + backend.options(data)
        process.environment = ["TANDEM_CRASH_AT": place, "HOME": data.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try await process.runToEnd()
        return process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
    }
}

extension Process {
    /// Runs the process and waits until it has ended.
    func runToEnd() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            terminationHandler = { _ in continuation.resume() }
            do { try run() } catch {
                terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
