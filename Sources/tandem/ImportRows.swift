import ArgumentParser
import Engine
import Glibc
import Values

/// `tandem import`: rows from JSON lines.
struct ImportRows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Read rows of a table from JSON lines.",
        discussion: """
            One JSON object on each line: the row's $id, its columns, and if wished $permissions, $createdAt and \
            $updatedAt, as 'tandem export' writes them. A row that exists is changed, others are made, so an import that \
            was interrupted can be repeated without harm. Values are taken as they are; no text is an operator. Lines \
            are written in their order, a hundred in one transaction, or each by itself where the table has \
            relationships; any number goes through little memory.

            Related rows must be there before. Where the rows of two tables name each other, import one of them \
            without these members first, then the other one, and at last the first as it is.

            The first line that is refused ends the import, unless --keep-going: then it is named on stderr and left \
            out, and the exit status is 1 in the end.

            EXAMPLES
              tandem import shop orders orders.jsonl
              zcat orders.jsonl.gz | tandem import shop orders
              tandem import shop orders orders.jsonl --skip 120000
            """
    )

    @OptionGroup var options: Options
    @OptionGroup var address: TableAddress

    @Argument(help: "File to read; - or nothing is stdin.")
    var file: String?

    @Option(help: ArgumentHelp("How many lines to pass over at the start.", valueName: "n"))
    var skip = 0

    @Flag(help: "Give rows without $id new ones; repeating the import makes them twice.")
    var newIds = false

    @Flag(help: "Name lines that are refused, and go on.")
    var keepGoing = false

    func run() async throws {
        let settings = try Settings(options)
        guard skip >= 0 else { throw Failure.usage("--skip takes a number of lines") }
        let descriptor = file == nil || file == "-" ? 0 : open(file!, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(status: 1, message: "tandem: can't read \(file!): \(String(cString: strerror(errno)))")
        }
        let backend = Backend(settings, log: settings.log)
        var rows = RowImport(backend.engine, address, keepsGoing: keepGoing, makesIDs: newIds)
        let result: Result<Void, any Error>
        do { result = .success(try await rows.read(LineReader(descriptor), skipping: skip)) } catch {
            result = .failure(error)
        }
        await backend.close()
        writeError("\(address.name): \(rows.written) rows imported, \(rows.refused) lines refused")
        switch result {
        case .success: if rows.refused > 0 { Glibc.exit(1) }
        case .failure(let error as AppError): throw Failure(error)
        case .failure(let error): throw error
        }
    }
}
