import ArgumentParser
import Catalog
import Engine
import Glibc
import Logging
import Values

/// `tandem run`: one operation from a shell.
struct RunOperation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run one operation; its result is JSON on stdout.",
        discussion: """
            EXAMPLES
              tandem run project.describe
              tandem run tablesDB.create databaseId=shop name=Shop
              tandem run tablesDB.createRow databaseId=shop tableId=orders rowId='unique()' data='{"total":5}'
              tandem run tablesDB.listRows --json '{"databaseId":"shop","tableId":"orders"}'
              echo '{"databaseId":"shop"}' | tandem run tablesDB.get --json -

            Exits with 1, and the error as JSON on stderr, when the operation fails.
            """
    )

    @OptionGroup var options: Options

    @Argument(help: "The operation's id, for example tablesDB.listRows.")
    var operation: String

    @Argument(help: ArgumentHelp("Arguments; what is no text is written as JSON.", valueName: "key=value"))
    var arguments: [String] = []

    @Option(help: ArgumentHelp("All arguments as one JSON object; - reads it from stdin.", valueName: "object"))
    var json: String?

    func run() async throws {
        let settings = try Settings(options)
        let backend = Backend(settings, log: Logger(label: "tandem", level: settings.logLevel))
        let invocation = Invocation(operation, try object(backend.catalog))
        let patience = Task {
            try await Task.sleep(for: .seconds(1))
            writeError("tandem: \(operation) is still running")
        }
        let result: Result<Response, AppError>
        do throws(AppError) { result = .success(try await backend.engine.execute(invocation)) } catch {
            result = .failure(error)
        }
        patience.cancel()
        await backend.close()
        switch result {
        case .success(let response): writeOutput(String(decoding: response.encoded, as: UTF8.self))
        case .failure(let error): throw Failure(status: 1, message: (["error": error.json] as JSON).text)
        }
    }

    private func object(_ catalog: Catalog) throws -> JSONObject {
        var object = try json.map { try parse($0 == "-" ? input() : Array($0.utf8)) } ?? JSONObject()
        let parameters = catalog.operation(operation)?.parameters ?? []
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "=") else {
                throw Failure.usage("'\(argument)' is no argument; write key=value")
            }
            let key = String(argument[..<equals])
            let text = String(argument[argument.index(after: equals)...])
            let parameter = parameters.first { Spelling.folded($0.name) == Spelling.folded(key) }
            guard object[key] == nil else { throw Failure.usage("the argument '\(key)' is given twice") }
            object[key] = parameter?.type.isText == true ? .string(text) : (try? JSON(parsing: text)) ?? .string(text)
        }
        return object
    }

    private func parse(_ text: [UInt8]) throws -> JSONObject {
        let value: JSON
        do throws(JSONError) { value = try JSON(parsing: text) } catch {
            throw Failure.usage("--json is not valid JSON: \(error)")
        }
        guard case .object(let object) = value else {
            throw Failure.usage("--json must be an object, not \(value.kindName)")
        }
        return object
    }

    private func input() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(0, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= 64 << 20 else { throw Failure.usage("stdin holds more than 64 MiB") }
        }
    }
}

extension ParameterType {
    /// Whether a value is text, so that a shell's word is taken as it is.
    fileprivate var isText: Bool {
        switch self {
        case .id, .newID, .key, .string, .enumeration, .datetime: true
        default: false
        }
    }
}
