import Foundation
import Values

/// The release binary with a pipe on either side.
final class Client {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer: [UInt8] = []

    /// - Parameter errors: a file for what it says on stderr.
    init(_ binary: String, data: String?, arguments: [String] = [], errors: String? = nil) throws {
        process.executableURL = URL(fileURLWithPath: binary)
        let place = data.map { ["--data", $0] } ?? (arguments.contains("--mongodb") ? [] : ["--ephemeral"])
        process.arguments = ["mcp"] + place + arguments
        process.standardInput = input
        process.standardOutput = output
        if let errors {
            _ = FileManager.default.createFile(atPath: errors, contents: nil)
            process.standardError = FileHandle(forWritingAtPath: errors)
        }
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    func send(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                write(input.fileHandleForWriting.fileDescriptor, $0.baseAddress, $0.count)
            }
            precondition(count > 0, "the server went away")
            offset += count
        }
    }

    /// The next line.
    func line() -> [UInt8] {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                return line
            }
            read(into: &buffer)
        }
    }

    /// Reads so many lines and forgets them.
    func skip(_ lines: Int) {
        var count = 0
        var chunk: [UInt8] = []
        while count < lines {
            chunk.removeAll(keepingCapacity: true)
            read(into: &chunk)
            chunk.withUnsafeBufferPointer { for byte in $0 where byte == 0x0A { count += 1 } }
        }
    }

    private func read(into buffer: inout [UInt8]) {
        let start = buffer.count
        let size = 1 << 18
        let descriptor = output.fileHandleForReading.fileDescriptor
        buffer.reserveCapacity(start + size)
        let chunk = [UInt8](unsafeUninitializedCapacity: size) { space, count in
            count = max(0, Foundation.read(descriptor, space.baseAddress, size))
        }
        precondition(!chunk.isEmpty, "the server went away")
        buffer += chunk
    }

    func call(_ request: String) -> JSON {
        send(Array((request + "\n").utf8))
        return (try? JSON(parsing: line())) ?? .null
    }

    func execute(_ operation: String, _ arguments: String) -> JSON {
        let answer = call(Self.request(0, operation, arguments))
        precondition(answer["result"]?["isError"] == nil, "\(operation): \(answer.text)")
        return answer
    }

    static func request(_ id: Int, _ operation: String, _ arguments: String) -> String {
        "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"tools/call\",\"params\":{\"name\":\"execute-operation\","
            + "\"arguments\":{\"operation\":\"\(operation)\",\"arguments\":\(arguments)}}}"
    }

    @discardableResult
    func handshake() -> JSON { call(Self.initialize) }

    static let initialize =
        "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
        + "\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}"

    /// Writes requests from a thread of its own and returns how many answers came back per second.
    func pipelined(_ requests: [UInt8], count: Int) -> Double {
        let start = seconds()
        // The thread ends before this returns: every answer needs its request written.
        nonisolated(unsafe) let client = self
        let thread = Thread { client.send(requests) }
        thread.start()
        skip(count)
        return Double(count) / (seconds() - start)
    }

    /// Keeps so many requests under way and returns how many answers came back per second.
    func windowed(_ window: Int, _ requests: [[UInt8]]) -> Double {
        let start = seconds()
        for request in requests.prefix(window) { send(request) }
        for index in requests.indices {
            let answer = line()
            precondition(!String(decoding: answer.suffix(40), as: UTF8.self).contains("\"isError\":true"), "refused")
            if index + window < requests.count { send(requests[index + window]) }
        }
        return Double(requests.count) / (seconds() - start)
    }

    /// Resident memory in bytes.
    var residentBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
        return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) * 1024
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
