import ArgumentParser
import Catalog
import Engine
import Glibc
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
              tandem run tablesDB.deleteTable databaseId=shop tableId=orders --dry-run
              tandem run tablesDB.deleteTable databaseId=shop tableId=orders --yes

            Exits with 1, and the error as JSON on stderr, when the operation fails. What destroys something prints \
            what that is with a token, and exits with 1; the same command with --confirm TOKEN, or with --yes, does it.
            """
    )

    @OptionGroup var options: Options

    @Argument(help: "The operation's id, for example tablesDB.listRows.")
    var operation: String

    @Argument(help: ArgumentHelp("Arguments; what is no text is written as JSON.", valueName: "key=value"))
    var arguments: [String] = []

    @Option(help: ArgumentHelp("All arguments as one JSON object; - reads it from stdin.", valueName: "object"))
    var json: String?

    @Flag(help: "Show the result, the events and the effects, and undo everything.")
    var dryRun = false

    @Option(help: ArgumentHelp("Do what was shown together with this token.", valueName: "token"))
    var confirm: String?

    func run() async throws {
        let settings = try Settings(options)
        let backend = Backend(settings, log: settings.log)
        var request = ExecutionRequest(Invocation(operation, try object(backend.catalog)))
        request.isDryRun = dryRun
        request.confirmation = settings.skipsConfirmation ? .notNeeded : .needed(token: confirm)
        let patience = Task {
            try await Task.sleep(for: .seconds(1))
            writeError("tandem: \(operation) is still running")
        }
        let outcome: Result<Outcome, AppError>
        do throws(AppError) { outcome = .success(try await backend.engine.answer(request)) } catch {
            outcome = .failure(error)
        }
        patience.cancel()
        await backend.close()
        switch outcome {
        case .success(let outcome): try show(outcome)
        case .failure(let error): throw Failure(status: 1, message: (["error": error.json] as JSON).text)
        }
    }

    private func show(_ outcome: Outcome) throws {
        if case .result(let response) = outcome.content, outcome.rehearsal == nil {
            return writeOutput(String(decoding: response.encoded, as: UTF8.self))
        }
        writeOutput(String(decoding: outcome.encoded, as: UTF8.self))
        guard case .confirmation(let confirmation) = outcome.content else { return }
        throw Failure(
            status: 1,
            message: "tandem: nothing was done yet; repeat the command with --confirm "
                + "\(confirmation["token"]?.string ?? "") or with --yes"
        )
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
        case .id, .newID, .key, .string, .enumeration, .datetime, .email, .phone, .label, .url, .hostname:
            true
        default: false
        }
    }
}
