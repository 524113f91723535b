import Foundation
import Values

/// One run of the binary to its end.
struct CommandRun {
    var status: Int32
    var output: String
    var error: String

    /// - Parameter environment: all there is, beside a `HOME` that nothing may be written to.
    init(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: TandemProcess.binary)
        process.arguments = arguments
        process.environment = ["HOME": "/nonexistent"].merging(environment) { $1 }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        output = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        error = String(decoding: stderr.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// The one line of stdout as JSON.
    var json: JSON? { output.split(separator: "\n").count == 1 ? try? JSON(parsing: output) : nil }

    /// The type of the error on stderr.
    var errorType: String? { (try? JSON(parsing: error))?["error"]?["type"]?.string }
}

/// A new folder that is removed with its last owner.
final class TestFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "tandem-cli-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var entries: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    }
}
